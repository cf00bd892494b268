import type { StillHere } from '#lib/contract/index.ts';
import type { Blueprints } from '../blueprint/blueprint.ts';
import { isOpen, lastStay, stageAt, stuckFrom } from '../case/case.ts';
import type { CustomerState } from '../customer/state.ts';
import { conditionalSurvival, kaplanMeier, survivalAt } from '../kernel/survival.ts';
import type { Stay, SurvivalStep } from '../kernel/survival.ts';
import { DAY, HOUR } from '../kernel/time.ts';

/** With fewer others who had been there as long nothing is said. */
const FEWEST_OTHERS = 30;
/** How far it is looked ahead where no standard time runs out before. */
const AHEAD_MS = DAY;
const LEAST_AHEAD_MS = HOUR;
const Z95 = 1.96;

/** How long customers stay in one stage. */
export interface StayCurve {
  readonly curve: readonly SurvivalStep[];
  /** durations of all stays, ended or not, ascending, ms */
  readonly durations: readonly number[];
  /** durations of those that ended, ascending, ms */
  readonly ended: readonly number[];
}

/** The curve of a stage; stays that still run are censored. */
export function stayCurve(stays: readonly Stay[]): StayCurve {
  const sorted = (of: readonly Stay[]): number[] => of.map(({ duration }) => duration).sort((a, b) => a - b);
  return { curve: kaplanMeier(stays), durations: sorted(stays), ended: sorted(stays.filter(({ ended }) => ended)) };
}

/** How many of an ascending list are at least so large. */
function atLeast(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return sorted.length - low;
}

/** Share with a 95 % interval: Greenwood's variance on the log-minus-log scale, so that it stays within 0..1. */
function between(known: StayCurve, from: number, to: number): { readonly low: number; readonly high: number } {
  const share = conditionalSurvival(known.curve, from, to) ?? 0;
  let variance = 0;
  let start = known.ended.length - atLeast(known.ended, from);
  while (start < known.ended.length && (known.ended[start] ?? 0) <= to) {
    const time = known.ended[start] ?? 0;
    let end = start;
    while (known.ended[end] === time) end++;
    const [left, risk] = [end - start, atLeast(known.durations, time)];
    if (time > from && risk > left) variance += left / (risk * (risk - left));
    start = end;
  }
  if (share <= 0 || share >= 1 || variance === 0) {
    // Nobody left, or nobody stayed: the rule of three says how far that can be trusted.
    const slack = Math.min(1, 3 / Math.max(1, atLeast(known.durations, from)));
    return share >= 1 ? { low: 1 - slack, high: 1 } : share <= 0 ? { low: 0, high: slack } : { low: share, high: share };
  }
  const spread = Math.exp((Z95 * Math.sqrt(variance)) / Math.abs(Math.log(share)));
  return { low: share ** spread, high: share ** (1 / spread) };
}

/** Time after `from` until half of those still there had gone; null: fewer than half ever did. */
function halfAfter(curve: readonly SurvivalStep[], from: number): number | null {
  const base = survivalAt(curve, from);
  const gone = curve.find(({ time, survival }) => time > from && survival <= base / 2);
  return gone === undefined ? null : gone.time - from;
}

/**
 * For every case that is in a stage: how likely it is still there when its standard time runs out, or in a day, from how long others stayed who had been
 * there as long. Nothing is said where they are too few, or where nobody stayed so long.
 */
export function stillHere(
  state: Pick<CustomerState, 'cases'>,
  known: {
    readonly blueprints: Blueprints;
    readonly curveOf: (journey: string, version: number, stage: number) => StayCurve | undefined;
    readonly now: number;
  },
): readonly StillHere[] {
  return state.cases.flatMap((one): StillHere[] => {
    const blueprint = known.blueprints.get(one.journey, one.version);
    const stay = lastStay(one);
    if (blueprint === undefined || stay === undefined || !isOpen(one, blueprint, known.now)) return [];
    const curve = known.curveOf(one.journey, one.version, stay.stage);
    const stayed = known.now - stay.from;
    if (curve === undefined || stayed < 0) return [];
    // Longer, not as long: at the instant of the curve the case itself has stayed exactly so long.
    const others = atLeast(curve.durations, stayed + 1);
    const overdue = stuckFrom(one, stay, blueprint);
    const left = overdue - known.now;
    const inMs = overdue !== 0 && left >= LEAST_AHEAD_MS ? left : AHEAD_MS;
    const share = others < FEWEST_OTHERS ? null : conditionalSurvival(curve.curve, stayed, stayed + inMs);
    if (share === null) return [];
    return [
      {
        caseId: one.id,
        journey: one.journey,
        stageName: stageAt(blueprint, stay.stage).name,
        inMs,
        share,
        ...between(curve, stayed, stayed + inMs),
        others,
        halfMs: halfAfter(curve.curve, stayed),
      },
    ];
  });
}
