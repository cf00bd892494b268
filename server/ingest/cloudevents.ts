import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { eventSchema } from '#lib/contract/index.ts';
import { isSourceName } from '#server/security/write-keys.ts';
import { INSTANT_FORM, readInstant } from './instants.ts';
import { readItems, type Item } from './items.ts';
import type { Limits } from './limits.ts';
import { isRecord } from './segment.ts';

/** One CloudEvent on its way in: an event of our envelope, and the feed that its `source` names. */
export interface CloudEventItem extends Item {
  /** the CloudEvent's `source` as the name of a feed; undefined where it has none */
  readonly feed: string | undefined;
  /** what `raw` is where it could not be mapped */
  readonly shape?: 'cloudevents';
}

/** The CloudEvents of a request, or why it cannot be read as a whole. */
export type ReadCloudEvents =
  | { readonly ok: true; readonly items: readonly CloudEventItem[] }
  | { readonly ok: false; readonly code: 'bad_request' | 'too_large' | 'unsupported_encoding'; readonly message: string };

type Json = Readonly<Record<string, unknown>>;
type Draft = Record<string, unknown>;

/** Context attributes with a meaning of their own; every other one is an extension. */
const KNOWN: ReadonlySet<string> = new Set([
  'id',
  'source',
  'specversion',
  'type',
  'time',
  'subject',
  'sequence',
  'datacontenttype',
  'dataschema',
  'data',
  'data_base64',
]);
/** `subject` may name the kind of identifier it is: `email:ada@example.com`. */
const SUBJECT_KINDS = ['customerId', 'email', 'phone', 'anonymousId', 'orderId', 'ticketId'] as const;
const SUBJECT = new RegExp(`^(${SUBJECT_KINDS.join('|')}):(.+)$`, 's');
const ENVELOPE: ReadonlySet<string> = new Set(Object.keys(eventSchema.shape));
/** These the CloudEvent itself says. */
const SAID: ReadonlySet<string> = new Set(['id', 'occurredAt', 'customer', 'attributes']);
const JSON_TYPE = /^(application|text)\/([\w.-]+\+)?json\b/i;
const BASE64 = /^[A-Za-z\d+/]*={0,2}$/;
const LONGEST_SLUG = 48;

/**
 * Reads a request of the CloudEvents 1.0 HTTP binding: structured (`application/cloudevents+json`), batch (`application/cloudevents-batch+json`)
 * or binary (`ce-` headers, the body is the data).
 * @param options.strip removed from the front of each `type`: `com.example.` makes `com.example.order.placed` our `order.placed`
 */
export function readCloudEvents(
  headers: IncomingHttpHeaders,
  text: string,
  limits: Limits,
  options: { readonly strip?: string | undefined } = {},
): ReadCloudEvents {
  const type = (headers['content-type'] ?? '').trim().toLowerCase();
  const batch = /^application\/cloudevents-batch\+json\b/.test(type);
  if (batch || /^application\/cloudevents\+json\b/.test(type)) return readStructured(text, batch, limits, options.strip);
  if (type.startsWith('application/cloudevents'))
    return { ok: false, code: 'unsupported_encoding', message: 'CloudEvents are taken in their JSON format.' };
  return readBinary(headers, text, options.strip);
}

function readStructured(text: string, batch: boolean, limits: Limits, strip: string | undefined): ReadCloudEvents {
  const begins = text.trimStart().startsWith(batch ? '[' : '{');
  if (!begins)
    return {
      ok: false,
      code: 'bad_request',
      message: batch ? 'A batch must be a JSON array of CloudEvents.' : 'The body must be one CloudEvent.',
    };
  const read = readItems(text, false, limits);
  if (!read.ok) return read;
  return {
    ok: true,
    items: read.items.map((item) => (item.problem === undefined ? mapCloudEvent(item.value, strip) : { ...item, feed: undefined })),
  };
}

function readBinary(headers: IncomingHttpHeaders, text: string, strip: string | undefined): ReadCloudEvents {
  if (headers['ce-specversion'] === undefined)
    return {
      ok: false,
      code: 'bad_request',
      message: 'This is no CloudEvent: send application/cloudevents+json, application/cloudevents-batch+json, or ce- headers.',
    };
  const attributes: Draft = {};
  for (const [name, value] of Object.entries(headers))
    if (name.startsWith('ce-') && typeof value === 'string') attributes[name.slice(3)] = unescaped(value);
  const contentType = headers['content-type'];
  if (contentType !== undefined) attributes['datacontenttype'] = contentType;
  return { ok: true, items: [mapCloudEvent(text === '' ? attributes : { ...attributes, data: text }, strip)] };
}

