import { z } from 'zod';
import type { Factor } from './event.ts';
import type { Position } from './views.ts';
import { STRIP_SPAN_NAMES, type StripSpan } from './strip-spans.ts';

export const stripParams = z.strictObject({
  journey: z.string().min(1).max(128),
  /** absent: the newest */
  version: z.int().min(1).optional(),
  span: z.enum(STRIP_SPAN_NAMES),
  /** end of the strip; absent: now */
  to: z.int().min(0).max(4_102_444_800_000).optional(),
});
export type StripParams = z.infer<typeof stripParams>;

/** One stretch of the strip, as it stood at its end. */
export interface StripPoint {
  /** first and last millisecond of it */
  readonly from: number;
  readonly to: number;
  /** visits with their last activity in it */
  readonly n: number;
  /** plain mean friction 0..100; null: too few visits for a number */
  readonly friction: number | null;
  /** confidence-weighted mean, -1..1; null: nothing known */
  readonly valence: number | null;
  readonly known: number;
  /** promises met in time, and promises that broke, in it */
  readonly kept: number;
  readonly broken: number;
}

/** Friction and feeling of a whole journey over time, with what was outside of anybody's control. */
export interface StripView {
  readonly journey: string;
  readonly version: number;
  readonly span: StripSpan;
  readonly position: Position;
  readonly points: readonly StripPoint[];
  readonly factors: readonly Factor[];
  /** first instant with any visit that is known, ms; null: none */
  readonly since: number | null;
}
