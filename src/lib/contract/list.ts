import { z } from 'zod';
import { associationListSchema } from './association.ts';
import { findingListSchema, stateListSchema } from './case.ts';
import { delayListSchema, exposedListSchema } from './factor.ts';
import { momentListSchema } from './moment.ts';
import { outcomeListSchema } from './outcome.ts';
import { promiseListSchema } from './promise.ts';
import { recoveryListSchema } from './queue.ts';
import { savedListSchema } from './saved-funnel.ts';
import { eventListSchema } from './silence.ts';
import { COLUMNS, DEVIATIONS, WINDOW_NAMES } from './words.ts';

const text = z.string().min(1).max(128);
const version = z.coerce.number().int().min(1).optional();
const instant = z.coerce.number().int().min(0).max(4_102_444_800_000);

/** Which list stands behind a number. Written as a query string so that a link is enough: `funnel?journey=broadband&stage=order&what=dropped`. */
const listSchema = z.discriminatedUnion('of', [
  z.strictObject({
    of: z.literal('funnel'),
    journey: text,
    version,
    /** absent for totals */
    stage: text.optional(),
    what: z.enum(['entered', 'reached', 'wentOn', 'waiting', 'dropped', 'excluded', 'converted', 'inProgress']),
    from: instant.optional(),
    /** last hour of entry */
    until: instant.optional(),
    to: instant.optional(),
    channel: text.optional(),
    segment: text.optional(),
    /** everybody but those of this channel, or segment */
    notChannel: text.optional(),
    notSegment: text.optional(),
    /** id of a variant, or `base`: the cases of no variant */
    variant: text.optional(),
  }),
  z.strictObject({
    of: z.literal('now'),
    journey: text,
    version,
    stage: text.optional(),
    what: z.enum(['occupancy', 'stuck', 'inflow', 'outflow']),
    to: instant.optional(),
    channel: text.optional(),
    segment: text.optional(),
    /** id of a variant, or `base`: the cases of no variant */
    variant: text.optional(),
  }),
  z.strictObject({
    of: z.literal('way'),
    journey: text,
    version,
    what: z.enum(['cases', 'visited', 'deviating', 'planned', 'ownWay', 'deviations', ...DEVIATIONS]),
    /** `visited`: cases that have been in this stage; deviations: of its touchpoints, or of this touchpoint */
    stage: text.optional(),
    touchpoint: text.optional(),
    from: instant.optional(),
    to: instant.optional(),
    channel: text.optional(),
    segment: text.optional(),
    variant: text.optional(),
  }),
  z.strictObject({
    of: z.literal('heat'),
    journey: text,
    version,
    /** one of the stages, or `all` */
    stage: text,
    /** one of the columns, or `all` */
    column: text,
    by: z.enum(COLUMNS),
    window: z.enum(WINDOW_NAMES),
    to: instant.optional(),
    /** with `to`: exactly this stretch of time, in place of the window */
    from: instant.optional(),
    /** id of a variant, or `base`: the cases of no variant */
    variant: text.optional(),
  }),
  outcomeListSchema,
  momentListSchema,
  associationListSchema,
  promiseListSchema,
  savedListSchema,
  delayListSchema,
  exposedListSchema,
  stateListSchema,
  findingListSchema,
  recoveryListSchema,
  eventListSchema,
]);
export type ListRef = z.infer<typeof listSchema>;

/** Reads a list reference; undefined where it is not one. */
export function parseList(text: string): ListRef | undefined {
  const cut = text.indexOf('?');
  if (cut < 0) return undefined;
  const fields = Object.fromEntries(new URLSearchParams(text.slice(cut + 1)));
  const parsed = listSchema.safeParse({ of: text.slice(0, cut), ...fields });
  return parsed.success ? parsed.data : undefined;
}
