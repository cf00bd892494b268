import { AHEAD_MS, CHANNELS, eventSchema, type Channel } from '#lib/contract/index.ts';
import { DAY } from '#lib/contract/time.ts';
import { INSTANT_FORM, readInstant } from './instants.ts';
import type { Item } from './items.ts';

/** The calls of the Segment HTTP API that this door speaks. */
export const SEGMENT_CALLS = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const;
export type SegmentCall = (typeof SEGMENT_CALLS)[number];

/** A Segment message as an event of our envelope, still to be validated, and the library that sent it. */
export interface MappedMessage {
  readonly envelope: Readonly<Record<string, unknown>>;
  /** e.g. `analytics-node`; undefined where the message does not say */
  readonly library: string | undefined;
}

/** A Segment message on its way in: an event of our envelope, or the message itself where it cannot be mapped. */
export interface SegmentItem extends Item {
  /** what `value` is where it could not be mapped */
  readonly shape?: 'segment';
  /** as of `MappedMessage` */
  readonly library?: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;
type Draft = Record<string, unknown>;

const LONGEST_NAME = 128;
const LONGEST_TEXT = 32_768;
/** A word of our own vocabulary has a dot: `contact.queued`. */
const TYPE = /^[A-Za-z][\w-]*(\.[\w-]+)+$/;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const NO_NAMES: Json = {};
/** An instant nobody believes: such an event is kept at the time of its arrival and marked suspect. */
const UNBELIEVABLE_MS = 0;
/** A sender's clock is wrong by less; what was sent longer ago was kept somewhere on its way. */
const WRONG_CLOCK_MS = DAY;

/** Properties that have a place of their own in the envelope; the first spelling that is valid is lifted. */
const LIFTED_NAMES = [
  ['topic', ['topic']],
  ['outcome', ['outcome']],
  ['segment', ['segment']],
  ['area', ['area']],
  ['touchpoint', ['touchpoint']],
  ['caseId', ['caseId', 'case_id']],
  ['journey', ['journey']],
] as const;
const LIFTED_IDENTIFIERS = [
  ['orderId', ['orderId', 'order_id']],
  ['ticketId', ['ticketId', 'ticket_id']],
] as const;
const LIFTED_PARTS = ['score', 'signals', 'promise', 'sequence'] as const;

/** Which call a message is: its own `type` in a batch. */
function isSegmentCall(type: unknown): type is SegmentCall {
  return SEGMENT_CALLS.some((call) => call === type);
}

/**
 * Reads one Segment message. Never throws.
 * @param call from the path, or the message's `type`
 * @param options.browser the key is public: such a key may say whose an anonymous id is, and nothing more about who is who
 * @param options.received when it first arrived, ms
 */
export function readMessage(
  call: unknown,
  message: Json,
  { browser, received }: { readonly browser: boolean; readonly received: number },
): SegmentItem {
  const library = libraryOf(message);
  const refuse = ({ writeKey: _, ...kept }: Json, field: string, text: string): SegmentItem => ({
    value: kept,
    library,
    shape: 'segment',
    problem: { code: 'invalid_field', field, message: text },
  });
  if (!isSegmentCall(call)) return refuse(message, 'type', `type must be one of ${SEGMENT_CALLS.join(', ')}.`);
  const isPublicAlias = browser && call === 'alias';
  if (isPublicAlias && !isAnonymous(message['previousId'], message['anonymousId']))
    return refuse({ ...message, type: call }, 'previousId', 'A browser key may only alias an anonymous id to a user id.');
  const time = timeFieldOf(message);
  if (time !== undefined && readInstant(believable(message[time])) === undefined)
    return refuse({ ...message, type: call }, time, `${time} ${INSTANT_FORM}.`);
  const { envelope } = isPublicAlias ? mapMessage('identify', ownedBy(message), received) : mapMessage(call, message, received);
  return { value: envelope, library };
}

/** An alias of an anonymous id as the `identify` that says the same: it links by the ordinary limits, and has no word in who is who. */
function ownedBy({ traits: _, previousId, ...message }: Json): Json {
  return { ...message, anonymousId: previousId };
}

/** Whether an id is one that clients give to whom they do not know: they make them as UUIDs, or the page says which one is in use. */
function isAnonymous(id: unknown, inUse: unknown): boolean {
  return typeof id === 'string' && (UUID.test(id) || id === inUse);
}

/**
 * Maps one Segment message. Never throws; what has no place in the envelope and is not valid there stays among the attributes.
 * @param call from the path, or from the message's `type`
 * @param received when it first arrived, ms
 */
export function mapMessage(call: SegmentCall, message: Json, received: number): MappedMessage {
  const context = record(message['context']);
  const library = libraryOf(message);
  const payload = new Map(Object.entries(record(call === 'identify' || call === 'group' ? message['traits'] : message['properties'])));
  const customer = identifiersOf(call, message);
  const draft: Draft = { customer, ...identityOf(message, context, received) };
  lift(payload, draft, customer);
  if (call === 'identify') liftTraits(payload, customer);
  if (call === 'group') put(customer, 'accountId', message['groupId']);
  describe(call, message, payload, draft);
  if (library !== undefined) payload.set('library', library);
  if (payload.size > 0) draft['attributes'] = Object.fromEntries(payload);
  return { envelope: draft, library };
}

function libraryOf(message: Json): string | undefined {
  return name(record(record(message['context'])['library'])['name']);
}

/** The field that says when it happened; undefined: none does. */
function timeFieldOf(message: Json): 'timestamp' | 'originalTimestamp' | undefined {
  return (['timestamp', 'originalTimestamp'] as const).find((field) => message[field] !== undefined && message[field] !== null);
}

/** What makes the message this message: id, time, language. */
function identityOf(message: Json, context: Json, received: number): Draft {
  const draft: Draft = {};
  const id = identifier(message['messageId']);
  if (id !== undefined) draft['id'] = id;
  const time = timeFieldOf(message);
  // Without an id the content stands for it, and has to be the same on a retry.
  if (time !== undefined) draft['occurredAt'] = onOurClock(believable(message[time]), id === undefined ? 0 : clockError(message, received));
  const locale = context['locale'];
  if (typeof locale === 'string' && locale !== '' && locale.length <= 35) draft['lang'] = locale;
  return draft;
}

/**
 * What a sender's clock lacks, ms: a message that is sent just now says when that is. 0 where the clock is as good as any other, or where a server
 * before us has corrected `timestamp` already and kept the original beside it.
 */
function clockError(message: Json, received: number): number {
  const { sentAt, timestamp, originalTimestamp, receivedAt } = message;
  const isCorrected = receivedAt !== undefined || (timestamp !== undefined && originalTimestamp !== undefined);
  const sent = isCorrected || sentAt === undefined ? undefined : readInstant(believable(sentAt));
  const error = sent === undefined ? 0 : received - sent;
  return Math.abs(error) > AHEAD_MS && Math.abs(error) < WRONG_CLOCK_MS ? error : 0;
}

function onOurClock(at: string | number, error: number): string | number {
  const instant = error === 0 ? undefined : readInstant(at);
  return instant === undefined ? at : instant + error;
}

/**
 * Identifiers of a message. The former id of an `alias` may be an anonymous or a user id: all clients make anonymous ids as UUIDs,
 * so only another form is taken for a user id as well.
 */
function identifiersOf(call: SegmentCall, message: Json): Draft {
  const customer: Draft = {};
  put(customer, 'customerId', message['userId']);
  put(customer, 'anonymousId', message['anonymousId']);
  if (call !== 'alias') return customer;
  const former = message['previousId'];
  if (customer['anonymousId'] === undefined) put(customer, 'anonymousId', former);
  if (former !== customer['anonymousId'] || !(typeof former === 'string' && UUID.test(former))) put(customer, 'userId', former);
  return customer;
}

function lift(payload: Map<string, unknown>, draft: Draft, customer: Draft): void {
  for (const [field, spellings] of LIFTED_NAMES)
    take(payload, spellings, field === 'caseId' ? identifier : name, (value) => (draft[field] = value));
  for (const [field, spellings] of LIFTED_IDENTIFIERS) take(payload, spellings, identifier, (value) => (customer[field] = value));
  take(payload, ['text'], text, (value) => (draft['text'] = value));
  take(payload, ['channel'], channel, (value) => (draft['channel'] = value));
  for (const field of LIFTED_PARTS) {
    take(
      payload,
      [field],
      (value) => eventSchema.shape[field].safeParse(value).data,
      (value) => (draft[field] = value),
    );
  }
}

function liftTraits(payload: Map<string, unknown>, customer: Draft): void {
  take(payload, ['email'], identifier, (value) => (customer['email'] = value));
  take(payload, ['phone'], identifier, (value) => (customer['phone'] = value));
}

/** Type, touchpoint and channel, by the kind of call. */
function describe(call: SegmentCall, message: Json, payload: Map<string, unknown>, draft: Draft): void {
  draft['channel'] ??= call === 'page' ? 'web' : call === 'screen' ? 'app' : clientChannel(message['channel']);
  if (draft['channel'] === undefined) delete draft['channel'];
  switch (call) {
    case 'track':
      return describeTrack(message['event'], payload, draft);
    case 'page':
    case 'screen':
      return describePage(message, payload, draft);
    case 'group':
      if (message['groupId'] !== undefined) payload.set('groupId', message['groupId']);
      draft['type'] = call;
      return;
    case 'identify':
    case 'alias':
      draft['type'] = call;
  }
}

function describeTrack(event: unknown, payload: Map<string, unknown>, draft: Draft): void {
  const called = cut(event);
  if (called !== undefined && TYPE.test(called)) {
    draft['type'] = called;
    return;
  }
  draft['type'] = 'track';
  if (called === undefined) return;
  if (draft['touchpoint'] === undefined) draft['touchpoint'] = called;
  else payload.set('event', called);
}

function describePage(message: Json, payload: Map<string, unknown>, draft: Draft): void {
  draft['type'] = 'page.viewed';
  const touchpoint = cut(message['name']) ?? cut(payload.get('name')) ?? cut(payload.get('path'));
  if (draft['touchpoint'] === undefined && touchpoint !== undefined) draft['touchpoint'] = touchpoint;
  const category = cut(message['category']);
  if (category !== undefined) payload.set('category', category);
}

/** Moves the first valid spelling out of the payload. */
function take<Value>(
  payload: Map<string, unknown>,
  spellings: readonly string[],
  read: (value: unknown) => Value | undefined,
  keep: (value: Value) => void,
): void {
  for (const spelling of spellings) {
    const sent = payload.get(spelling);
    const value = sent === undefined || sent === null ? undefined : read(sent);
    if (value === undefined) continue;
    payload.delete(spelling);
    keep(value);
    return;
  }
}

function put(customer: Draft, kind: string, value: unknown): void {
  if ((typeof value === 'string' && value !== '' && value.length <= 256) || typeof value === 'number') customer[kind] = value;
}

function believable(at: unknown): string | number {
  if (typeof at === 'number') return at;
  return typeof at === 'string' && at.length <= 40 ? at : UNBELIEVABLE_MS;
}

function record(value: unknown): Json {
  return isRecord(value) ? value : NO_NAMES;
}

/** Whether a JSON value is an object. */
export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function name(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME ? value : undefined;
}

/** A name of any length, cut to what the envelope takes: a long page title should not cost the page view. */
function cut(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, LONGEST_NAME) : undefined;
}

function identifier(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return eventSchema.shape.id.safeParse(text).data;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_TEXT ? value : undefined;
}

function channel(value: unknown): Channel | undefined {
  return CHANNELS.find((known) => known === value);
}

/** Some clients say where they run; only two of their words are places where a customer can be. */
function clientChannel(value: unknown): Channel | undefined {
  if (value === 'web') return 'web';
  return value === 'mobile' ? 'app' : undefined;
}
