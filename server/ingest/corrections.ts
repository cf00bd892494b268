import type { z } from 'zod';
import { eventSchema, inputProblemsOf } from '#lib/contract/index.ts';
import type { EventInput } from '#lib/contract/index.ts';
import type { Correctable, Correction, StoredEvent } from '#server/domain/event/event.ts';
import { speaksOfOthers } from '#server/domain/identity/decision.ts';
import { readInstant } from './instants.ts';
import { plainText } from './text.ts';
import type { EventProblem } from './validator.ts';

/** Reads fields as the door reads an event. */
type ReadFields = (
  fields: EventInput,
) => { readonly ok: true; readonly event: StoredEvent } | { readonly ok: false; readonly problem: EventProblem };

/** What an event says about another one, or what is wrong with it. */
export type ReadAbout =
  | { readonly ok: true; readonly eventId: string; readonly says: Pick<StoredEvent, 'attributes' | 'correction'> }
  | { readonly ok: false; readonly problem: EventProblem };

const FIELDS = 'attributes.fields';
const LONGEST_PATH = 200;
const correctable = eventSchema.omit({ id: true, customer: true }).partial();

/** Whether events of a type speak about another event, which `attributes.eventId` names. */
export function isAboutAnother(type: string | undefined): boolean {
  return type === 'event.retracted' || type === 'event.corrected';
}

/**
 * Reads what a retraction or correction says. A correction's `attributes.fields` are checked and normalised as those of an event are, so that
 * the corrected event equals one that was sent right; `null` takes a field away.
 * @param input a valid envelope of one of these types
 * @param event the same, normalised
 */
export function readAbout(input: EventInput, event: StoredEvent, read: ReadFields): ReadAbout {
  const named = input.attributes?.['eventId'];
  const eventId = typeof named === 'string' ? plainText(named) : '';
  if (eventId === '')
    return refused('attributes.eventId', 'missing_field', `is required by ${input.type}: the id of the event it is about`);
  const attributes = { ...event.attributes, eventId };
  if (input.type === 'event.retracted') return { ok: true, eventId, says: { attributes } };
  const given = input.attributes?.['fields'];
  if (typeof given !== 'object' || given === null || Array.isArray(given) || Object.keys(given).length === 0)
    return refused(FIELDS, 'missing_field', 'must hold the fields that are to be replaced');
  const correction = readFields(input, { ...given }, read);
  if ('code' in correction) return { ok: false, problem: correction };
  return { ok: true, eventId, says: { attributes: { ...attributes, fields: Object.keys(given) }, correction } };
}

function refused(field: string, code: EventProblem['code'], predicate: string): ReadAbout {
  return { ok: false, problem: problem(field, code, predicate) };
}

function readFields(input: EventInput, given: Readonly<Record<string, unknown>>, read: ReadFields): Correction | EventProblem {
  for (const name of ['customer', 'id'] as const)
    if (Object.hasOwn(given, name))
      return problem(`${FIELDS}.${name}`, 'invalid_field', 'cannot be corrected: retract the event and send it again under another id');
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(correctable.shape, name));
  if (unknown !== undefined) return problem(`${FIELDS}.${unknown}`.slice(0, LONGEST_PATH), 'unknown_field', 'is not part of the envelope');
  const parsed = correctable.safeParse(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)));
  if (!parsed.success) return unreadable(parsed.error);
  if (parsed.data.type !== undefined && speaksOfOthers(plainText(parsed.data.type)))
    return problem(`${FIELDS}.type`, 'invalid_field', 'cannot turn an event into one that speaks about others, or about who is who');
  const { occurredAt, ...fields } = parsed.data;
  const at = occurredAt === undefined ? undefined : readInstant(occurredAt);
  if (occurredAt !== undefined && at === undefined)
    return problem(`${FIELDS}.occurredAt`, 'invalid_field', 'must be ISO 8601 with an offset or milliseconds since 1970');
  const result = read({ ...definedOnly(fields), customer: input.customer });
  if (!result.ok) return { ...result.problem, field: `${FIELDS}.${result.problem.field}` };
  return asCorrection(Object.keys(given), at === undefined ? result.event : { ...result.event, at });
}

/** A field that was given and is there after reading is set; one that was given and is not there is taken away. */
function asCorrection(names: readonly string[], read: StoredEvent): Correction {
  const set: Partial<Record<keyof Correctable, unknown>> = {};
  const unset: (keyof Correctable)[] = [];
  for (const name of names) {
    const field = (name === 'occurredAt' ? 'at' : name) as keyof Correctable;
    const value = read[field];
    if (value === undefined) unset.push(field);
    else set[field] = value;
  }
  return { set: set as Correction['set'], unset };
}

function definedOnly(fields: Omit<Partial<EventInput>, 'customer'>): Omit<EventInput, 'customer'> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function unreadable(error: z.ZodError): EventProblem {
  const [first] = inputProblemsOf(error);
  const path = [FIELDS, ...(first?.path ?? [])].map(String).join('.').slice(0, LONGEST_PATH);
  return error.issues[0]?.code === 'unrecognized_keys'
    ? problem(path, 'unknown_field', 'is not part of the envelope')
    : problem(path, 'invalid_field', first?.message ?? 'is not valid');
}

function problem(field: string, code: EventProblem['code'], predicate: string): EventProblem {
  return { field, code, message: `${field} ${predicate}.` };
}
