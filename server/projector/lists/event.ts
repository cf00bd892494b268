import { setImmediate as nextTurn } from 'node:timers/promises';
import { WINDOWS } from '#lib/contract/index.ts';
import type { EventListRef, ListRow } from '#lib/contract/index.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import type { FoldContext } from '#server/domain/customer/applying.ts';
import { readEvent } from '#server/domain/event/event.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { MINUTE } from '#server/domain/kernel/time.ts';
import { eventsAt } from '#server/domain/view/events-at.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';

/** Streams that are looked at together. */
const AT_A_TIME = 50;
/** Folding somebody is short, folding everybody is not: after so long whoever waits for the process has his turn, ms. */
const TURN_MS = 6;

/** Where events are looked for, and by which versions of their journey they may have been counted. */
export interface EventReading {
  readonly redis: Redis;
  readonly partitions: number;
  /** what customers are folded under now */
  readonly context: FoldContext;
  readonly versions: readonly Blueprint[];
  /** minute of the position */
  readonly at: number;
}

/** What was done by a customer from the first minute to the last, both inclusive; without them, everything. */
async function eventsOf(
  { redis }: EventReading,
  stream: string,
  minutes?: { readonly from: number; readonly to: number },
): Promise<readonly StoredEvent[]> {
  const [from, to] = minutes === undefined ? ['-', '+'] : [String(minutes.from * MINUTE), String(minutes.to * MINUTE + MINUTE - 1)];
  const entries = (await redis.xRange(stream, from, to)) ?? [];
  return entries.map(({ message }) => readEvent(message['e'] ?? '{}'));
}

/**
 * The events counted at a touchpoint in a window, over all versions of the journey. The store keeps no list of them: whoever did anything since the
 * window began is looked at, and folded again where an event of the window could be one of those; nothing is written.
 */
export async function* eventRows(ref: EventListRef, reading: EventReading): AsyncGenerator<ListRow> {
  const asked = {
    ...{ journey: ref.journey, touchpoint: ref.touchpoint },
    ...{ from: reading.at - WINDOWS[ref.window].minutes + 1, to: reading.at },
  };
  // Funnels and factors change none of what is asked for.
  const { blueprints, friction, emotion } = reading.context;
  const context = { blueprints, ...(friction === undefined ? {} : { friction }), ...(emotion === undefined ? {} : { emotion }) };
  const isThere = (event: StoredEvent): boolean => reading.versions.some((version) => version.match(event)?.id === ref.touchpoint);
  let begun = performance.now();
  for (let partition = 0; partition < reading.partitions; partition++) {
    const customers = await reading.redis.zRangeByScore(keys.customers(partition), asked.from * MINUTE, '+inf');
    for (let place = 0; place < customers.length; place += AT_A_TIME) {
      const some = customers.slice(place, place + AT_A_TIME);
      const recent = await Promise.all(some.map((customer) => eventsOf(reading, keys.customer(partition, customer), asked)));
      for (const [i, customer] of some.entries()) {
        if (recent[i]?.some(isThere) !== true) continue;
        const events = await eventsOf(reading, keys.customer(partition, customer));
        for (const one of eventsAt(events, asked, context)) yield { customer, ...one, friction: null, valence: null };
        if (performance.now() - begun < TURN_MS) continue;
        await nextTurn();
        begun = performance.now();
      }
    }
  }
}
