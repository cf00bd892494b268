import type { StoredEvent } from '#server/domain/event/event.ts';
import { formed } from '#server/domain/event/event.ts';

/**
 * What partitions tell each other, through one stream per pair, read with one cursor per sender: exactly once and in order.
 * The partition of an identifier is the authority for the events that came under it: they go out from there and, when the person changes,
 * come back there, so that an event is always in one place or on its way, never in two.
 */
export type Message =
  /** events for a person at home in the receiving partition */
  | { readonly kind: 'events'; readonly person: string; readonly events: readonly StoredEvent[] }
  /** `child`, at home here, is linked with the stronger `parent`, whose person is `root`; `hand`: when somebody said so, ms, 0 where events alone do */
  | { readonly kind: 'link'; readonly child: string; readonly parent: string; readonly root: string; readonly hand: number }
  /** nothing links the two any more */
  | { readonly kind: 'unlink'; readonly child: string; readonly parent: string }
  /** the person of `parent` changed */
  | { readonly kind: 'reroot'; readonly child: string; readonly parent: string; readonly root: string }
  /** give back what came under `node` and lies with `person` */
  | { readonly kind: 'recall'; readonly node: string; readonly person: string }
  /** events given back to the partition of the identifier they came under */
  | { readonly kind: 'returned'; readonly node: string; readonly events: readonly StoredEvent[] }
  /** an annotation looks for the event it speaks of: that may have come, or may come, in any partition */
  | { readonly kind: 'annotation'; readonly about: string; readonly event: StoredEvent }
  /** the event `key` that linked `node` with `children` was taken back */
  | { readonly kind: 'unlinked'; readonly node: string; readonly key: string; readonly children: readonly string[] };

/** Most events in one message. */
export const MESSAGE_EVENTS = 200;

/** Messages of one entry of an outbox. */
const ENTRY_MESSAGES = 64;

/** Packs messages for one receiver into entries. */
export function encodeMessages(messages: readonly Message[]): string[] {
  const entries: string[] = [];
  for (let i = 0; i < messages.length; i += ENTRY_MESSAGES) entries.push(JSON.stringify(messages.slice(i, i + ENTRY_MESSAGES)));
  return entries;
}

/** The messages of one entry, in order. */
export function decodeMessages(text: string): Message[] {
  return (JSON.parse(text) as Message[]).map((message) => {
    if ('events' in message) return { ...message, events: message.events.map(formed) };
    return 'event' in message ? { ...message, event: formed(message.event) } : message;
  });
}
