import { createHash } from 'node:crypto';
import { formed } from '#server/domain/event/event.ts';
import { keyApart } from '#server/domain/event/key.ts';
import type { CarriedIdentifier, StoredEvent } from '#server/domain/event/event.ts';

/** Strongest first, as the door orders them. */
const ORDER = ['customerId', 'email', 'phone', 'anonymousId', 'orderId', 'ticketId'];

/** Node of an identifier in tests: any stable 20 hex digits will do. */
export function nodeName(kind: string, value: string): string {
  return createHash('sha256').update(`${kind}\0${value}`).digest('hex').slice(0, 20);
}

/** Name of (source, id), as the door makes it. */
export function nameFrom(source: string, id: string): string {
  return createHash('sha256').update(`${source}\0${id}`).digest('hex').slice(0, 24);
}

function isList(customer: unknown): customer is readonly (readonly [kind: string, value: string])[] {
  return Array.isArray(customer);
}

/** Types of what is said about other events or about identities. */
const SPOKEN = /^(event|identity)\.|^emotion\.corrected$/;

/** Builds a stored event as the door would: its fields in the same order. */
export function event(
  id: string,
  customer: Readonly<Record<string, string>> | readonly (readonly [kind: string, value: string])[],
  rest: Partial<Omit<StoredEvent, 'id' | 'key' | 'who' | 'under'>> & { readonly at: number },
): StoredEvent {
  const source = rest.source ?? 'test';
  const who = (isList(customer) ? [...customer] : Object.entries(customer))
    .sort((a, b) => ORDER.indexOf(a[0]) - ORDER.indexOf(b[0]))
    .map(([kind, value]): CarriedIdentifier => [kind, value, nodeName(kind, value)]);
  return formed({
    key: SPOKEN.test(rest.type ?? '')
      ? nameFrom(source, id)
      : keyApart(nameFrom(source, id), nodeName(source, `${id}\0${who[0]?.[2] ?? ''}`)),
    id,
    received: rest.at + 1000,
    under: who[0]?.[2] ?? '',
    who,
    ...rest,
    ...(/^(event|identity)\./.test(rest.type ?? '') && typeof rest.attributes?.['eventId'] === 'string'
      ? { about: nameFrom(source, rest.attributes['eventId']) }
      : {}),
    source,
  });
}
