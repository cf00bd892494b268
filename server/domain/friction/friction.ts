import { COMPONENTS, UNCERTAIN, type CellPart, type Component } from '#lib/contract/index.ts';
import { shrink, wilson } from '../kernel/statistics.ts';

/** No weight may say that one signal alone ruins a visit for good. */
const MOST_WEIGHT = 0.95;
/** Thousandths of a friction point in one point, and in a whole visit. */
const PER_POINT = 1000;
const PER_VISIT = 100 * PER_POINT;
/** Half-width of the interval, in points, beyond which a cell is uncertain however many visits it has. */
const WIDEST_HALF = 10;

/** Severity per component, 0..1; absent is 0. Values outside are clamped. */
export type Severities = Readonly<Partial<Record<Component, number>>>;
/** Weight per component, 0..0.95. */
export type Weights = Readonly<Record<Component, number>>;

/** How hard a visit was. */
export interface Friction {
  /** 0..100 = 100 (1 - product of (1 - weight * severity)) */
  readonly score: number;
  /** each component's share of the score, > 0, summing to 1; empty where the score is 0 */
  readonly shares: Readonly<Partial<Record<Component, number>>>;
}

/** Friction of one visit: bounded, the same in any order, and never lower for one more signal. */
export function friction(severities: Severities, weights: Weights): Friction {
  const { score, points, sum } = weigh(severities, weights);
  const shares: Partial<Record<Component, number>> = {};
  for (const [component, value] of points) shares[component] = value / sum;
  return { score, shares };
}

/** Friction of one visit as it is counted: whole thousandths of a friction point. */
export interface FrictionParts {
  /** 0..100000 */
  readonly total: number;
  /** whole thousandths per component, > 0, summing exactly to `total`; in the order of `COMPONENTS` */
  readonly parts: ReadonlyMap<Component, number>;
}

/** Splits a visit's friction into whole thousandths by largest remainder, ties going to the earlier component. */
export function parts(severities: Severities, weights: Weights): FrictionParts {
  const { score, points, sum } = weigh(severities, weights);
  const total = Math.round(score * PER_POINT);
  const [only, another] = points;
  if (only === undefined || another === undefined)
    return { total, parts: new Map(only === undefined || total === 0 ? [] : [[only[0], total]]) };
  const rows = points.map(([component, value]) => {
    const exact = (total * value) / sum;
    return { component, whole: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  const missing = total - rows.reduce((whole, row) => whole + row.whole, 0);
  // sort is stable: equal remainders keep the components' order
  const favoured = new Set([...rows].sort((a, b) => b.rest - a.rest).slice(0, missing));
  const split = new Map<Component, number>();
  for (const row of rows) {
    const value = row.whole + (favoured.has(row) ? 1 : 0);
    if (value > 0) split.set(row.component, value);
  }
  return { total, parts: split };
}

interface Weighed {
  readonly score: number;
  /** -ln(1 - weight * severity) of the components that speak, in their order */
  readonly points: readonly (readonly [Component, number])[];
  readonly sum: number;
}

function weigh(severities: Severities, weights: Weights): Weighed {
  const points: [Component, number][] = [];
  let spared = 1;
  let sum = 0;
  // always in the components' own order, so that the last bit does not depend on the caller's
  for (const component of COMPONENTS) {
    const severity = severities[component];
    if (severity === undefined) continue;
    const harm = clamp(weights[component], MOST_WEIGHT) * clamp(severity, 1);
    if (!(harm > 0)) continue;
    const value = -Math.log1p(-harm);
    if (!(value > 0)) continue;
    points.push([component, value]);
    spared *= 1 - harm;
    sum += value;
  }
  return { score: 100 * (1 - spared), points, sum };
}

function clamp(value: number, most: number): number {
  return value > 0 ? Math.min(most, value) : 0;
}

/** What is summed over the visits of a cell. */
export interface CellSums {
  /** visits */
  readonly n: number;
  /** their friction, in thousandths of a point */
  readonly sum: number;
  /** the same per component; sums to `sum` */
  readonly partSums: ReadonlyMap<Component, number>;
}

/** The number of a square and what it is made of; all in friction points 0..100. */
export interface CellFriction {
  readonly n: number;
  /** shrunk mean; without visits all of it is pull; null where there is no pull either */
  readonly shown: number | null;
  /** plain mean; null without visits */
  readonly mean: number | null;
  /** Wilson 95 % interval of the plain mean; null without visits */
  readonly low: number | null;
  readonly high: number | null;
  /** fewer than 30 visits, or half the interval is wider than 10 points */
  readonly uncertain: boolean;
  /** parts of `shown`, largest first; with `pull` they sum to it */
  readonly parts: readonly CellPart[];
  /** what the parent's mean adds */
  readonly pull: number;
}

/**
 * A cell from its sums: n * m * share / (n + kappa) per component, and kappa * mu / (n + kappa) of pull.
 * Whether n is too few to show (`FEW`) is the caller's to say: it is a state of the picture.
 * @param parentMean mean friction of the parent, 0..1
 * @param kappa strength of the pull, in visits
 */
export function cellOf(sums: CellSums, parentMean: number, kappa: number): CellFriction {
  const { n, sum, partSums } = sums;
  const weight = n + kappa;
  const pull = weight > 0 ? (100 * kappa * parentMean) / weight : 0;
  if (!(n > 0)) return { n: 0, shown: weight > 0 ? pull : null, mean: null, low: null, high: null, uncertain: true, parts: [], pull };
  const mean = sum / n / PER_VISIT;
  const { low, high } = wilson(mean, n);
  return {
    n,
    shown: 100 * shrink(mean, n, parentMean, kappa),
    mean: 100 * mean,
    low: 100 * low,
    high: 100 * high,
    uncertain: n < UNCERTAIN || 50 * (high - low) > WIDEST_HALF,
    parts: cellParts(partSums, weight),
    pull,
  };
}

function cellParts(partSums: ReadonlyMap<Component, number>, weight: number): CellPart[] {
  return COMPONENTS.map((component) => ({ component, points: (partSums.get(component) ?? 0) / PER_POINT / weight }))
    .filter((part) => part.points > 0)
    .sort((a, b) => b.points - a.points);
}
