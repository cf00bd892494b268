import { z } from 'zod';
import { COLUMNS, WINDOW_NAMES } from './words.ts';

const text = z.string().min(1).max(128);
const instant = z.coerce.number().int().min(0).max(4_102_444_800_000);

/** The promises behind a square of the heatmap: those that were kept, or that broke, in its window. */
export const outcomeListSchema = z.strictObject({
  of: z.literal('outcome'),
  journey: text,
  version: z.coerce.number().int().min(1).optional(),
  /** one of the stages, or `all` */
  stage: text,
  /** one of the columns, or `all` */
  column: text,
  by: z.enum(COLUMNS),
  what: z.enum(['kept', 'broken']),
  window: z.enum(WINDOW_NAMES),
  to: instant.optional(),
  /** with `to`: exactly this stretch of time, in place of the window */
  from: instant.optional(),
});
export type OutcomeListRef = z.infer<typeof outcomeListSchema>;
