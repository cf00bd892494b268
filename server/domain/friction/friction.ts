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
  const { score, places, values, sum } = weigh(
    COMPONENTS.map((component) => severities[component] ?? 0),
    weights,
  );
  const shares: Partial<Record<Component, number>> = {};
  for (const [i, place] of places.entries()) {
    const component = COMPONENTS[place];
    if (component !== undefined) shares[component] = (values[i] ?? 0) / sum;
  }
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
  const { total, places, wholes } = partsByPlace(
    COMPONENTS.map((component) => severities[component] ?? 0),
    weights,
  );
  const split = new Map<Component, number>();
  for (const [i, place] of places.entries()) {
    const [component, whole] = [COMPONENTS[place], wholes[i] ?? 0];
    if (component !== undefined && whole > 0) split.set(component, whole);
  }
  return { total, parts: split };
}

/** Friction as `FrictionParts` has it, the components by their place among `COMPONENTS`. */
export interface PartsByPlace {
  readonly total: number;
  readonly places: readonly number[];
  /** of each place, in the same order; may be 0 */
  readonly wholes: readonly number[];
}

/** As `parts`, of severities by the place of their component, 0 where there is none: it is asked with every step of every visit. */
export function partsByPlace(severities: readonly number[], weights: Weights): PartsByPlace {
  const first = severities.findIndex((severity) => severity > 0);
  if (first < 0) return NO_PARTS;
  if (!severities.some((severity, place) => place > first && severity > 0)) return onlyPart(first, severities[first] ?? 0, weights);
  const { score, places, values, sum } = weigh(severities, weights);
  const total = Math.round(score * PER_POINT);
  return { total, places, wholes: places.length === 1 ? [total] : wholeParts(total, values, sum) };
}

const NO_PARTS: PartsByPlace = { total: 0, places: [], wholes: [] };

/** Mostly one component speaks: all of it is its. */
function onlyPart(place: number, severity: number, weights: Weights): PartsByPlace {
  const component = COMPONENTS[place];
  const total = component === undefined ? 0 : Math.round(100 * (1 - (1 - harmOf(weights[component], severity))) * PER_POINT);
  return { total, places: [place], wholes: [total] };
}

/** Whole numbers in proportion to `values` that sum to `total`. */
function wholeParts(total: number, values: readonly number[], sum: number): number[] {
  const wholes: number[] = [];
  const rests: number[] = [];
  let missing = total;
  for (const value of values) {
    const exact = (total * value) / sum;
    const whole = Math.floor(exact);
    wholes.push(whole);
    rests.push(exact - whole);
    missing -= whole;
  }
  for (; missing > 0; missing--) {
    let favoured = 0;
    for (let i = 1; i < rests.length; i++) if ((rests[i] ?? 0) > (rests[favoured] ?? 0)) favoured = i;
    if (favoured >= wholes.length) break;
    wholes[favoured] = (wholes[favoured] ?? 0) + 1;
    rests[favoured] = -1;
  }
  return wholes;
}

interface Weighed {
  readonly score: number;
  /** places of the components that speak, in their order */
  readonly places: readonly number[];
  /** -ln(1 - weight * severity) of each */
  readonly values: readonly number[];
  readonly sum: number;
}

function weigh(severities: readonly number[], weights: Weights): Weighed {
  const places: number[] = [];
  const values: number[] = [];
  let spared = 1;
  let sum = 0;
  // always in the components' own order, so that the last bit does not depend on the caller's
  for (let place = 0; place < COMPONENTS.length; place++) {
    const [component, severity] = [COMPONENTS[place], severities[place] ?? 0];
    if (component === undefined || !(severity > 0)) continue;
    const harm = harmOf(weights[component], severity);
    if (!(harm > 0)) continue;
    const value = -Math.log1p(-harm);
    if (!(value > 0)) continue;
    places.push(place);
    values.push(value);
    spared *= 1 - harm;
    sum += value;
  }
  return { score: 100 * (1 - spared), places, values, sum };
}

function harmOf(weight: number, severity: number): number {
  return clamp(weight, MOST_WEIGHT) * clamp(severity, 1);
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
