import { hash } from 'node:crypto';
import { AHEAD_MS, EARLIEST_MS, EMOTIONS } from '#lib/contract/index.ts';
import type { EventInput, RejectionCode } from '#lib/contract/index.ts';
import type { CarriedIdentifier, StoredEvent } from '#server/domain/event/event.ts';
import { keyApart } from '#server/domain/event/key.ts';
import type { IdentityRules } from '#server/domain/identity/rules.ts';
import { DEFAULT_RULES } from '#server/domain/identity/rules.ts';
import {
  compareIdentifiers,
  isDescription,
  usableIdentifiers,
  type IdentifierOptions,
  type IdentifierProblem,
} from '#server/security/identifiers.ts';
import { isAboutAnother, readAbout } from './corrections.ts';
import { INSTANT_FORM, readInstant } from './instants.ts';
import { LATEST_PLAN_MS, type Limits } from './limits.ts';
import { redactRecord, redactText } from './redact.ts';
import { isHalved, plainText, wellFormed } from './text.ts';
import type { EventProblem } from './validator.ts';

/** What turning an envelope into an event needs to know. */
export interface NormaliseOptions extends IdentifierOptions {
  readonly limits: Pick<Limits, 'identifiers'>;
}

/** Where an event came from. */
export interface Arrival {
  /** the name duplicates are looked for under */
  readonly source: string;
  /** ms since 1970 */
  readonly received: number;
  /** tells equal events without id of different requests apart; the same on a retry */
  readonly requestKey?: string | undefined;
}

/** An event ready for the log, or what is wrong with it. */
export type Normalised = { readonly ok: true; readonly event: StoredEvent } | { readonly ok: false; readonly problem: EventProblem };

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Types of events that take a decision about identities back; `attributes.eventId` names it. */
const IDENTITY_UNDOS: ReadonlySet<string> = new Set(['identity.unmerged', 'identity.rejoined']);
/** Says what a text felt like, in place of what was inferred. It may speak of another source's event, named by `attributes.eventSource`. */
const CORRECTED = 'emotion.corrected';
/** Types of events that decide about identities; see server/domain/identity. */
const DECISIONS: ReadonlySet<string> = new Set(['identity.merged', 'identity.split']);
const KEY_DIGITS = 24;
const NAMES = ['type', 'touchpoint', 'journey', 'lang', 'outcome', 'topic', 'segment', 'area'] as const;

/**
 * Turns a valid envelope into the event that is stored: identifiers read, times in ms, names in NFC, card numbers removed.
 * Pure: the same input and arrival give the same event.
 */
export function normalise(sent: EventInput, arrival: Arrival, options: NormaliseOptions): Normalised {
  const input = plainlyTyped(sent);
  const problem = problemOf(input, options);
  if (problem !== undefined) return { ok: false, problem };
  const usable = usableIdentifiers(input.customer, options);
  const { groups, problems } = usable;
  const decided = input.type?.startsWith('identity.') === true ? decide(input, usable.who, options) : { who: usable.who };
  if ('code' in decided) return { ok: false, problem: decided };
  const { who } = decided;
  const [strongest] = who;
  if (strongest === undefined) return { ok: false, problem: nobody(problems) };
  const id = (input.id === undefined ? '' : plainText(input.id)) || contentId(input, arrival.requestKey);
  const occurred = input.occurredAt === undefined ? arrival.received : readInstant(input.occurredAt);
  if (occurred === undefined) return invalid('occurredAt', INSTANT_FORM);
  const believed = occurred >= EARLIEST_MS && occurred <= arrival.received + AHEAD_MS;
  const event: Mutable<StoredEvent> = {
    key: isSpoken(input.type) ? eventKey(arrival.source, id) : apartKey(arrival.source, id, strongest),
    source: arrival.source,
    id,
    at: believed ? occurred : arrival.received,
    received: arrival.received,
    under: strongest[2],
    who,
  };
  if (!believed) event.suspect = true;
  if (groups.length > 0) event.groups = groups;
  addNames(event, input);
  const detailed = addDetails(event, input, options.rules ?? DEFAULT_RULES);
  if (!detailed.ok) return detailed;
  if (isAboutAnother(input.type)) {
    const about = readAbout(input, detailed.event, (fields) => normalise(fields, arrival, options));
    return about.ok ? { ok: true, event: { ...detailed.event, ...about.says, about: eventKey(arrival.source, about.eventId) } } : about;
  }
  if (input.type === CORRECTED) {
    const about = eventKey(sourceSpokenOf(input) ?? arrival.source, plainText(String(input.attributes?.['eventId'])));
    return { ok: true, event: { ...detailed.event, about } };
  }
  const undone = input.type !== undefined && IDENTITY_UNDOS.has(input.type) ? input.attributes?.['eventId'] : undefined;
  if (typeof undone !== 'string' || undone === '') return detailed;
  return { ok: true, event: { ...detailed.event, about: eventKey(arrival.source, plainText(undone)) } };
}

