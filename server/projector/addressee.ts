import type { NamedIdentifier } from '#lib/contract/index.ts';
import type { Blueprints } from '#server/domain/blueprint/blueprint.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { readEvent } from '#server/domain/event/event.ts';
import { itemNow } from '#server/domain/care/moves.ts';
import { isOpen } from '#server/domain/case/case.ts';
import { careFor } from '#server/domain/case/waits.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';
import { readState } from './saved-states.ts';
import type { StateReading } from './saved-states.ts';

/** What is needed to find somebody whom an event is to be about. */
export interface AddresseeReading extends StateReading {
  readonly blueprints: Blueprints;
  /** node of an identifier */
  readonly nodeOf: (kind: string, value: string) => string;
}

/** Somebody an event can be about. */
export interface Addressee {
  /** the identifier that holds the person together: what comes under it goes to this person, and ties nothing else to it */
  readonly identifier: NamedIdentifier;
  /** null: not known */
  readonly name: string | null;
  /** the case that was opened last and is open now; null: none is */
  readonly openCase: string | null;
  /** ids of all cases that are known */
  readonly cases: readonly string[];
}

/** Finds the person under an address; null: nobody lives there. */
export async function addresseeOf(reading: AddresseeReading, customer: string, now: number): Promise<Addressee | null> {
  const state = await readState(reading, customer);
  if (state === null) return null;
  const strongest = state.identifiers.find(([kind, value]) => reading.nodeOf(kind, value) === customer);
  const identifier = strongest === undefined ? await firstCarried(reading, customer) : { kind: strongest[0], value: strongest[1] };
  if (identifier === null) return null;
  const open = state.cases.filter((one) => {
    const blueprint = reading.blueprints.get(one.journey, one.version);
    return blueprint !== undefined && isOpen(one, blueprint, now);
  });
  return {
    identifier,
    name: state.name === '' ? null : state.name,
    openCase: open.at(-1)?.id ?? null,
    cases: state.cases.map((one) => one.id),
  };
}

/** Of somebody with more identifiers of a kind than a state keeps: the strongest one that the last event carries. */
async function firstCarried({ redis, partitions }: AddresseeReading, customer: string): Promise<NamedIdentifier | null> {
  const [entry] = (await redis.xRevRange(keys.customer(partitionOf(customer, partitions), customer), '+', '-', { COUNT: 1 })) ?? [];
  const carried = entry === undefined ? undefined : readEvent(entry.message['e'] ?? '{}').who[0];
  return carried === undefined ? null : { kind: carried[0], value: carried[1] };
}

/** What people do about something that waits, as far as it was followed; null: nothing yet; `unknown`: no such case. */
export async function careOfItem(
  reading: AddresseeReading,
  of: { readonly customerId: string; readonly caseId: string; readonly item: string },
  now: number,
): Promise<{ readonly by: string; readonly at: number; readonly done: boolean } | 'unknown' | null> {
  const state = await readState(reading, of.customerId);
  const one = state?.cases.findLast((known) => known.id === of.caseId);
  if (one === undefined) return 'unknown';
  const [, by = '', at = 0, , doneAt = 0] = careFor(one, itemNow(one, of.item, now)) ?? [];
  return by === '' && doneAt === 0 ? null : { by, at, done: doneAt !== 0 };
}

/** The event at a position of a customer's stream; null: there is none. */
export async function eventAt(
  { redis, partitions }: Pick<AddresseeReading, 'redis' | 'partitions'>,
  customer: string,
  position: string,
): Promise<StoredEvent | null> {
  const [entry] = (await redis.xRange(keys.customer(partitionOf(customer, partitions), customer), position, position)) ?? [];
  return entry === undefined ? null : readEvent(entry.message['e'] ?? '{}');
}
