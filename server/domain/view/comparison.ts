import type { ComparedSide, Comparison, GroupComparisons } from '#lib/contract/index.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import type { CellSums } from '../kernel/sums.ts';
import { FUNNEL, parseCell } from '../kernel/counters.ts';
import { daysToDecide, differenceSequence } from '../kernel/difference.ts';
import type { Counted, Rates } from '../kernel/difference.ts';
import { DAY } from '../kernel/time.ts';

/** Chance of ever showing a difference that is not there, over all that is compared side by side. */
const ALPHA = 0.05;
/** Place of a dimension in the cells of the funnel. */
const DIMENSION = { segment: 1, channel: 2 } as const;

/** Entered and converted by group. */
export type Sides = ReadonlyMap<string, ComparedSide>;

const NOBODY: ComparedSide = { entered: 0, converted: 0 };

/** Two sides together; `sign` -1: what the first has more. */
function addSides(one: ComparedSide, other: ComparedSide, sign: 1 | -1 = 1): ComparedSide {
  return { entered: one.entered + sign * other.entered, converted: one.converted + sign * other.converted };
}

/** Who of a cohort entered and converted, by channel or segment at entry; null: all in one group without a name. */
export function sidesOf(blueprint: Blueprint, cohort: CellSums, by: 'channel' | 'segment' | null): Sides {
  const stageOf = (step: number | undefined): string | undefined => blueprint.stages[step ?? -1]?.id;
  const [first, goal] = [stageOf(blueprint.steps[0]), stageOf(blueprint.steps.at(-1))];
  const sides = new Map<string, ComparedSide>();
  for (const [cell, measures] of cohort) {
    const { dimensions } = parseCell(cell);
    const reached = measures.get(FUNNEL.reached) ?? 0;
    const counted = {
      entered: dimensions[0] === first ? reached : 0,
      converted: dimensions[0] === goal ? reached : 0,
    };
    const key = by === null ? '' : (dimensions[DIMENSION[by]] ?? '');
    sides.set(key, addSides(sides.get(key) ?? NOBODY, counted));
  }
  return sides;
}

/** Those whose outcome is final: all but who entered so lately that their window is not over. */
export function finalOf(all: Sides, running: Sides): Sides {
  return new Map([...all].map(([key, side]) => [key, addSides(side, running.get(key) ?? NOBODY, -1)]));
}

function countedOf({ entered, converted }: ComparedSide): Counted {
  return { n: entered, hits: converted };
}

/**
 * Compares conversion of two sides, both of final outcomes only.
 * @param rates how many become final a day
 */
export function comparisonOf(these: ComparedSide, others: ComparedSide, rates: Rates, alpha = ALPHA): Comparison {
  const [one, other] = [countedOf(these), countedOf(others)];
  const found = differenceSequence(one, other, alpha);
  if (found === null) return { these, others, answer: 'few', difference: null, low: null, high: null, days: null };
  const { difference, low, high } = found;
  if (found.decides) return { these, others, answer: difference > 0 ? 'more' : 'less', difference, low, high, days: null };
  const days = Math.ceil(daysToDecide(one, other, rates, alpha));
  return { these, others, answer: 'open', difference, low, high, days: Number.isFinite(days) ? days : null };
}

/** Where groups of final outcomes come from in time. */
export interface FinalRange {
  /** first entry that is counted or could be, ms */
  readonly from: number;
  /** last hour of entry that is final, ms */
  readonly until: number;
}

/**
 * Each group against all others together. The chance of a false alarm is shared out among them, so that it holds for all that stand side by side;
 * two groups are one question asked from both sides.
 */
export function groupComparisons(sides: Sides, { from, until }: FinalRange): GroupComparisons {
  // In the order of their names, whichever was booked first; who is no longer in a group takes no part of the chance.
  const groups = new Map([...sides].filter(([, { entered }]) => entered > 0).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (groups.size < 2) return { until, of: {} };
  const all = [...groups.values()].reduce((sum, side) => addSides(sum, side), NOBODY);
  const days = Math.max(1, (until - from) / DAY);
  const alpha = ALPHA / (groups.size === 2 ? 1 : groups.size);
  const compared = [...groups].map(([key, these]) => {
    const others = addSides(all, these, -1);
    return [key, comparisonOf(these, others, { one: these.entered / days, other: others.entered / days }, alpha)] as const;
  });
  return { until, of: Object.fromEntries(compared) };
}
