import type { Channel, Component, Emotion } from '#lib/contract/index.ts';

/** An identifier as an event carries it: kind, normalised value, and the node it stands for (keyed hash, 20 hex digits). */
export type CarriedIdentifier = readonly [kind: string, value: string, node: string];

/** What a scorer read in a text, stored with the event when the projector first sees it, so that a rebuild never differs. */
export interface TextEmotion {
  readonly label: Emotion;
  /** -1..1 */
  readonly valence: number;
  /** 0..1 */
  readonly confidence: number;
  /** how strongly it is put, 0..1 */
  readonly intensity?: number;
  /** how hard it was, -1 (hard) to 1 (easy); null: not spoken of */
  readonly effort?: number | null;
  /** name and version of what read it */
  readonly scorer: string;
  /** the words that spoke, strongest first */
  readonly why: readonly string[];
  /** how much each of them weighs, 0..1 */
  readonly weights?: readonly number[];
}

/** One thing that happened, parsed and normalised: as it stands in the log and in the customer's stream. Immutable. */
export interface StoredEvent {
  /** tells it from every other event: its name, 24 hex digits of (source, id), set apart by its strongest identifier, see key.ts */
  readonly key: string;
  readonly source: string;
  readonly id: string;
  /** when it happened, ms since 1970 */
  readonly at: number;
  readonly sequence?: number;
  /** when it arrived, ms since 1970 */
  readonly received: number;
  /** the source's time could not be believed: `at` is the time of arrival */
  readonly suspect?: true;
  /** node of the strongest identifier carried: the name it came under */
  readonly under: string;
  /** usable identifiers, strongest first; never empty */
  readonly who: readonly CarriedIdentifier[];
  /** groups of people it counts for, such as an account; they say nothing about who somebody is */
  readonly groups?: readonly CarriedIdentifier[];
  readonly type?: string;
  readonly touchpoint?: string;
  readonly channel?: Channel;
  readonly journey?: string;
  readonly caseId?: string;
  readonly text?: string;
  readonly lang?: string;
  readonly score?: { readonly kind: 'csat' | 'stars' | 'ces' | 'nps' | 'valence'; readonly value: number; readonly scale?: number };
  readonly signals?: readonly { readonly kind: Component; readonly value?: number }[];
  readonly promise?: {
    readonly id?: string;
    readonly kind: string;
    readonly due?: number;
    readonly graceSeconds?: number;
    readonly wording?: string;
  };
  readonly outcome?: string;
  readonly topic?: string;
  readonly segment?: string;
  readonly area?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly emotion?: TextEmotion;
  /** of an annotation: key of the event it speaks of, by which it finds that event wherever it lies */
  readonly about?: string;
  /** taken back, and its links between identifiers with it */
  readonly unlinked?: true;
  /** of an `event.corrected`: what it changes about the event it names */
  readonly correction?: Correction;
  /** of a corrected event as it stands in the customer's stream: the event as it came */
  readonly was?: StoredEvent;
}

/** What of an event can be corrected. Whose it is cannot: that event is retracted, and sent again under another id. */
export type Correctable = Pick<
  StoredEvent,
  | 'at'
  | 'sequence'
  | 'type'
  | 'touchpoint'
  | 'channel'
  | 'journey'
  | 'caseId'
  | 'text'
  | 'lang'
  | 'score'
  | 'signals'
  | 'promise'
  | 'outcome'
  | 'topic'
  | 'segment'
  | 'area'
  | 'attributes'
>;

/** The fields a correction sets, and those it takes away. `at` is the instant as given: whether it can be believed depends on the event. */
export interface Correction {
  readonly set: Partial<Correctable>;
  readonly unset: readonly (keyof Correctable)[];
}

type Formed = { readonly [Field in keyof Required<StoredEvent>]: StoredEvent[Field] | undefined };

/**
 * The same event in the one form that all events have in memory, the fields that it lacks included: a place in the code that sees events of a
 * hundred forms looks each field up, a place that sees one form knows where it is. The order of the fields is that of the door, so that an event
 * written again is written as it came.
 */
export function formed(event: StoredEvent): StoredEvent {
  const whole: Formed = {
    key: event.key,
    source: event.source,
    id: event.id,
    at: event.at,
    received: event.received,
    under: event.under,
    who: event.who,
    suspect: event.suspect,
    groups: event.groups,
    type: event.type,
    touchpoint: event.touchpoint,
    journey: event.journey,
    lang: event.lang,
    outcome: event.outcome,
    topic: event.topic,
    segment: event.segment,
    area: event.area,
    sequence: event.sequence,
    channel: event.channel,
    caseId: event.caseId,
    text: event.text,
    score: event.score,
    signals: event.signals,
    attributes: event.attributes,
    promise: event.promise,
    correction: event.correction,
    about: event.about,
    emotion: event.emotion,
    unlinked: event.unlinked,
    was: event.was,
  };
  return whole as StoredEvent;
}

/** Reads an event as it is stored. */
export function readEvent(text: string): StoredEvent {
  return formed(JSON.parse(text) as StoredEvent);
}

/**
 * Position of an event in its customer's stream: `<ms>-<63 bits>`, the low part made of the sequence (16 bits) and 47 bits of the key.
 * A pure function of the event, so redelivery meets its own entry.
 */
export function streamId(event: Pick<StoredEvent, 'at' | 'sequence' | 'key'>): string {
  const hash = Math.floor(Number.parseInt(event.key.slice(0, 12), 16) / 2);
  if (event.sequence === undefined || event.sequence === 0) return `${event.at}-${hash}`;
  return `${event.at}-${((BigInt(event.sequence) << 47n) | BigInt(hash)).toString()}`;
}

/** Orders two events by (time, sequence, key): the one order everything agrees on. */
export function compareEvents(a: StoredEvent, b: StoredEvent): number {
  return a.at - b.at || (a.sequence ?? 0) - (b.sequence ?? 0) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

/** Whether two events are a tie: same time, same sequence. */
export function tied(a: Pick<StoredEvent, 'at' | 'sequence'>, b: Pick<StoredEvent, 'at' | 'sequence'>): boolean {
  return a.at === b.at && (a.sequence ?? 0) === (b.sequence ?? 0);
}

/** Takes another event back. */
export function isRetraction(event: StoredEvent): boolean {
  return event.type === 'event.retracted';
}

/** Corrects fields of another event. */
export function isCorrection(event: StoredEvent): boolean {
  return event.type === 'event.corrected';
}

/**
 * Name of the event that a retraction takes back, or a correction corrects: same source, and the id given in `attributes.eventId`; undefined where
 * it gives none. Both come under one identifier: the projector brings the annotation to the event, whatever identifiers it carries itself.
 */
export function retractedName(event: StoredEvent): string | undefined {
  const id = event.attributes?.['eventId'];
  return typeof id === 'string' && id !== '' ? nameOf({ ...event, id }) : undefined;
}

/** The name by which a retraction finds an event. */
export function nameOf(event: Pick<StoredEvent, 'under' | 'source' | 'id'>): string {
  return `${event.under}\0${event.source}\0${event.id}`;
}

/** What a person says a text felt like, in place of what was inferred. */
export const EMOTION_CORRECTED = 'emotion.corrected';

/** Whether an event says what another one felt like. */
export function isEmotionCorrection(event: Pick<StoredEvent, 'type'>): boolean {
  return event.type === EMOTION_CORRECTED;
}
