import { z } from 'zod';
import { COMPONENTS } from '#lib/contract/index.ts';
import { isZone } from './instant.ts';
import { isEncoding } from './utf8.ts';

const column = z.string().min(1).max(200);
const oneOrMore = z.union(
  [z.string(), z.array(z.string()).min(1)],
  'must be text or a list of texts: put numbers, true and false in quotes',
);
/** Columns and the values they must have, all of them. */
const condition = z.record(column, oneOrMore);

const ruleShape = {
  /** take the value of this column */
  column: column.optional(),
  /** build the value: `{column}` stands for a cell; absent where a named cell is */
  template: z.string().min(1).max(500).optional(),
  /** always this */
  constant: z.string().min(1).max(500).optional(),
  /** the first entry whose condition holds gives the value; the report names the columns of the first condition */
  choose: z
    .array(z.strictObject({ when: condition, value: z.string().min(1).max(500) }))
    .min(1)
    .optional(),
  /** what the value becomes */
  map: z.record(z.string(), z.string().min(1)).optional(),
  /** a value that `map` or `choose` does not know: report and leave out, keep as it is, or leave out silently */
  otherwise: z.enum(['report', 'keep', 'omit']).default('report'),
  /** only in rows for which this holds */
  when: condition.optional(),
};
const SOURCES = ['column', 'template', 'constant', 'choose'] as const;
type Shape = { readonly [K in (typeof SOURCES)[number]]?: unknown };

function oneSource(value: Shape, ctx: z.RefinementCtx): void {
  const given = SOURCES.filter((name) => value[name] !== undefined);
  if (given.length !== 1) ctx.addIssue({ code: 'custom', message: `needs exactly one of ${SOURCES.join(', ')}` });
}
/** A name alone stands for the column of that name. */
function short(value: unknown): unknown {
  return typeof value === 'string' ? { column: value } : value;
}

const rule = z.preprocess(short, z.strictObject(ruleShape).superRefine(oneSource));
const identifierRule = z.preprocess(
  short,
  z
    .strictObject({
      ...ruleShape,
      /** the value in the case's earliest row holds for the whole case; a later, different one is reported */
      perCase: z.literal('first').optional(),
    })
    .superRefine(oneSource),
);

const formats = z.string().min(1).max(60);
const signal = z
  .strictObject({
    kind: z.enum(COMPONENTS),
    /** one signal, with the difference as its value, whenever this number grows within a case */
    grows: column.optional(),
    /** one signal whenever the column turns to the value within a case */
    turns: z.strictObject({ column, to: z.string().min(1) }).optional(),
    /** one signal in every row for which this holds */
    when: condition.optional(),
    /** with `when`: the column that holds the signal's value (seconds for `wait`, else a count) */
    value: column.optional(),
  })
  .superRefine((value, ctx) => {
    const given = [value.grows, value.turns, value.when].filter((v) => v !== undefined);
    if (given.length !== 1) ctx.addIssue({ code: 'custom', message: 'needs exactly one of grows, turns, when' });
  });

/** How the rows of a file become events: which column is what. */
export const mappingSchema = z
  .strictObject({
    /** the feed's name; duplicates are told by (source, id) */
    source: z.string().regex(/^[a-z][a-z0-9_.-]{0,63}$/, 'use lower-case letters, digits, dot, dash or underscore, starting with a letter'),
    /** default: by the file's name */
    format: z.enum(['csv', 'ndjson', 'xes', 'ocel']).optional(),
    csv: z
      .strictObject({
        delimiter: z.string().length(1).default(','),
        quote: z.string().length(1).default('"'),
        /** what stands before the decimals of a number; with a comma, dots may stand between thousands */
        decimal: z.enum(['.', ','], "is neither '.' nor ','").default('.'),
      })
      .prefault({}),
    /** of a .csv or .ndjson file that is not UTF-8; XES names its own */
    encoding: z.string().refine(isEncoding, 'is no encoding, such as windows-1252 or utf-16le').optional(),
    /** name of the file inside a zip; default: the first one that is a table */
    entry: z.string().min(1).optional(),
    /** cell values that mean "nothing" */
    nulls: z.array(z.string()).default(['']),
    /** unique within the source. Without it the event's own bytes are its name, so two equal rows are one event */
    id: rule.optional(),
    occurredAt: z.strictObject({
      column,
      /** `iso`, `ms`, `s`, or a pattern such as `d/M/yyyy HH:mm` */
      format: formats.default('iso'),
      /** zone of times that name none */
      zone: z.string().refine(isZone, 'is no time zone, such as Europe/Berlin').default('UTC'),
    }),
    /** column that orders rows of one instant: 0 to 65535 */
    sequence: column.optional(),
    customer: z.record(z.string().min(1).max(64), identifierRule),
    caseId: rule.optional(),
    touchpoint: rule.optional(),
    type: rule.optional(),
    channel: rule.optional(),
    journey: rule.optional(),
    outcome: rule.optional(),
    topic: rule.optional(),
    segment: rule.optional(),
    area: rule.optional(),
    text: rule.optional(),
    lang: rule.optional(),
    score: z
      .strictObject({ kind: z.enum(['csat', 'stars', 'ces', 'nps', 'valence']), value: column, scale: z.number().optional() })
      .optional(),
    /** what was promised: only in rows for which `kind` gives a value */
    promise: z
      .strictObject({
        kind: rule,
        id: rule.optional(),
        /** when it is due; default: written as `occurredAt` is */
        due: z.preprocess(short, z.strictObject({ column, format: formats.optional() })).optional(),
        graceSeconds: column.optional(),
        wording: rule.optional(),
      })
      .optional(),
    signals: z.array(signal).max(20).default([]),
    /** columns kept as attributes under their own names; `all`: every one that a row has and no rule uses */
    attributes: z.union([z.literal('all'), z.array(column).max(200)]).default([]),
    /** dates that cannot be right are reported; the row is imported all the same */
    checks: z
      .array(z.strictObject({ column, notBefore: column, format: formats.optional() }))
      .max(20)
      .default([]),
  })
  .superRefine((mapping, ctx) => {
    if (Object.keys(mapping.customer).length === 0)
      ctx.addIssue({ code: 'custom', path: ['customer'], message: 'needs at least one identifier' });
    if (mapping.caseId !== undefined) return;
    if (mapping.signals.some((s) => s.when === undefined))
      ctx.addIssue({ code: 'custom', path: ['signals'], message: 'with "grows" or "turns" compare the rows of a case: name its caseId' });
    if (Object.values(mapping.customer).some((r) => r.perCase !== undefined))
      ctx.addIssue({ code: 'custom', path: ['customer'], message: 'with "perCase" needs a caseId' });
  });
export type Mapping = z.infer<typeof mappingSchema>;
export type Rule = z.infer<typeof rule>;
export type IdentifierRule = z.infer<typeof identifierRule>;
export type Condition = z.infer<typeof condition>;
/** The fields of an event that are filled by one rule each. */
export const RULED = ['touchpoint', 'type', 'channel', 'journey', 'outcome', 'topic', 'segment', 'area', 'text', 'lang'] as const;
