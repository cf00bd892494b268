import { binOf } from '../kernel/log-bins.ts';
import { minuteOf } from '../kernel/time.ts';
import type { AttemptMember } from './row.ts';
import { fateAt, groupAtMinute, nextAtMinute } from './row.ts';

/** Which attempts stand behind a number of a saved funnel. */
export interface AttemptQuestion {
  readonly what: 'entered' | 'reached' | 'wentOn' | 'waiting' | 'dropped' | 'excluded' | 'converted' | 'inProgress';
  /** place of the step from 1; absent for totals */
  readonly step?: number | undefined;
  /** log bins of the time to convert, both included */
  readonly bins?: readonly [first: number, last: number] | undefined;
  /** where they went after they dropped */
  readonly next?: string | undefined;
  readonly breakdown?: number | undefined;
  /** whether a group of the breakdown is meant */
  readonly isMeant?: ((group: string) => boolean) | undefined;
}

/** An attempt that belongs to the answer. */
export interface AttemptAnswer {
  /** the instant that decided it, ms */
  readonly at: number;
  /** furthest step reached, from 1 */
  readonly step: number;
}

/** Whether an attempt stood behind a number at a minute, and since when; null: it did not. The sums count exactly these. */
export function attemptAnswer(member: AttemptMember, question: AttemptQuestion, minute: number): AttemptAnswer | null {
  const [, , steps, convertedFrom, excludedAt, lostAt, next, groups, , , nextAt] = member;
  const fate = fateAt({ steps: [...steps], convertedFrom, excludedAt, lostAt }, minute);
  if (fate.deepest < 0) return null;
  if (question.isMeant !== undefined && !question.isMeant(groupAtMinute(groups[question.breakdown ?? 0] ?? [], minute))) return null;
  if (question.next !== undefined && question.next !== nextAtMinute({ next, nextAt }, minute)) return null;
  if (question.bins !== undefined) {
    const bin = binOf((steps.at(-1) ?? 0) - convertedFrom);
    if (convertedFrom === 0 || bin < question.bins[0] || bin > question.bins[1]) return null;
  }
  const at = instantOf(question, steps, { ...fate, minute });
  return at === null ? null : { at, step: fate.deepest + 1 };
}

function instantOf(
  { what, step }: AttemptQuestion,
  steps: readonly number[],
  fate: ReturnType<typeof fateAt> & { readonly minute: number },
): number | null {
  const k = step === undefined ? null : step - 1;
  const here = k === null ? 0 : (steps[k] ?? 0);
  if (k !== null && (here === 0 || minuteOf(here) > fate.minute)) return null;
  const deepestHere = k === null || fate.deepest === k;
  switch (what) {
    case 'entered':
      return steps[0] ?? null;
    case 'reached':
      return k === null ? (steps[0] ?? null) : here;
    case 'wentOn':
      if (k === null) return null;
      if (k === steps.length - 1) return here;
      return fate.deepest > k ? Math.max(here, steps[fate.deepest] ?? 0) : null;
    case 'waiting':
    case 'inProgress':
      return deepestHere && fate.ended === null ? (steps[fate.deepest] ?? null) : null;
    case 'dropped':
    case 'excluded':
    case 'converted':
      return deepestHere && fate.ended === what ? fate.endedAt : null;
  }
}
