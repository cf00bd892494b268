import { z } from 'zod';
import type { Factor } from './event.ts';
import type { Position } from './views.ts';

const text = z.string().min(1).max(128);
const instant = z.coerce.number().int().min(0).max(4_102_444_800_000);
const version = z.coerce.number().int().min(1).optional();

/** Promises whose first date passed unmet in a range of minutes; of these, those that coincide with any factor, or with one. */
export const delayListSchema = z.strictObject({
  of: z.literal('delay'),
  journey: text,
  version,
  /** id of a factor; `any`: at least one */
  factor: text.optional(),
  from: instant,
  to: instant.optional(),
});
export type DelayListRef = z.infer<typeof delayListSchema>;

/** Cases that were in a stage while a factor was at work where they are. */
export const exposedListSchema = z.strictObject({
  of: z.literal('exposed'),
  journey: text,
  version,
  /** id of the factor */
  factor: text,
  to: instant.optional(),
});
export type ExposedListRef = z.infer<typeof exposedListSchema>;

export const factorParams = z.strictObject({
  journey: text,
  /** absent: the newest */
  version: z.int().min(1).optional(),
  from: z.int().min(0).max(4_102_444_800_000).optional(),
  to: z.int().min(0).max(4_102_444_800_000).optional(),
});
export type FactorParams = z.infer<typeof factorParams>;

/** What was outside our control in a range, and what coincides with it. Never "caused by". */
export interface FactorImpact {
  readonly journey: string;
  /** floored to the minute, ms */
  readonly from: number;
  readonly position: Position;
  /** promises whose first date passed unmet in the range */
  readonly missed: number;
  /** of these, with at least one factor at work between their making and that date */
  readonly coincident: number;
  /** newest first */
  readonly factors: readonly {
    readonly factor: Factor;
    /** missed promises of the range that coincide with it; one can coincide with several factors */
    readonly missed: number;
    /** cases ever in a stage while it was at work where they are */
    readonly cases: number;
  }[];
}
