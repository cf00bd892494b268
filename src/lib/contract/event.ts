import { MINUTE } from './time.ts';
import { z } from 'zod';
import { CHANNELS, COMPONENTS } from './words.ts';

/** Characters that identifiers may not hold: controls and bidirectional marks. */
const ID_PATTERN = '^[^\\u0000-\\u001f\\u007f-\\u009f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]+$';
/** The same, said to a person. */
export const ID_PATTERN_WORDS = 'must not hold control characters or bidirectional marks';
const identifier = z.string().min(1).max(128).regex(new RegExp(ID_PATTERN, 'u'), ID_PATTERN_WORDS);
const name = z.string().min(1).max(128);
const instant = z.union([z.number(), z.string().max(40)]);

/** Earliest instant of an event that is believed: 2000-01-01, ms since 1970. */
export const EARLIEST_MS = Date.UTC(2000, 0, 1);
/** How far a source's clock may run ahead of ours, ms. */
export const AHEAD_MS = 5 * MINUTE;

/** Free attributes: flat or nested JSON, at most 32 levels deep (checked before parsing). */
const attributes = z.record(z.string().max(128), z.unknown());

const scoreSchema = z.strictObject({
  /** `csat` and `stars` 1 to 5, `ces` 1 to 7 ("made it easy"), `nps` 0 to 10, `valence` -1 to 1. */
  kind: z.enum(['csat', 'stars', 'ces', 'nps', 'valence']),
  value: z.number(),
  /** Highest point of the scale where it differs from the usual one. */
  scale: z.number().optional(),
});

const signalSchema = z.strictObject({
  kind: z.enum(COMPONENTS),
  /** Seconds for `wait`, a count for the others (default 1). */
  value: z.number().min(0).max(1e9).optional(),
});

const promiseSchema = z.strictObject({
  /** Tells promises of one customer apart; default: one promise per kind and case at a time, so that making it again while it stands moves it. */
  id: identifier.optional(),
  /** What was promised, for example `delivery`, `call_back`, `appointment`. */
  kind: name,
  /** When it is due: needed by `promise.moved`. Where `promise.made` has none, the rule of the journey says when. */
  due: instant.optional(),
  /** Seconds after `due` in which it still counts as kept. */
  graceSeconds: z.number().min(0).max(31_536_000).optional(),
  wording: z.string().max(500).optional(),
});

/**
 * One event, as a source sends it to `POST /v1/events`: version 1 of the envelope.
 * Only `customer` is needed; without `id` the hash of the event's own bytes stands in, without `occurredAt` the time of arrival.
 */
export const eventSchema = z.strictObject({
  /** Unique within the source: a second event with the same id is a duplicate. */
  id: identifier.optional(),
  /** From the open vocabulary, e.g. `contact.queued`, `page.viewed`, `order.placed`. Unknown types are kept as unmapped. */
  type: name.optional(),
  /** ISO 8601 with offset, or milliseconds since 1970. Between 2000-01-01 and five minutes from now, else marked suspect. */
  occurredAt: instant.optional(),
  /** Order among events of one millisecond, 0 to 65535. */
  sequence: z.int().min(0).max(65535).optional(),
  /** Identifiers of any kind: `customerId`, `email`, `phone`, `orderId`, `ticketId`, `anonymousId`, or your own. At least one usable. */
  customer: z.record(z.string().min(1).max(64), z.union([z.string().max(256), z.number()])),
  touchpoint: name.optional(),
  channel: z.enum(CHANNELS).optional(),
  /** Restricts the event to one journey. */
  journey: name.optional(),
  caseId: identifier.optional(),
  /** The customer's own words. Card numbers are removed before storing. */
  text: z.string().max(32_768).optional(),
  lang: z.string().max(35).optional(),
  score: scoreSchema.optional(),
  signals: z.array(signalSchema).max(50).optional(),
  promise: promiseSchema.optional(),
  /** How a contact ended: `resolved`, `unresolved`, `abandoned`, ... */
  outcome: name.optional(),
  topic: name.optional(),
  segment: name.optional(),
  area: name.optional(),
  attributes: attributes.optional(),
});
export type EventInput = z.infer<typeof eventSchema>;

/** Something outside the company's control: `POST /v1/factors`. */
export const factorSchema = z.strictObject({
  id: identifier,
  /** For example `storm`, `strike`, `carrier_outage`. */
  kind: name,
  name: z.string().min(1).max(200).optional(),
  from: instant,
  to: instant.optional(),
  areas: z.array(name).max(500).optional(),
  segments: z.array(name).max(100).optional(),
  journeys: z.array(name).max(100).optional(),
});
export type FactorInput = z.infer<typeof factorSchema>;

/** A factor as stored and shown. */
export interface Factor {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  /** ms since 1970 */
  readonly from: number;
  /** ms since 1970; null while it lasts */
  readonly to: number | null;
  readonly areas: readonly string[];
  readonly segments: readonly string[];
  readonly journeys: readonly string[];
}

/** Why one event of a batch was refused. */
export interface Rejection {
  readonly index: number;
  /** Path of the offending field, e.g. `customer.phone`; empty for the event as a whole. */
  readonly field: string;
  readonly code: RejectionCode;
  readonly message: string;
}
export type RejectionCode =
  'invalid_json' | 'invalid_field' | 'missing_field' | 'unknown_field' | 'no_identifier' | 'too_deep' | 'too_large' | 'too_many_events';

/** The answer of `POST /v1/events`: what happened to every event of the batch. */
export interface IngestAnswer {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly Rejection[];
}