/** Whether an event is somebody's word about other events or about identities, and no experience. */
function isSpoken(type: string | undefined): boolean {
  return type !== undefined && (isAboutAnother(type) || type === CORRECTED || IDENTITY_UNDOS.has(type) || DECISIONS.has(type));
}

/** The event with its type as it is kept: what the type means is read from nothing else. */
function plainlyTyped(input: EventInput): EventInput {
  if (input.type === undefined) return input;
  const type = plainText(input.type);
  return type === input.type ? input : { ...input, type };
}

function sourceSpokenOf(input: EventInput): string | undefined {
  const given = input.type === CORRECTED ? input.attributes?.['eventSource'] : undefined;
  return typeof given === 'string' && given !== '' ? plainText(given) : undefined;
}

/** The name of an event, by which duplicates are known: sha-256 of (source, id), first 12 bytes as hex. */
export function eventKey(source: string, id: string): string {
  return hash('sha256', `${source}\0${id}`, 'hex').slice(0, KEY_DIGITS);
}

/** The key of an ordinary event, set apart by its strongest identifier. The store's secret is not in it: events are the same in every store. */
export function apartKey(source: string, id: string, [kind, value]: CarriedIdentifier): string {
  return keyApart(eventKey(source, id), hash('sha256', [source, id, kind, value].join('\0'), 'hex'));
}

/** What the schema cannot say. */
function problemOf(input: EventInput, { limits }: NormaliseOptions): EventProblem | undefined {
  if (input.id !== undefined && isHalved(input.id)) return malformed('id');
  if (input.caseId !== undefined && isHalved(input.caseId)) return malformed('caseId');
  if (input.promise?.id !== undefined && isHalved(input.promise.id)) return malformed('promise.id');
  if (Object.keys(input.customer).length > limits.identifiers)
    return { field: 'customer', code: 'invalid_field', message: `customer must have at most ${limits.identifiers} identifiers.` };
  const description = Object.keys(input.customer).find(isDescription);
  if (description !== undefined) return described(description);
  if (input.type === CORRECTED) return correctionProblem(input.attributes ?? {});
  return input.score === undefined ? undefined : scoreProblem(input.score);
}

function described(kind: string): EventProblem {
  const instead = kind === 'name' ? 'attributes.name of an event of type identify' : 'an attribute';
  return invalid(`customer.${kind}`, `is no identifier: others may share it, and would be taken for one person; send it as ${instead}`)
    .problem;
}

function correctionProblem(attributes: Readonly<Record<string, unknown>>): EventProblem | undefined {
  const { eventId, emotion } = attributes;
  if (typeof eventId !== 'string' || eventId === '')
    return { field: 'attributes.eventId', code: 'missing_field', message: `${CORRECTED} must name the event in attributes.eventId.` };
  if (emotion === 'unknown' || EMOTIONS.some((one) => one === emotion)) return undefined;
  return {
    field: 'attributes.emotion',
    code: 'invalid_field',
    message: `attributes.emotion must be one of ${EMOTIONS.join(', ')}, unknown.`,
  };
}

