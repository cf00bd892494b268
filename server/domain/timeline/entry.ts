import { searchable } from '#lib/contract/index.ts';
import type { Channel, Controller, StoryKind, StorySide } from '#lib/contract/index.ts';
import type { Blueprints } from '../blueprint/blueprint.ts';
import type { CustomerState } from '../customer/state.ts';
import { isAnnotation } from '../event/annotation.ts';
import { nameOf, streamId } from '../event/event.ts';
import type { StoredEvent } from '../event/event.ts';
import { feelingsOf } from '../emotion/feelings.ts';
import type { Said } from '../emotion/feelings.ts';
import { signalsOf } from '../friction/signals.ts';
import { matchOf } from './matched.ts';
import type { Matched } from './matched.ts';

/** What of an event is kept at hand to filter, group, draw and find it among thousands. */
export interface StoryEntry {
  /** stream id */
  readonly id: string;
  readonly key: string;
  readonly at: number;
  readonly received: number;
  readonly type: string | null;
  readonly kind: StoryKind;
  readonly channel: Channel | null;
  readonly owner: string | null;
  readonly controller: Controller | null;
  readonly side: StorySide;
  readonly journey: string | null;
  /** the customer's name of the touchpoint, else what the source called it */
  readonly touchpoint: string | null;
  readonly moment: boolean;
  readonly topic: string | null;
  readonly outcome: string | null;
  readonly promise: {
    readonly id: string | null;
    readonly kind: string;
    readonly wording: string | null;
    readonly due: number | null;
  } | null;
  readonly problems: number;
  readonly feeling: Said | null;
  /** what the source says belongs together: a call, a chat, a session */
  readonly session: string | null;
  readonly retracted: boolean;
  /** speaks about another event and is no experience of its own */
  readonly annotation: boolean;
  readonly lang: string | null;
  /** what the customer wishes or agreed to, as this event says it */
  readonly wishes: readonly (readonly [what: string, value: string])[];
}

export interface EntryContext {
  readonly state: Pick<CustomerState, 'cases' | 'retracted' | 'emotionsSaid' | 'noEmotion'>;
  readonly blueprints: Blueprints;
  /** `off`: emotions are not read here */
  readonly emotion?: 'off' | undefined;
}

const KINDS: Readonly<Partial<Record<string, StoryKind>>> = {
  contact: 'contact',
  message: 'message',
  page: 'online',
  screen: 'online',
  form: 'online',
  selfservice: 'online',
  error: 'online',
  click: 'online',
  order: 'order',
  delivery: 'order',
  appointment: 'order',
  case: 'order',
  promise: 'promise',
  survey: 'feedback',
  note: 'note',
  gesture: 'note',
  disposition: 'note',
  event: 'record',
  emotion: 'record',
  identity: 'record',
  identify: 'record',
  consent: 'record',
  preference: 'record',
};

/** What an event is about, by the first word of its type. */
export function kindOf(type: string | null): StoryKind {
  if (type === null) return 'other';
  const end = type.indexOf('.');
  return KINDS[end < 0 ? type : type.slice(0, end)] ?? 'other';
}

/** Kinds that happen behind the stage where no channel of the customer's carries them. */
const BEHIND: readonly StoryKind[] = ['order', 'note', 'record'];
const OTHERS: readonly (string | null)[] = ['partner', 'outside'];

function sideFrom(kind: StoryKind, channel: Channel | null, controller: Controller | null): StorySide {
  if (OTHERS.includes(controller) || OTHERS.includes(channel)) return 'back';
  if (kind === 'note' || kind === 'record') return 'back';
  return channel === null && BEHIND.includes(kind) ? 'back' : 'front';
}

/** Attributes by which sources name one contact. */
const SESSIONS = ['sessionId', 'contactId', 'callId', 'conversationId', 'chatId'] as const;

function sessionOf(event: StoredEvent): string | null {
  if (event.attributes === undefined) return null;
  for (const name of SESSIONS) {
    const value = event.attributes[name];
    if (typeof value === 'string' && value !== '') return `${name} ${value}`;
  }
  return null;
}

/** Attributes of `identify` that are wishes and not facts. */
const WISHES = ['preferredChannel', 'language', 'bestTime', 'doNotCall', 'newsletter'] as const;
const MOST_WISHES = 20;
const NO_WISHES: StoryEntry['wishes'] = [];

/** What an event says about wishes: `consent.changed` and `preference.set` with every attribute, `identify` with the known ones. */
function wishesOf(event: StoredEvent): StoryEntry['wishes'] {
  const { type, attributes } = event;
  const all = type === 'consent.changed' || type === 'preference.set';
  if (attributes === undefined || (!all && type !== 'identify')) return NO_WISHES;
  const told = all ? Object.entries(attributes) : WISHES.map((name) => [name, attributes[name]] as const);
  return told
    .filter((one): one is [string, string | number | boolean] => ['string', 'number', 'boolean'].includes(typeof one[1]))
    .slice(0, MOST_WISHES)
    .map(([what, value]) => [what, String(value).slice(0, 100)]);
}

/** Makes the entry of one event. Pure. */
export function entryOf(event: StoredEvent, { state, blueprints, emotion }: EntryContext): StoryEntry {
  const matched = matchOf(event, { blueprints, state });
  const type = event.type ?? null;
  const [kind, channel] = [kindOf(type), event.channel ?? matched?.touchpoint.channel ?? null];
  const controller = matched?.touchpoint.controller ?? null;
  const [feeling = null] = emotion === 'off' ? [] : feelingsOf(event, state);
  return {
    id: streamId(event),
    key: event.key,
    at: event.at,
    received: event.received,
    type,
    kind,
    channel,
    owner: matched?.touchpoint.owner ?? null,
    controller,
    side: sideFrom(kind, channel, controller),
    journey: matched?.blueprint.journey ?? null,
    touchpoint: matched?.touchpoint.name ?? event.touchpoint ?? null,
    moment: (matched?.touchpoint.mot ?? 0) > 0,
    topic: event.topic ?? null,
    outcome: event.outcome ?? null,
    promise:
      event.promise === undefined
        ? null
        : {
            id: event.promise.id ?? null,
            kind: event.promise.kind,
            wording: event.promise.wording ?? null,
            due: event.promise.due ?? null,
          },
    problems: signalsOf(event).length,
    feeling,
    session: sessionOf(event),
    retracted: state.retracted.length > 0 && state.retracted.includes(nameOf(event)),
    annotation: isAnnotation(event),
    lang: event.lang ?? null,
    wishes: wishesOf(event),
  };
}

/** Everything of an event that a person can search in, as it is shown. */
function wordsOf(event: StoredEvent, matched: Matched | null): readonly string[] {
  const told = [
    event.text,
    event.promise?.wording,
    event.topic,
    event.outcome,
    matched?.touchpoint.name,
    matched?.touchpoint.internal,
    event.touchpoint,
    event.type,
  ];
  const attributes = Object.values(event.attributes ?? {}).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  return [...told, ...attributes].filter((text) => text !== undefined && text !== '') as string[];
}

/** Whether the words stand in what an event tells. @param wanted as `searchable` gives it */
export function tells(event: StoredEvent, matched: Matched | null, wanted: string): boolean {
  return wordsOf(event, matched).some((text) => searchable(text).includes(wanted));
}
