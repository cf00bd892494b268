import { DAY } from './time.ts';
import { z } from 'zod';

/** Longest conversion window: 366 days of 24 hours. */
const LONGEST_WINDOW_MS = 366 * DAY;
/** Steps of one funnel: each has a bit of a 32-bit number. */
const MOST_STEPS = 20;
/** Ways to reach one step. */
export const MOST_MATCHES = 10;

const name = z.string().trim().min(1, 'is empty').max(200, 'is longer than 200 characters');
const word = z.string().trim().min(1, 'is empty').max(128, 'is longer than 128 characters');
const span = z.int('is no length of time').min(1, 'is no length of time').max(LONGEST_WINDOW_MS, 'is longer than 366 days');
const place = z.int().min(1).max(MOST_STEPS);

/** Fields of an event that a condition, a held property or a breakdown may speak of; `attributes.<name>` is one of its free attributes. */
const FUNNEL_FIELDS = ['channel', 'topic', 'outcome', 'segment', 'area'] as const;
const field = z.union([
  z.enum(FUNNEL_FIELDS),
  z.string().regex(/^attributes\.[^|\u0000-\u001f]{1,64}$/u, 'is neither a field of an event nor attributes.<name>'),
]);
/** What can tell passages apart besides: an identifier that the event carries, such as `identifier.orderId`. */
const held = z.union([field, z.string().regex(/^identifier\.[A-Za-z][A-Za-z0-9_]{0,63}$/)], {
  error: 'is neither a field of an event, attributes.<name> nor identifier.<kind>',
});

/** One comparison: `is` and `isNot` on the text of the value, the others on numbers. An event without the field is not anything. */
const funnelCondition = z
  .strictObject({
    field,
    op: z.enum(['is', 'isNot', 'atLeast', 'atMost']),
    value: word,
  })
  .refine(({ op, value }) => op === 'is' || op === 'isNot' || Number.isFinite(Number(value)), {
    path: ['value'],
    message: 'is not a number, such as 10 or 10.5: at least and at most compare numbers',
  });

/** Which events: a touchpoint, or a type (a prefix ending in `*` is a family of types), narrowed by conditions that all hold. */
const funnelMatch = z
  .strictObject({
    touchpoint: word.optional(),
    type: word.optional(),
    where: z.array(funnelCondition).max(5).default([]),
  })
  .refine(
    (match) => match.touchpoint !== undefined || match.type !== undefined || match.where.length > 0,
    'matches every event: say which',
  );

/** One step: any of its matches will do. */
const funnelStepSchema = z.strictObject({
  name,
  any: z.array(funnelMatch).min(1).max(MOST_MATCHES),
  /** may be left out without losing the conversion */
  optional: z.boolean().default(false),
  /** ms: at least, and at most, this long after the step reached before */
  minMs: span.optional(),
  maxMs: span.optional(),
});

/** Doing this after step `from` and before step `to` (counted from 1) takes the attempt out: for good (`remove`), or until the next entry (`end`). */
const funnelExclusion = z.strictObject({
  any: z.array(funnelMatch).min(1).max(MOST_MATCHES),
  from: place,
  to: place,
  effect: z.enum(['remove', 'end']).default('remove'),
});

/** How attempts are told apart in a breakdown: by which value, and the value at which of their steps. */
const funnelBreakdown = z.strictObject({
  by: field,
  /** value at the first step, at the last one reached, at every one (else `mixed`), or at step `step` (else `not reached`) */
  at: z.enum(['first', 'last', 'all', 'step']).default('first'),
  step: place.optional(),
  /** the values told apart; everything else is `other`. Needed for attributes and topics, which may hold anything */
  values: z.array(word).max(30).optional(),
});

const shape = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/, 'use lower-case letters, digits, dash or underscore, starting with a letter'),
  version: z.int().min(1).max(1_000_000).default(1),
  name,
  /** touchpoints are those of this journey, and so are cases; absent: of all journeys */
  journey: word.optional(),
  order: z.enum(['ordered', 'strict', 'any']).default('ordered'),
  /** ms from entry, inclusive; never reset by a later entry */
  windowMs: span,
  /** whose passages are counted */
  count: z.enum(['customer', 'case']).default('customer'),
  /** a property that every step must carry with one and the same value: each value is a passage of its own */
  hold: held.optional(),
  /** `off`: the first passage ever; `after`: again after completion, time-out or exclusion; `optimised`: besides, every entry is tried and any may convert */
  reentry: z.enum(['off', 'after', 'optimised']).default('after'),
  steps: z.array(funnelStepSchema).min(2, 'a funnel has at least two steps').max(MOST_STEPS),
  exclusions: z.array(funnelExclusion).max(5).default([]),
  breakdowns: z.array(funnelBreakdown).max(4).default([]),
});
type Shape = z.infer<typeof shape>;

function* stepProblems(one: Shape): Generator<readonly [path: (string | number)[], message: string]> {
  const last = one.steps.length - 1;
  for (const [i, step] of one.steps.entries()) {
    if (step.optional && (i === 0 || i === last)) yield [['steps', i, 'optional'], 'the first and the last step cannot be optional'];
    if (step.optional && one.order === 'any') yield [['steps', i, 'optional'], 'in any order every step is needed'];
    const timed = step.minMs !== undefined || step.maxMs !== undefined;
    if (timed && i === 0) yield [['steps', i], 'nothing comes before the first step: it has no time from the step before'];
    if (timed && one.order === 'any') yield [['steps', i], 'in any order there is no step before: times between steps need an order'];
    if (step.minMs !== undefined && one.reentry === 'optimised')
      yield [['steps', i, 'minMs'], 'a shortest time does not go with trying every entry: use re-entry off or after'];
    if ((step.minMs ?? 0) > (step.maxMs ?? Infinity)) yield [['steps', i, 'minMs'], 'is longer than the longest time'];
  }
}

function* otherProblems(one: Shape): Generator<readonly [path: (string | number)[], message: string]> {
  if (one.order === 'any' && one.reentry === 'optimised')
    yield [['reentry'], 'trying every entry needs an order: use re-entry off or after'];
  if (one.count === 'case' && one.journey === undefined) yield [['journey'], 'counting cases needs the journey whose cases they are'];
  for (const [i, { from, to }] of one.exclusions.entries())
    if (from >= to || to > one.steps.length)
      yield [['exclusions', i], 'an exclusion lies between an earlier and a later step of this funnel'];
  for (const [i, { by, at, step, values }] of one.breakdowns.entries()) {
    if ((at === 'step') !== (step !== undefined))
      yield [['breakdowns', i, 'step'], 'name the step exactly where the breakdown is by a step'];
    if (step !== undefined && step > one.steps.length) yield [['breakdowns', i, 'step'], 'there is no such step'];
    if ((by.startsWith('attributes.') || by === 'topic' || by === 'outcome') && (values ?? []).length === 0)
      yield [['breakdowns', i, 'values'], 'name the values to tell apart: others are shown together'];
  }
}

/** A funnel over any touchpoints, as it is saved. */
export const funnelDefinition = shape.superRefine((one, context) => {
  for (const [path, message] of [...stepProblems(one), ...otherProblems(one)]) context.addIssue({ code: 'custom', path, message });
});
export type FunnelDefinition = z.infer<typeof funnelDefinition>;
export type FunnelDefinitionInput = z.input<typeof funnelDefinition>;
export type FunnelMatch = FunnelDefinition['steps'][number]['any'][number];
export type FunnelBreakdown = FunnelDefinition['breakdowns'][number];
