import { z } from 'zod';
import type { Names, Position, StageSummary } from './views.ts';

const text = z.string().min(1).max(128);
const instant = z.coerce.number().int().min(0).max(4_102_444_800_000);
const version = z.coerce.number().int().min(1).optional();

/**
 * What a list of promises asks for: by state; `missed`: the first date given passed unmet; `warned`: of these, told before; `undated`: nobody has said
 * when it is due; and by outcome and what was felt after it.
 */
export const PROMISE_WHATS = [
  'made',
  'open',
  'kept',
  'late',
  'broken',
  'withdrawn',
  'missed',
  'warned',
  'undated',
  'kept-happy',
  'kept-neutral',
  'kept-unhappy',
  'kept-unknown',
  'broken-happy',
  'broken-neutral',
  'broken-unhappy',
  'broken-unknown',
] as const;
export type PromiseWhat = (typeof PROMISE_WHATS)[number];

/** The promises behind a number: made in a range, as they stand at its end. */
export const promiseListSchema = z.strictObject({
  of: z.literal('promise'),
  journey: text,
  /** absent: the newest */
  version,
  stage: text.optional(),
  kind: text.optional(),
  owner: text.optional(),
  /** only what a department answers for, or only what nobody here controls */
  charge: z.enum(['owner', 'outside']).optional(),
  /** id of a variant, or `base`: those made to cases of no variant */
  variant: text.optional(),
  what: z.enum(PROMISE_WHATS),
  from: instant.optional(),
  to: instant.optional(),
});
export type PromiseListRef = z.infer<typeof promiseListSchema>;

export const promiseParams = z.strictObject({
  journey: text,
  /** absent: the newest */
  version: z.int().min(1).optional(),
  from: z.int().min(0).max(4_102_444_800_000).optional(),
  to: z.int().min(0).max(4_102_444_800_000).optional(),
});
export type PromiseParams = z.infer<typeof promiseParams>;

/** What became of promises: made = open + kept + late + broken + withdrawn, at every instant. */
export interface PromiseCounts {
  readonly made: number;
  readonly open: number;
  readonly kept: number;
  readonly late: number;
  readonly broken: number;
  readonly withdrawn: number;
  /** whose first date passed unmet; some of them were then kept by a later date that had been given */
  readonly missed: number;
  /** of these, told before the first date */
  readonly warned: number;
  /** beside these: promised without a date, so neither kept in time nor broken. Counted as made from when a date is given */
  readonly undated: number;
}

/** Promised against delivered, ms; from log bins of 2 %, so within 1 %; null where nothing was counted. */
export interface PromiseGap {
  /** median time from the promise to its first date */
  readonly promisedMs: number | null;
  /** median time from the promise to its being met */
  readonly deliveredMs: number | null;
  /** after the first date (positive) or before it (negative) */
  readonly medianMs: number | null;
  readonly p90Ms: number | null;
  /** promises met so far */
  readonly met: number;
  /** median time before the first date at which customers were told; of those warned */
  readonly aheadMs: number | null;
}

/** Promises of one kind made in one stage. */
export interface PromiseLine extends PromiseCounts {
  readonly stage: string;
  readonly kind: string;
  readonly gap: PromiseGap;
}

/** How customers felt within a week after an outcome, by the best evidence there is. */
export interface FeltCounts {
  readonly happy: number;
  readonly neutral: number;
  readonly unhappy: number;
  /** nothing is known, which is not neutral */
  readonly unknown: number;
}

export interface PromiseLedgerView {
  readonly journey: string;
  readonly version: number;
  readonly name: Names;
  /** promises made from here on, floored to the hour, ms */
  readonly from: number;
  readonly position: Position;
  readonly stages: readonly StageSummary[];
  readonly total: PromiseCounts;
  readonly gap: PromiseGap;
  /** by `stage|kind`, in the order of `order` */
  readonly order: readonly string[];
  readonly lines: Readonly<Record<string, PromiseLine>>;
  readonly felt: { readonly kept: FeltCounts; readonly broken: FeltCounts };
  /** by department, without what nobody here controls; with `outside` they sum to the total */
  readonly owners: readonly { readonly owner: string; readonly counts: PromiseCounts }[];
  readonly outside: PromiseCounts;
}
