import { z } from 'zod';
import type { Position } from './views.ts';

const text = z.string().min(1).max(128);
const instant = z.coerce.number().int().min(0).max(4_102_444_800_000);
const version = z.coerce.number().int().min(1).optional();

/**
 * Where a case stands, by rule and by the clock alone. `open`: in the stage in which it began; `progressing`: has gone on; `stalled`: longer in its
 * stage than the standard; `completed`: its goal is reached; `abandoned`: ended before that; `reopened`: came back after it had ended or was completed.
 */
export const CASE_STATES = ['open', 'progressing', 'stalled', 'reopened', 'completed', 'abandoned'] as const;
export type CaseStanding = (typeof CASE_STATES)[number];

/** Cases in a state: `here` in some stage now; `gone` out of every stage since `from` or later. */
export const stateListSchema = z.strictObject({
  of: z.literal('state'),
  journey: text,
  version,
  state: z.enum(CASE_STATES),
  where: z.enum(['here', 'gone']),
  from: instant.optional(),
  to: instant.optional(),
});
export type StateListRef = z.infer<typeof stateListSchema>;

/** What went wrong on the way: a step after which nothing came that the journey allows, or a change of channel on which the thread was lost. */
export const FINDINGS = ['dead_end', 'lost_handover'] as const;
export type Finding = (typeof FINDINGS)[number];

/** Cases with a finding since `from`. */
export const findingListSchema = z.strictObject({
  of: z.literal('finding'),
  journey: text,
  version,
  finding: z.enum(FINDINGS),
  stage: text.optional(),
  from: instant,
  to: instant.optional(),
});
export type FindingListRef = z.infer<typeof findingListSchema>;

export const standingParams = z.strictObject({
  journey: text,
  /** absent: the newest */
  version: z.int().min(1).optional(),
  from: z.int().min(0).max(4_102_444_800_000).optional(),
  to: z.int().min(0).max(4_102_444_800_000).optional(),
});
export type StandingParams = z.infer<typeof standingParams>;

/** Where all cases of a journey stand. Those here sum to everybody in a stage. */
export interface StandingView {
  readonly journey: string;
  /** ended cases and findings count from here on, floored to the minute, ms */
  readonly from: number;
  readonly position: Position;
  readonly here: Readonly<Record<CaseStanding, number>>;
  /** out of every stage since `from` */
  readonly gone: { readonly completed: number; readonly abandoned: number };
  readonly findings: readonly {
    readonly finding: Finding;
    readonly count: number;
    /** most first */
    readonly places: readonly { readonly stage: string; readonly count: number }[];
  }[];
}
