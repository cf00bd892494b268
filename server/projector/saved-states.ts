import { SAVED_EVERY, foldOnto } from '#server/domain/customer/fold.ts';
import type { FoldContext } from '#server/domain/customer/applying.ts';
import { decodeState, emptyState } from '#server/domain/customer/state.ts';
import type { CustomerState } from '#server/domain/customer/state.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { readEvent } from '#server/domain/event/event.ts';
import { NOT_ASKED_FOR } from '#server/domain/kernel/row.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';

/** Entries of a customer's stream as the store gives them, newest first. */
type Entries = readonly { readonly id: string; readonly message: Readonly<Record<string, string>> }[] | null;

/**
 * A customer's state: the saved one with the few entries behind it folded onto it. Fewer than sixteen entries ever stand behind a saved state,
 * and customers with fewer than sixteen have none.
 * @param newest at least the newest sixteen entries of the stream, newest first, read together with `saved`
 * @returns null: nobody
 */
function stateFrom(saved: string | null, newest: Entries, context: FoldContext): CustomerState | null {
  const state = saved === null ? emptyState() : decodeState(saved);
  const behind: StoredEvent[] = [];
  for (const { id, message } of newest ?? []) {
    if (id === state.last) break;
    behind.push(readEvent(message['e'] ?? '{}'));
  }
  foldOnto(state, behind.reverse(), context, undefined, () => NOT_ASKED_FOR);
  return state.events === 0 ? null : state;
}

/** Where customers are read. */
export interface StateReading {
  readonly redis: Redis;
  readonly partitions: number;
  /** what customers are folded under now */
  readonly context: () => FoldContext;
}

/** One customer's state as it is now, read at one instant. The only way to a state for whoever does not write. @returns null: nobody */
export async function readState(reading: StateReading, customer: string): Promise<CustomerState | null> {
  return (await readNewest(reading, customer, SAVED_EVERY)).state;
}

/** The same, with the newest entries of the stream, newest first: at least so many, where there are. */
export async function readNewest(
  { redis, partitions, context }: StateReading,
  customer: string,
  count: number,
): Promise<{ readonly state: CustomerState | null; readonly newest: Entries }> {
  const partition = partitionOf(customer, partitions);
  const [saved, newest] = await redis
    .multi()
    .get(keys.savedState(partition, customer))
    .xRevRange(keys.customer(partition, customer), '+', '-', { COUNT: Math.max(SAVED_EVERY, count) })
    .execTyped();
  return { state: stateFrom(saved, newest, context()), newest };
}

/** The states of several customers of one partition, for its projector: what others write meanwhile makes its commit fail. */
export async function loadStates(
  at: { readonly redis: Redis; readonly partition: number },
  customers: readonly string[],
  contextFor: (customer: string) => FoldContext,
): Promise<(CustomerState | null)[]> {
  const { redis, partition } = at;
  if (customers.length === 0) return [];
  const [scores, saved] = await Promise.all([
    redis.zmScore(keys.customers(partition), [...customers]),
    redis.mGet(customers.map((customer) => keys.savedState(partition, customer))),
  ]);
  return Promise.all(
    customers.map(async (customer, i) => {
      if (scores[i] === null) return null;
      const newest = await redis.xRevRange(keys.customer(partition, customer), '+', '-', { COUNT: SAVED_EVERY });
      return stateFrom(saved[i] ?? null, newest, contextFor(customer));
    }),
  );
}

/** Whether somebody has events. */
export async function isThere({ redis, partitions }: Pick<StateReading, 'redis' | 'partitions'>, customer: string): Promise<boolean> {
  return (await redis.zScore(keys.customers(partitionOf(customer, partitions)), customer)) !== null;
}
