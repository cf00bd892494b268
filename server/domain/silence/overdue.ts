import type { Stay } from '../kernel/survival.ts';
import { survivalWithout } from '../kernel/survival.ts';

/** With fewer others than these nothing is said. */
const FEWEST_OTHERS = 30;
/** Below this share still waiting, it is said that what was to come never came. */
const NEVER_CAME_BELOW = 0.05;

/** How long all waited for the same, at an instant. */
export interface WaitingCurve {
  /** shortest first */
  readonly stays: readonly Stay[];
  readonly at: number;
}

/** One who waits, or waited, held against the others. */
export interface Waited {
  /** share of the others who still waited after so long, 0..1 */
  readonly survival: number;
  readonly others: number;
  /** nearly everybody else had it by then */
  readonly neverCame: boolean;
}

/** The curve of one kind of waiting: those who still wait at the instant, or whom it was taken from, are censored. */
export function waitingCurve(stays: readonly Stay[], at: number): WaitingCurve {
  return { stays: stays.toSorted((a, b) => a.duration - b.duration), at };
}

/** @param since when somebody began to wait, who still does: they are not among the others; @returns null: too few others to compare with */
export function waited(known: WaitingCurve | undefined, { since, now }: { readonly since: number; readonly now: number }): Waited | null {
  if (known === undefined) return null;
  const { stays, at } = known;
  const own = stays.findIndex(({ duration, ended }) => !ended && duration === at - since);
  const others = stays.length - (own < 0 ? 0 : 1);
  if (others < FEWEST_OTHERS) return null;
  const survival = survivalWithout(stays, own, now - since);
  return { survival, others, neverCame: survival < NEVER_CAME_BELOW };
}
