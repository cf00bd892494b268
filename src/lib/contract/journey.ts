import { z } from 'zod';
import { CHANNELS, CLUES, COMPONENTS, CONTROLLERS } from './words.ts';

const id = z.string().regex(/^[a-z][a-z0-9_.-]{0,63}$/, 'use lower-case letters, digits, dot, dash or underscore, starting with a letter');
const label = z.string().min(1).max(200);
const names = z.strictObject({ customer: label, internal: label });

const UNITS: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };

/** `90s`, `30m`, `2h`, `1d 12h`, `3w` -> milliseconds. */
export const duration = z.string().transform((text, ctx) => {
  let total = 0;
  const rest = text.replace(/(\d+(?:\.\d+)?)\s*([smhdw])/g, (_, n: string, unit: string) => {
    total += Number(n) * (UNITS[unit] ?? 0);
    return '';
  });
  if (rest.trim() !== '' || total <= 0) {
    ctx.addIssue({ code: 'custom', message: 'is not a duration such as 90s, 30m, 2h, 3d or 2w' });
    return z.NEVER;
  }
  return Math.round(total);
});

const matchSchema = z.strictObject({
  /** an event type, or a prefix ending in `*` */
  type: label.optional(),
  touchpoint: label.optional(),
  channel: z.enum(CHANNELS).optional(),
  topic: label.optional(),
  outcome: label.optional(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

export const touchpointSchema = z.strictObject({
  id,
  name: label,
  /** placed: moves the case to this stage. Absent: accompanying, counted in the stage where the case then is. */
  stage: id.optional(),
  /** the department that answers for it */
  owner: label,
  channel: z.enum(CHANNELS),
  /** channels it may also come through, beside `channel` */
  channels: z.array(z.enum(CHANNELS)).optional(),
  controller: z.enum(CONTROLLERS).default('us'),
  clue: z.enum(CLUES).default('functional'),
  /** weight of a moment of truth, 0 = none */
  mot: z.number().min(0).max(10).default(0),
  /** standard waiting time */
  wait: duration.optional(),
  /** a case may begin here (placed touchpoints of the first stage always may) */
  entry: z.boolean().default(false),
  /** ends the case */
  closes: z.boolean().default(false),
  /** takes the case out of the funnel: neither converted nor lost */
  excludes: z.boolean().default(false),
  /** the feed it comes from, for source health */
  source: id.optional(),
  /** an event with this touchpoint id always matches; these match besides */
  match: z.array(matchSchema).default([]),
});

export const stageSchema = z.strictObject({
  id,
  name: names,
  /** standard time in the stage; longer is stuck */
  standard: duration.optional(),
  /** a case without any activity for this long has left */
  idle: duration.optional(),
  /** stages that may follow besides the next in order */
  next: z.array(id).default([]),
  /** comes after the goal: shown, but not a step of the funnel */
  after: z.boolean().default(false),
  /** usual time in the stage, for the dwell signal: median, and spread of ln(time) as MAD */
  dwell: z.strictObject({ median: duration, mad: z.number().positive() }).optional(),
});

/** A journey file: one journey from the customer's point of view. */
export const journeySchema = z.strictObject({
  journey: id,
  version: z.int().min(1).default(1),
  name: names,
  goal: label,
  /** identifier kind that tells two cases of one customer apart, e.g. `orderId` */
  correlation: z.string().min(1).max(64).optional(),
  /** conversion window, from entry */
  window: duration,
  /** a case without any activity for this long has left its stage */
  idle: duration.default(2_592_000_000),
  /** a visit ends after this long without activity */
  quiet: duration.default(1_800_000),
  /** standard wait where the touchpoint names none */
  wait: duration.default(120_000),
  /** time within which the same topic again is a repeat contact */
  repeatWindow: duration.default(604_800_000),
  zone: z.string().default('UTC'),
  segments: z.array(label).default([]),
  sources: z.array(z.strictObject({ id, name: label, silentAfter: duration })).default([]),
  stages: z.array(stageSchema).min(2).max(30),
  touchpoints: z.array(touchpointSchema).min(1).max(500),
  /** weights of the friction components, where they differ from the defaults */
  weights: z.partialRecord(z.enum(COMPONENTS), z.number().min(0).max(0.95)).default({}),
  /** hours late at which a missed promise weighs half, per promise kind; default 72 */
  promiseHalf: z.record(z.string(), z.number().positive()).default({}),
});
export type JourneyFile = z.infer<typeof journeySchema>;
export type TouchpointFile = z.infer<typeof touchpointSchema>;
export type StageFile = z.infer<typeof stageSchema>;
