import type { Stay, SurvivalStep } from '../kernel/survival.ts';
import { kaplanMeier, survivalAt } from '../kernel/survival.ts';

/** With fewer others than these nothing is said. */
const FEWEST_OTHERS = 30;
/** Below this share still waiting, it is said that what was to come never came. */
const NEVER_CAME_BELOW = 0.05;

/** How long others waited for the same. */
export interface WaitingCurve {
  readonly curve: readonly SurvivalStep[];
  readonly others: number;
}

/** One who waits, or waited, held against the others. */
export interface Waited {
  /** share of the others who still waited after so long, 0..1 */
  readonly survival: number;
  readonly others: number;
  /** nearly everybody else had it by then */
  readonly neverCame: boolean;
}

/** The curve of one kind of waiting: those who still wait, or whom it was taken from, are censored. */
export function waitingCurve(stays: readonly Stay[]): WaitingCurve {
  return { curve: kaplanMeier(stays), others: stays.length };
}

/** @param ms how long somebody has been waiting; @returns null: too few others to compare with */
export function waited(known: WaitingCurve | undefined, ms: number): Waited | null {
  if (known === undefined || known.others < FEWEST_OTHERS) return null;
  const survival = survivalAt(known.curve, ms);
  return { survival, others: known.others, neverCame: survival < NEVER_CAME_BELOW };
}
