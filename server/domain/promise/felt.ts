import { feelingAt } from '../emotion/visit-feeling.ts';
import { DAY, minuteOf } from '../kernel/time.ts';
import type { CustomerState, Feel, PromiseRecord } from '../customer/state.ts';
import { outcomeOf } from './dates.ts';

/** What is said within this time after a promise was kept or broken is taken to be about it. */
const FELT_MS = 7 * DAY;
/** Pieces of evidence kept with a promise. */
const FELT_KEPT = 12;
/** A mean valence beyond this is happy or unhappy; between lies neutral. Thousandths. */
const NEUTRAL_BAND = 200;
/** The lowest level. */
export const UNHAPPY = -1;

/** From a minute on, what the customer felt about a promise: -1 unhappy, 0 neutral, 1 happy. */
export type LevelStep = readonly [minute: number, level: -1 | 0 | 1];

function levelOf(valence: number): -1 | 0 | 1 {
  if (valence <= -NEUTRAL_BAND) return -1;
  return valence < NEUTRAL_BAND ? 0 : 1;
}

/** How the level of what was felt moved, minute by minute. Empty: nothing is known, which is not neutral. */
export function levelsOf(promise: PromiseRecord): LevelStep[] {
  const steps: LevelStep[] = [];
  promise.felt.forEach((feel, i) => {
    const now = feelingAt(promise.felt, i + 1);
    if (now === null) return;
    const step: LevelStep = [minuteOf(feel[0]), levelOf(now.valence)];
    if (steps.at(-1)?.[0] === step[0]) steps.pop();
    if (steps.at(-1)?.[1] !== step[1]) steps.push(step);
  });
  return steps;
}

/**
 * The promise that something said is about: of those of the case, the one kept or broken last, at most a week ago. What is said before any outcome
 * is about none.
 */
export function promiseSpokenOf(state: CustomerState, said: { readonly at: number; readonly case: string }): PromiseRecord | undefined {
  let best: { readonly promise: PromiseRecord; readonly at: number } | undefined;
  for (const promise of state.promises) {
    if (promise.case !== said.case || promise.case === '') continue;
    const at = outcomeOf(promise)?.at ?? Infinity;
    if (at > said.at || said.at - at > FELT_MS) continue;
    if (best === undefined || at > best.at || (at === best.at && promise.key > best.promise.key)) best = { promise, at };
  }
  return best?.promise;
}

/** Notes what was said with the promise. Beyond what is kept nothing more is taken in, so that the past stays as it was. */
export function noteFelt(promise: PromiseRecord, feel: Feel): void {
  if (promise.felt.length < FELT_KEPT) promise.felt.push(feel);
}