/** Header values carry other than visible ASCII characters percent-encoded. */
function unescaped(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/**
 * Maps one CloudEvent: (source, id) is its name, `subject` the customer, `time` when it happened, `data` our envelope's fields.
 * What of `data` and of the extensions has no place in the envelope is kept among the attributes. Never throws.
 */
export function mapCloudEvent(value: unknown, strip?: string): CloudEventItem {
  const feed = isRecord(value) ? feedOf(value['source']) : undefined;
  const refuse = (field: string, message: string): CloudEventItem => ({
    value,
    feed,
    shape: 'cloudevents',
    problem: { code: 'invalid_field', message, field },
  });
  if (!isRecord(value)) return refuse('', 'A CloudEvent must be an object.');
  if (value['specversion'] !== '1.0') return refuse('specversion', 'specversion must be "1.0".');
  for (const name of ['id', 'source', 'type'] as const)
    if (typeof value[name] !== 'string' || value[name] === '') return refuse(name, `${name} is required by CloudEvents and must be text.`);
  const { time } = value;
  if (time !== undefined && time !== null && !isInstant(time)) return refuse('time', `time ${INSTANT_FORM}.`);
  const data = dataOf(value);
  if ('problem' in data) return refuse('data', data.problem);
  return { value: envelopeOf(value, data.value, strip), feed };
}

function isInstant(value: unknown): boolean {
  return (typeof value === 'string' || typeof value === 'number') && readInstant(value) !== undefined;
}

function envelopeOf(event: Json, data: Json, strip: string | undefined): Draft {
  const draft: Draft = {};
  const attributes: Draft = {};
  for (const [name, extension] of Object.entries(event)) if (!KNOWN.has(name)) attributes[name] = extension;
  for (const [name, field] of Object.entries(data)) {
    if (SAID.has(name)) continue;
    if (ENVELOPE.has(name)) draft[name] = field;
    else attributes[name] = field;
  }
  const own = data['attributes'];
  if (isRecord(own)) Object.assign(attributes, own);
  const said = String(event['type']);
  draft['id'] = event['id'];
  draft['type'] ??= strip !== undefined && strip !== '' && said.startsWith(strip) && said !== strip ? said.slice(strip.length) : said;
  const at = event['time'] ?? data['occurredAt'];
  if (at !== undefined && at !== null) draft['occurredAt'] = at;
  draft['sequence'] ??= sequenceOf(event['sequence']);
  if (draft['sequence'] === undefined) delete draft['sequence'];
  draft['customer'] = customerOf(event['subject'], data['customer']);
  if (Object.keys(attributes).length > 0) draft['attributes'] = attributes;
  else if (own !== undefined) draft['attributes'] = own;
  return draft;
}

/** The identifiers of `data.customer`, and the one that `subject` is. Where both name one kind, `data` wins. */
function customerOf(subject: unknown, customer: unknown): unknown {
  if (customer !== undefined && !isRecord(customer)) return customer;
  if (typeof subject !== 'string' || subject === '') return { ...customer };
  const [, kind = 'customerId', value = subject] = SUBJECT.exec(subject) ?? [];
  return { [kind]: value, ...customer };
}

/** The `sequence` extension is text; where it is a number that fits, it orders events of one instant. */
function sequenceOf(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !/^\d{1,5}$/.test(text)) return undefined;
  return Number(text) <= 65_535 ? Number(text) : undefined;
}

function dataOf(event: Json): { readonly value: Json } | { readonly problem: string } {
  const declared = event['datacontenttype'];
  const type = typeof declared === 'string' ? declared : 'application/json';
  const encoded = event['data_base64'];
  if (encoded === undefined || encoded === null) return readData(event['data'], type);
  if (typeof encoded !== 'string' || !BASE64.test(encoded)) return { problem: 'data_base64 is not valid base64.' };
  if (!JSON_TYPE.test(type)) return { problem: `data of type ${type.slice(0, 100)} cannot be read; send JSON.` };
  return readData(Buffer.from(encoded, 'base64').toString('utf8'), type);
}

function readData(data: unknown, type: string): { readonly value: Json } | { readonly problem: string } {
  if (data === undefined || data === null) return { value: {} };
  if (isRecord(data)) return { value: data };
  if (typeof data !== 'string') return { problem: 'data must be an object that holds fields of the envelope.' };
  // Text that is not said to be JSON is the producer's, not the customer's words: it is kept, and never scored.
  if (!JSON_TYPE.test(type)) return { value: { attributes: { data } } };
  const read = readItems(data, false, DATA_LIMITS);
  const [item] = read.ok ? read.items : [];
  if (item === undefined || item.problem !== undefined || !isRecord(item.value))
    return { problem: item?.problem?.message ?? 'data must be a JSON object that holds fields of the envelope.' };
  return { value: item.value };
}

/** Text inside a CloudEvent is as deep and as large as an event may be. */
const DATA_LIMITS = { depth: 31, eventsPerRequest: 1, eventCharacters: 262_144 } as const;

/**
 * A CloudEvent's source is a URI reference; a feed's name is short. Where the source is no such name, its readable part gets a digest of the
 * whole behind it, so that two sources never become one and drop each other's events as duplicates.
 */
function feedOf(source: unknown): string | undefined {
  if (typeof source !== 'string' || source === '') return undefined;
  if (isSourceName(source)) return source;
  const slug = source
    .replace(/^[a-z][a-z\d+.-]*:\/*/i, '')
    .replaceAll(/[^A-Za-z\d._-]+/g, '-')
    .replaceAll(/^[._-]+|[._-]+$/g, '')
    .slice(0, LONGEST_SLUG);
  const digest = hash('sha256', source, 'hex').slice(0, 8);
  return slug === '' ? `source-${digest}` : `${slug}-${digest}`;
}
