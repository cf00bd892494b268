import { DAY, HOUR, MINUTE } from './time.ts';
import { z } from 'zod';
import { customerId } from './customer-id.ts';
import { CARE_OUTCOMES, MOST_WAITING, QUEUE_REASONS, RECOVERY_CAUSES, RECOVERY_WHATS } from './queue-choices.ts';
import type { QueueReason, RecoveryCause, RecoveryState } from './queue-choices.ts';
import type { Channel } from './words.ts';
import type { Position } from './views.ts';

/** An item may be claimed by one person, for so long, ms. */
export const CLAIM_MS = 8 * HOUR;
/** A promise is about to break within this time, ms. */
export const QUEUE_HORIZON_MS = 2 * HOUR;

const text = z.string().min(1).max(128);

export const queueParams = z.strictObject({
  reason: z.enum(QUEUE_REASONS).optional(),
  journey: text.optional(),
  owner: text.optional(),
  segment: text.optional(),
  /** claimed by this name, or `nobody` */
  who: z.string().max(60).optional(),
  /** only the children of this incident */
  incident: z.string().max(300).optional(),
  /** the most pressing so many; the counts are of all */
  most: z.int().min(1).max(MOST_WAITING.ever).optional(),
});
export type QueueParams = z.infer<typeof queueParams>;

/** Money: an amount and its currency (ISO 4217). */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** One thing that needs somebody now. */
export interface QueueItem {
  /** unique: customer, case and what waits */
  readonly id: string;
  readonly customer: string;
  readonly name: string | null;
  /** customer number; null: not known, or not looked up for those far down */
  readonly number: string | null;
  readonly item: string;
  readonly reason: QueueReason;
  /** the instant from which it needs somebody: a promise breaks, a stay is too long, something went wrong; ms */
  readonly from: number;
  readonly severity: 'watch' | 'breach';
  readonly journey: string;
  readonly caseId: string;
  readonly stage: string;
  /** of a promise */
  readonly kind: string | null;
  readonly owner: string | null;
  readonly segment: string;
  readonly channel: Channel;
  /** outside our control, at work meanwhile, and begun before it came to need somebody */
  readonly factors: readonly string[];
  /** what its case is worth, as an event of the case last said; null: none did */
  readonly value: Money | null;
  /** who has claimed it; null: nobody, or too long ago */
  readonly by: string | null;
  readonly since: number | null;
}

/** Several customers, one cause. */
export interface QueueIncident {
  /** names the cause: the same however its customers come and go */
  readonly id: string;
  readonly reason: QueueReason;
  /** name of the factor at work for all of them; null: none known */
  readonly factor: string | null;
  /** where all of them are; null: in several places */
  readonly stage: string | null;
  readonly journey: string;
  /** of the promises, where it is one for all */
  readonly kind: string | null;
  readonly area: string | null;
  readonly customers: number;
  readonly items: number;
  /** how often many customers came at once: the cause came back where it is more than 1 */
  readonly times: number;
  /** first and last beginning, ms */
  readonly from: number;
  readonly until: number;
  /** of its items, claimed by somebody */
  readonly claimed: number;
  /** its cases, and how many of them have a value that is known */
  readonly cases: number;
  readonly valued: number;
  /** what these are worth together, one sum for each currency */
  readonly values: readonly Money[];
}

/** What needs somebody now. */
export interface QueueView {
  readonly position: Position;
  /** items that fit, all of them */
  readonly count: number;
  /** the most pressing, as many as were asked for */
  readonly items: readonly QueueItem[];
  readonly incidents: readonly QueueIncident[];
  /** what is put aside, whatever is filtered: until when, ms, by the id of its item */
  readonly aside: Readonly<Record<string, number>>;
  /** of what fits all filters but the reason and the incident: how many choosing a reason shows */
  readonly byReason: Readonly<Record<QueueReason, number>>;
  readonly owners: readonly string[];
  readonly segments: readonly string[];
}

/** What somebody does about an item of the queue. */
export const careAct = z.discriminatedUnion('act', [
  z.strictObject({ act: z.literal('claim'), customerId, caseId: z.string().max(300), item: z.string().min(1).max(300) }),
  z.strictObject({ act: z.literal('release'), customerId, caseId: z.string().max(300), item: z.string().min(1).max(300) }),
  z.strictObject({
    act: z.literal('snooze'),
    customerId,
    caseId: z.string().max(300),
    item: z.string().min(1).max(300),
    /** ms from now */
    forMs: z
      .int()
      .min(MINUTE)
      .max(14 * DAY),
    reason: z.string().trim().max(300).optional(),
  }),
  z.strictObject({
    act: z.literal('done'),
    customerId,
    caseId: z.string().max(300),
    item: z.string().min(1).max(300),
    outcome: z.enum(CARE_OUTCOMES),
  }),
]);
export type CareAct = z.infer<typeof careAct>;

export const recoveryParams = z.strictObject({
  journey: text,
  from: z.int().min(0).max(4_102_444_800_000).optional(),
  to: z.int().min(0).max(4_102_444_800_000).optional(),
});
export type RecoveryParams = z.infer<typeof recoveryParams>;

const instant = z.coerce.number().int().min(0).max(4_102_444_800_000);

/** The recoveries behind a number, over all versions of a journey: detected in a range, as they stand at its end. */
export const recoveryListSchema = z.strictObject({
  of: z.literal('recovery'),
  journey: text,
  what: z.enum(RECOVERY_WHATS),
  cause: z.enum(RECOVERY_CAUSES).optional(),
  from: instant.optional(),
  to: instant.optional(),
});
export type RecoveryListRef = z.infer<typeof recoveryListSchema>;

/** Recoveries of one cause: detected = the sum over all states, at every instant. */
export interface RecoveryLine {
  readonly detected: number;
  readonly states: Readonly<Record<RecoveryState, number>>;
}

export interface RecoveryView {
  readonly journey: string;
  /** detected from here on, floored to the hour, ms */
  readonly from: number;
  readonly position: Position;
  readonly total: RecoveryLine;
  readonly causes: Readonly<Record<RecoveryCause, RecoveryLine>>;
  /** from detection to resolution, ms; from log bins of 2 %, so within 1 %; null: none yet */
  readonly medianMs: number | null;
  readonly resolved: number;
  /** mean mood of those whose mood is known both before and after, -1..1; null: of too few */
  readonly mood: { readonly before: number; readonly after: number } | null;
  readonly moods: number;
}

/** A recovery on a customer's page. */
export interface RecoveryCase {
  readonly key: string;
  readonly caseId: string;
  readonly cause: RecoveryCause;
  readonly state: RecoveryState;
  /** when it went wrong, ms: a promise when its date and grace were over, as it is said to be broken everywhere */
  readonly since: number;
  /** when it came to need making good: a promise only once it was broken for long enough to hurt */
  readonly at: number;
  readonly contactedAt: number | null;
  readonly resolvedAt: number | null;
  readonly endedAt: number | null;
  readonly before: number | null;
  readonly after: number | null;
}
