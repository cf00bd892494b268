import { z } from 'zod';
import { calendarSchema, clockTime } from './calendar.ts';
import { duration } from './duration.ts';
import { CHANNELS, CLUES, COMPONENTS, CONTROLLERS, PHASES } from './words.ts';

const id = z.string().regex(/^[a-z][a-z0-9_.-]{0,63}$/, 'use lower-case letters, digits, dot, dash or underscore, starting with a letter');
const label = z.string().min(1).max(200);
const sentences = z.array(z.string().min(1).max(300)).max(20).default([]);
const names = z.strictObject({ customer: label, internal: label });

const matchSchema = z.strictObject({
  /** an event type, or a prefix ending in `*` */
  type: label.optional(),
  touchpoint: label.optional(),
  channel: z.enum(CHANNELS).optional(),
  topic: label.optional(),
  outcome: label.optional(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

/** A standard time: time by the clock on the wall, or working time on the calendar of the stage's owner. */
export const standardTime = z.union([duration, z.strictObject({ working: duration })]);
export type StandardTimeFile = z.infer<typeof standardTime>;

const standardsSchema = z
  .array(z.strictObject({ segment: label.optional(), channel: z.enum(CHANNELS).optional(), time: standardTime }))
  .max(100)
  .default([]);

export const touchpointSchema = z.strictObject({
  id,
  name: label,
  /** what the company calls it, where that differs */
  internal: label.optional(),
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
  /** the stage's, where it is not named */
  phase: z.enum(PHASES).optional(),
  /** every case that goes past the stage has to have it */
  required: z.boolean().default(false),
  /** of all touchpoints with this name of a choice, a case takes one */
  exclusive: id.optional(),
  /** a case has it at most this often */
  most: z.int().min(1).max(1000).optional(),
  /** expected events per day */
  expectedPerDay: z.number().positive().optional(),
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
  /** the department that answers for the stage; absent: the one most of its touchpoints belong to */
  owner: label.optional(),
  /** what the stage is for the customer */
  phase: z.enum(PHASES).optional(),
  /** what the customer has to get here */
  needs: sentences,
  /** what the customer would like besides */
  wants: sentences,
  /** standard time in the stage; longer is stuck */
  standard: standardTime.optional(),
  /** standard times where segment or channel of entry ask for another; the one that names more wins, then the first */
  standards: standardsSchema,
  /** cases expected to come here per day */
  expectedPerDay: z.number().positive().optional(),
  /** a case without any activity for this long has left */
  idle: duration.optional(),
  /** stages that may follow besides the next in order */
  next: z.array(id).default([]),
  /** comes after the goal: shown, but not a step of the funnel */
  after: z.boolean().default(false),
  /** usual time in the stage, for the dwell signal: median, and spread of ln(time) as MAD */
  dwell: z.strictObject({ median: duration, mad: z.number().positive() }).optional(),
});

/** When a promise is due: as whoever makes it says; or so long after it was made; by the clock, or in working time of its owner. */
export const dueRuleSchema = z.union([
  z.literal('stated'),
  z.strictObject({ within: duration }),
  z.strictObject({ working: duration }),
  z.strictObject({ workingDays: z.int().min(0).max(366), by: clockTime }),
]);
export type DueRule = z.infer<typeof dueRuleSchema>;

export const promiseRuleSchema = z.strictObject({
  /** as events name it */
  kind: id,
  /** where it is made; absent: in any stage */
  stage: id.optional(),
  /** what the customer is told */
  wording: z.string().min(1).max(500),
  /** the department that answers for it */
  owner: label,
  /** used where the event that makes the promise does not say when it is due */
  due: dueRuleSchema.default('stated'),
  /** still kept so long after it was due; used where the event does not say */
  grace: duration.optional(),
});

const variantStage = z.strictObject({
  ...stageSchema.pick({ name: true, owner: true, standard: true, expectedPerDay: true }).partial().shape,
  needs: z.array(z.string().min(1).max(300)).max(20).optional(),
  wants: z.array(z.string().min(1).max(300)).max(20).optional(),
  standards: z
    .array(z.strictObject({ segment: label.optional(), channel: z.enum(CHANNELS).optional(), time: standardTime }))
    .max(100)
    .optional(),
  next: z.array(id).optional(),
});
const variantTouchpoint = z.strictObject({
  name: label.optional(),
  internal: label.optional(),
  controller: z.enum(CONTROLLERS).optional(),
  clue: z.enum(CLUES).optional(),
  mot: z.number().min(0).max(10).optional(),
  required: z.boolean().optional(),
  exclusive: id.nullable().optional(),
  most: z.int().min(1).max(1000).nullable().optional(),
  expectedPerDay: z.number().positive().optional(),
  wait: duration.optional(),
});

/**
 * A variant: cases of some segments or channels of entry for which the journey expects and promises other things. It has the stages, touchpoints
 * and matching of the base, so that every case belongs to exactly one variant or to the base alone, and the variants add up to it.
 */
export const variantSchema = z.strictObject({
  id,
  name: label,
  segments: z.array(label).max(50).optional(),
  /** channels of entry */
  channels: z.array(z.enum(CHANNELS)).max(CHANNELS.length).optional(),
  stages: z.record(id, variantStage).default({}),
  touchpoints: z.record(id, variantTouchpoint).default({}),
  /** replaces the promise of the same kind and stage, or adds one */
  promises: z.array(promiseRuleSchema).default([]),
});

/** A journey file: one journey from the customer's point of view. */
export const journeySchema = z.strictObject({
  /** where editors find the schema */
  $schema: z.string().optional(),
  journey: id,
  version: z.int().min(1).default(1),
  name: names,
  /** what the customer wants to have reached in the end */
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
  /** cases expected to begin per day */
  expectedPerDay: z.number().positive().optional(),
  calendars: z.record(id, calendarSchema).default({}),
  /** departments with the calendar they work by; once any are listed, every owner has to be among them */
  owners: z
    .array(z.strictObject({ name: label, calendar: id.optional() }))
    .max(200)
    .default([]),
  sources: z.array(z.strictObject({ id, name: label, silentAfter: duration })).default([]),
  stages: z.array(stageSchema).min(2).max(30),
  touchpoints: z.array(touchpointSchema).min(1).max(500),
  promises: z.array(promiseRuleSchema).max(200).default([]),
  variants: z.array(variantSchema).max(30).default([]),
  /** weights of the friction components, where they differ from the defaults */
  weights: z.partialRecord(z.enum(COMPONENTS), z.number().min(0).max(0.95)).default({}),
  /** hours late at which a missed promise weighs half, per promise kind; default 72 */
  promiseHalf: z.record(z.string(), z.number().positive()).default({}),
});
export type JourneyFile = z.infer<typeof journeySchema>;
export type TouchpointFile = z.infer<typeof touchpointSchema>;
export type StageFile = z.infer<typeof stageSchema>;
export type PromiseRuleFile = z.infer<typeof promiseRuleSchema>;
export type VariantFile = z.infer<typeof variantSchema>;
