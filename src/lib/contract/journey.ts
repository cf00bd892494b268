import { z } from 'zod';
import { calendarSchema, clockTime } from './calendar.ts';
import { duration, durationOrNone } from './duration.ts';
import { CHANNELS, CLUES, COMPONENTS, CONTROLLERS, PHASES } from './words.ts';

const id = z.string().regex(/^[a-z][a-z0-9_.-]{0,63}$/, 'use lower-case letters, digits, dot, dash or underscore, starting with a letter');
const label = z.string().min(1).max(200);
/** Somebody has to answer for everything. */
const owner = z
  .string({ error: (issue) => (issue.input === undefined ? 'is missing: name the department that answers for it' : undefined) })
  .min(1, 'is empty: name the department that answers for it')
  .max(200);
const sentences = z.array(z.string().min(1).max(300)).max(20).default([]);
const names = z.strictObject({ customer: label, internal: label });

const matchSchema = z.strictObject({
  type: label.optional().describe('an event type, or a prefix ending in `*`'),
  touchpoint: label.optional(),
  channel: z.enum(CHANNELS).optional(),
  topic: label.optional(),
  outcome: label.optional(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

/** One rule needs no list. */
const matches = z.union([z.array(matchSchema), matchSchema.transform((one) => [one])]);

/** When a place is served: around the clock, or in the working time of whoever answers for it. */
const hours = z.enum(['always', 'working']);

/** A standard time: time by the clock on the wall, or working time on a calendar, that of the stage's owner or of the source. */
export const standardTime = z.union([duration, z.strictObject({ working: duration })], {
  error: 'is not a standard time such as 6h, 3d or {working: 8h}',
});
export type StandardTimeFile = z.infer<typeof standardTime>;

const standardsSchema = z
  .array(z.strictObject({ segment: label.optional(), channel: z.enum(CHANNELS).optional(), time: standardTime }))
  .max(100)
  .default([]);

export const touchpointSchema = z.strictObject({
  id,
  name: label,
  internal: label.optional().describe('what the company calls it, where that differs'),
  stage: id.optional().describe('placed: moves the case to this stage. Absent: accompanying, counted in the stage where the case then is.'),
  owner: owner.describe('the department that answers for it'),
  channel: z.enum(CHANNELS),
  channels: z.array(z.enum(CHANNELS)).optional().describe('channels it may also come through, beside `channel`'),
  controller: z.enum(CONTROLLERS).default('us'),
  clue: z.enum(CLUES).default('functional'),
  mot: z.number().min(0).max(10).default(0).describe('weight of a moment of truth, 0 = none'),
  phase: z.enum(PHASES).optional().describe('the stage’s, where it is not named'),
  required: z.boolean().default(false).describe('every case that goes past the stage has to have it'),
  exclusive: id.optional().describe('of all touchpoints with this name of a choice, a case takes one'),
  most: z.int().min(1).max(1000).optional().describe('a case has it at most this often'),
  expectedPerDay: z.number().positive().optional().describe('expected events per day, as the mean of a week'),
  hours: hours
    .optional()
    .describe('`working`: served in the working time of its owner only; all of its volume is expected then. Absent: around the clock'),
  wait: duration.optional().describe('standard waiting time'),
  entry: z.boolean().default(false).describe('a case may begin here (placed touchpoints of the first stage always may)'),
  closes: z.boolean().default(false).describe('ends the case'),
  excludes: z.boolean().default(false).describe('takes the case out of the funnel: neither converted nor lost'),
  source: id.optional().describe('the feed it comes from, for source health'),
  match: matches.default([]).describe('an event with this touchpoint id always matches; one rule or several match besides'),
});

export const stageSchema = z.strictObject({
  id,
  name: names,
  owner: owner.optional().describe('the department that answers for the stage; absent: the one most of its touchpoints belong to'),
  phase: z.enum(PHASES).optional().describe('what the stage is for the customer'),
  needs: sentences.describe('what the customer has to get here'),
  wants: sentences.describe('what the customer would like besides'),
  standard: standardTime.optional().describe('standard time in the stage; longer is stuck'),
  standards: standardsSchema.describe(
    'standard times where segment or channel of entry ask for another; the one that names more wins, then the first',
  ),
  expectedPerDay: z.number().positive().optional().describe('cases expected to come here per day, as the mean of a week'),
  hours: hours.optional().describe('`working`: cases come here in the working time of the owner only. Absent: around the clock'),
  idle: duration.optional().describe('a case without any activity for this long has left'),
  next: z.array(id).default([]).describe('stages that may follow besides the next in order'),
  after: z.boolean().default(false).describe('comes after the goal: shown, but not a step of the funnel'),
  dwell: z
    .strictObject({ median: duration, mad: z.number().positive() })
    .optional()
    .describe('usual time in the stage, for the dwell signal: median, and spread of ln(time) as MAD'),
});

/** When a promise is due: as whoever makes it says; or so long after it was made; by the clock, or in working time of its owner. */
export const dueRuleSchema = z.union(
  [
    z.literal('stated'),
    z.strictObject({ within: duration }),
    z.strictObject({ working: duration }),
    z.strictObject({ workingDays: z.int().min(0).max(366), by: clockTime }),
  ],
  { error: 'is not a date rule: `stated`, {within: 2d}, {working: 8h} or {workingDays: 2, by: "17:00"}' },
);
export type DueRule = z.infer<typeof dueRuleSchema>;

export const promiseRuleSchema = z.strictObject({
  kind: id.describe('as events name it'),
  stage: id.optional().describe('where it is made; absent: in any stage'),
  wording: z.string().min(1).max(500).describe('what the customer is told'),
  owner: owner.describe('the department that answers for it'),
  due: dueRuleSchema.default('stated').describe('used where the event that makes the promise does not say when it is due'),
  grace: durationOrNone.optional().describe('still kept so long after it was due; used where the event does not say'),
  madeBy: z
    .array(id)
    .max(50)
    .default([])
    .describe('touchpoints at which it is made whenever they occur, unless one of its kind is open or the event makes one itself'),
  keptBy: z.array(id).max(50).default([]).describe('touchpoints that keep it when they occur'),
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
  channels: z.array(z.enum(CHANNELS)).max(CHANNELS.length).optional().describe('channels of entry'),
  stages: z.record(id, variantStage).default({}),
  touchpoints: z.record(id, variantTouchpoint).default({}),
  promises: z.array(promiseRuleSchema).default([]).describe('replaces the promise of the same kind and stage, or adds one'),
});

/** A journey file: one journey from the customer's point of view. */
export const journeySchema = z.strictObject({
  $schema: z.string().optional().describe('where editors find the schema'),
  journey: id,
  version: z.int().min(1).default(1),
  name: names,
  goal: label.describe('what the customer wants to have reached in the end'),
  correlation: z.string().min(1).max(64).optional().describe('identifier kind that tells two cases of one customer apart, e.g. `orderId`'),
  window: duration.describe('conversion window, from entry'),
  idle: duration.default(2_592_000_000).describe('a case without any activity for this long has left its stage'),
  quiet: duration.default(1_800_000).describe('a visit ends after this long without activity'),
  wait: duration.default(120_000).describe('standard wait where the touchpoint names none'),
  repeatWindow: duration.default(604_800_000).describe('time within which the same topic again is a repeat contact'),
  zone: z.string().default('UTC'),
  segments: z.array(label).default([]),
  expectedPerDay: z.number().positive().optional().describe('cases expected to begin per day'),
  calendars: z.record(id, calendarSchema).default({}),
  /** departments with the calendar they work by; once any are listed, every owner has to be among them */
  owners: z
    .array(z.strictObject({ name: label, calendar: id.optional() }))
    .max(200)
    .default([]),
  sources: z
    .array(
      z.strictObject({
        id,
        name: label,
        silentAfter: standardTime.describe('still for longer, it is down; as `{working: 2h}` only the working time of its calendar counts'),
        calendar: id.optional().describe('one of the calendars: when it speaks'),
      }),
    )
    .default([]),
  stages: z.array(stageSchema).min(2).max(30),
  touchpoints: z.array(touchpointSchema).min(1).max(500),
  promises: z.array(promiseRuleSchema).max(200).default([]),
  variants: z.array(variantSchema).max(30).default([]),
  weights: z
    .partialRecord(z.enum(COMPONENTS), z.number().min(0).max(0.95))
    .default({})
    .describe('weights of the friction components, where they differ from the defaults'),
  promiseHalf: z
    .record(z.string(), z.number().positive())
    .default({})
    .describe('hours late at which a missed promise weighs half, per promise kind; default 72'),
});
export type JourneyFile = z.infer<typeof journeySchema>;
export type TouchpointFile = z.infer<typeof touchpointSchema>;
export type StageFile = z.infer<typeof stageSchema>;
export type PromiseRuleFile = z.infer<typeof promiseRuleSchema>;
export type VariantFile = z.infer<typeof variantSchema>;