function scoreProblem({ kind, value, scale }: NonNullable<EventInput['score']>): EventProblem | undefined {
  if (scale !== undefined && (scale < 2 || scale > 100))
    return { field: 'score.scale', code: 'invalid_field', message: 'score.scale must lie between 2 and 100.' };
  const [least, most] = scoreRange(kind, scale);
  if (value >= least && value <= most) return undefined;
  return { field: 'score.value', code: 'invalid_field', message: `score.value of ${kind} must lie between ${least} and ${most}.` };
}

function scoreRange(kind: NonNullable<EventInput['score']>['kind'], scale: number | undefined): readonly [least: number, most: number] {
  switch (kind) {
    case 'valence':
      return [-1, 1];
    case 'nps':
      return [0, 10];
    case 'ces':
      return [scale === undefined ? 1 : 0, scale ?? 7];
    case 'csat':
    case 'stars':
      return [scale === undefined ? 1 : 0, scale ?? 5];
  }
}

function addNames(event: Mutable<StoredEvent>, input: EventInput): void {
  for (const field of NAMES) {
    const sent = input[field];
    if (sent === undefined) continue;
    const name = redactText(plainText(sent));
    if (name !== '') event[field] = name;
  }
}

function addDetails(event: Mutable<StoredEvent>, input: EventInput, rules: IdentityRules): Normalised {
  if (input.sequence !== undefined) event.sequence = input.sequence;
  if (input.channel !== undefined) event.channel = input.channel;
  if (input.caseId !== undefined) {
    const caseId = plainText(input.caseId);
    if (!rules.isBlocked(caseId)) event.caseId = caseId;
  }
  if (input.text !== undefined && input.text !== '') event.text = words(input.text);
  if (input.score !== undefined) event.score = readScore(input.score);
  if (input.signals !== undefined && input.signals.length > 0) event.signals = input.signals.map(readSignal);
  if (input.attributes !== undefined) {
    // Whom else a decision names stands among its identifiers, and nowhere twice.
    const { other, ...attributes } = input.attributes;
    const told = other === undefined || !DECISIONS.has(input.type ?? '') ? input.attributes : attributes;
    event.attributes = redactRecord(input.type === 'identify' ? plainlyNamed(told) : told);
  }
  if (input.promise === undefined) return { ok: true, event };
  const promise = readPromise(input.promise, input.type);
  if ('code' in promise) return { ok: false, problem: promise };
  event.promise = promise;
  return { ok: true, event };
}

/** The name that pages call a person by is kept as names are. */
function plainlyNamed(attributes: NonNullable<EventInput['attributes']>): NonNullable<EventInput['attributes']> {
  const { name } = attributes;
  return typeof name === 'string' ? { ...attributes, name: plainText(name) } : attributes;
}

function readPromise(
  sent: NonNullable<EventInput['promise']>,
  type: string | undefined,
): NonNullable<StoredEvent['promise']> | EventProblem {
  // When a promise is due, its journey may say; where it is moved to, only whoever moves it.
  if (sent.due === undefined && type === 'promise.moved')
    return { field: 'promise.due', code: 'missing_field', message: `promise.due is required by ${type}.` };
  const kind = redactText(plainText(sent.kind));
  if (kind === '') return { field: 'promise.kind', code: 'invalid_field', message: 'promise.kind must not be empty.' };
  const promise: Mutable<NonNullable<StoredEvent['promise']>> = { kind };
  const id = sent.id === undefined ? '' : plainText(sent.id);
  if (id !== '') promise.id = id;
  if (sent.graceSeconds !== undefined) promise.graceSeconds = sent.graceSeconds;
  if (sent.wording !== undefined) promise.wording = words(sent.wording);
  if (sent.due === undefined) return promise;
  const due = readInstant(sent.due);
  if (due === undefined || due < EARLIEST_MS || due > LATEST_PLAN_MS)
    return {
      field: 'promise.due',
      code: 'invalid_field',
      message: 'promise.due must be ISO 8601 with an offset or milliseconds since 1970, between 2000 and 2100.',
    };
  promise.due = due;
  return promise;
}

