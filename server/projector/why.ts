import type { CustomerWhy } from '#lib/contract/index.ts';
import { CHECKPOINT_EVENTS } from '#server/domain/customer/fold.ts';
import { decodeState, emptyState } from '#server/domain/customer/state.ts';
import type { CustomerState } from '#server/domain/customer/state.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { readEvent } from '#server/domain/event/event.ts';
import { whyVisits } from '#server/domain/view/why.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';
import type { StateReading } from './saved-states.ts';

/** Events of one customer that are folded to say why: what lies further back is known by its number alone. */
const EVENTS_EXPLAINED = 2048;
/** Visits told of at once. */
const MOST_VISITS = 50;

interface Base {
  readonly state: CustomerState;
  readonly events: readonly StoredEvent[];
}

/** A customer's newest events, and the state they are folded onto. */
async function baseOf({ redis, partitions }: StateReading, customer: string): Promise<Base> {
  const partition = partitionOf(customer, partitions);
  const stream = keys.customer(partition, customer);
  const length = await redis.xLen(stream);
  const count = Math.floor((length - EVENTS_EXPLAINED) / CHECKPOINT_EVENTS) * CHECKPOINT_EVENTS;
  const saved = count > 0 ? await redis.hGet(keys.checkpoints(partition, customer), String(count)) : null;
  const state = saved === null || saved === undefined ? emptyState() : decodeState(saved);
  const entries = (await redis.xRange(stream, state.last === '' ? '-' : `(${state.last}`, '+')) ?? [];
  return { state, events: entries.map((entry) => readEvent(entry.message['e'] ?? '{}')) };
}

/** Why a customer's visits are as hard as they were at an instant: all of them, or one. Folds the customer's events again and writes nothing. */
export async function whyCustomer(
  reading: StateReading,
  asked: { readonly customer: string; readonly visit?: string | undefined; readonly at: number },
): Promise<CustomerWhy> {
  const { customer, visit, at } = asked;
  const { state, events } = await baseOf(reading, customer);
  const visits = whyVisits({ events, from: state, context: reading.context(), at });
  return { customer, at, visits: (visit === undefined ? visits : visits.filter((one) => one.visit === visit)).slice(0, MOST_VISITS) };
}