/** Stands in for a missing id. Keys are sorted, so that a sender that rebuilds the same event for a retry still meets its first try. */
function contentId(input: EventInput, requestKey: string | undefined): string {
  const content = canonicalJson(isSpoken(input.type) ? input : withoutCards(input));
  return `content:${hash('sha256', requestKey === undefined ? content : `${requestKey}\0${content}`, 'hex').slice(0, 32)}`;
}

/** What is said in an event, without card numbers: quarantine keeps none, and what comes back from there is to meet itself. Identifiers stay as they are. */
function withoutCards({ customer, caseId, promise, ...said }: EventInput): object {
  const promised =
    promise === undefined ? undefined : { ...redactRecord(promise), ...(promise.id === undefined ? {} : { id: promise.id }) };
  return { ...redactRecord(said), promise: promised, customer, caseId };
}

/** JSON with sorted keys. Depth was bounded before parsing. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** The customer's own words keep every character that is one. */
function words(text: string): string {
  return redactText(wellFormed(text).normalize('NFC'));
}

function readScore({ kind, value, scale }: NonNullable<EventInput['score']>): NonNullable<StoredEvent['score']> {
  return scale === undefined ? { kind, value } : { kind, value, scale };
}

function readSignal({ kind, value }: NonNullable<EventInput['signals']>[number]): NonNullable<StoredEvent['signals']>[number] {
  return value === undefined ? { kind } : { kind, value };
}

/**
 * Whom a decision about identities speaks of: `identity.merged` names one by `customer` and the other by `attributes.other`,
 * `identity.split` the one identifier to take out; what takes one back names it by `attributes.eventId`.
 */
function decide(
  input: EventInput,
  who: readonly CarriedIdentifier[],
  options: NormaliseOptions,
): { readonly who: readonly CarriedIdentifier[] } | EventProblem {
  if (input.type === 'identity.unmerged' || input.type === 'identity.rejoined')
    return input.attributes?.['eventId'] === undefined
      ? { field: 'attributes.eventId', code: 'missing_field', message: `attributes.eventId is required by ${input.type}.` }
      : { who };
  if (input.type === 'identity.split')
    return who.length === 1
      ? { who }
      : { field: 'customer', code: 'invalid_field', message: 'customer must hold exactly the identifier that identity.split takes out.' };
  if (input.type !== 'identity.merged') return { who };
  const given = input.attributes?.['other'];
  const other = isRecord(given) ? usableIdentifiers(given, options).who : [];
  const [one, two] = [who[0], other[0]];
  if (one === undefined || two === undefined || one[2] === two[2])
    return {
      field: 'attributes.other',
      code: 'missing_field',
      message: 'attributes.other must hold a usable identifier of the other person that identity.merged joins.',
    };
  return { who: [one, two].sort((a, b) => compareIdentifiers(a, b, options.rules)) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nobody(problems: readonly IdentifierProblem[]): EventProblem {
  const [first] = problems;
  const reason = first === undefined ? '' : ` ${first.field} ${first.message}.`;
  return { field: first?.field ?? 'customer', code: 'no_identifier', message: `customer holds no usable identifier.${reason}` };
}

function malformed(field: string): EventProblem {
  return invalid(field, 'must not hold half characters (lone surrogates)').problem;
}

function invalid(field: string, predicate: string): { readonly ok: false; readonly problem: EventProblem } {
  const code: RejectionCode = 'invalid_field';
  return { ok: false, problem: { field, code, message: `${field} ${predicate}.` } };
}
