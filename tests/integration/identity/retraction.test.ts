import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keys, partitionOf } from '#server/redis/keys.ts';
import { event, nodeName } from '../../support/events.ts';
import { startTestRedis } from '../../support/redis.ts';
import type { TestRedis } from '../../support/redis.ts';
import { openWorld } from '../../support/world.ts';

const AT = Date.UTC(2026, 9, 1);
const HOUR = 3_600_000;
const PARTITIONS = 4;

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis({ fsync: 'no' });
});
afterAll(() => server.stop());

/** A customer at home in another partition than the order number. */
const order = { orderId: 'O1' };
const far = (): string => {
  const home = partitionOf(nodeName('orderId', 'O1'), PARTITIONS);
  for (let i = 0; ; i++) if (partitionOf(nodeName('customerId', `C${i}`), PARTITIONS) !== home) return `C${i}`;
};

describe('a retraction', () => {
  const customer = { customerId: far() };
  const placed = event('placed', customer, { at: AT, type: 'order.placed' });
  const back = event('back', order, { at: AT + HOUR, type: 'event.retracted', attributes: { eventId: 'placed' } });

  it.each([
    ['after the event', [[placed], [back]]],
    ['before the event', [[back], [placed]]],
    ['together with it', [[back, placed]]],
  ])('finds its event by source and id alone, in whatever partition that lies, when it comes %s', async (_, batches) => {
    const world = await openWorld(server, { partitions: PARTITIONS });
    for (const batch of batches) {
      await world.ingest(batch);
      await world.settle();
    }
    const { streams, sums, lists } = await world.dump();
    await world.close();
    const mine = streams[nodeName('customerId', customer.customerId)] ?? [];
    expect(mine.map((entry) => (JSON.parse(entry.slice(entry.indexOf(' '))) as { id: string }).id)).toEqual(['placed', 'back']);
    expect(Object.keys(streams)).toHaveLength(1);
    expect(sums).toEqual({});
    expect(Object.values(lists).flat()).toEqual([]);
  });

  it('holds for what comes late in its very instant, before and behind it, whatever was folded meanwhile', async () => {
    const who = { customerId: 'C1', email: 'ada@example.com' };
    const taken = event('taken', who, { at: AT, type: 'order.placed' });
    const gone = event('gone', { customerId: 'C1' }, { at: AT + HOUR, type: 'event.retracted', attributes: { eventId: 'taken' } });
    const later = event('later', { customerId: 'C1' }, { at: AT + 2 * HOUR, type: 'page.viewed' });
    const played = async (batches: (typeof taken)[][]): Promise<unknown> => {
      const world = await openWorld(server, { partitions: PARTITIONS });
      for (const batch of batches) {
        await world.ingest(batch);
        await world.settle();
        // Whoever goes on remembers nobody, and reads what was folded.
        world.takeOver();
      }
      const { streams, states, lists, sums, found } = await world.dump();
      await world.close();
      return { streams, states, lists, sums, found };
    };
    // Events of one instant stand in the order of their keys: among several some stand before and some behind.
    for (const id of ['late-1', 'late-2', 'late-3', 'late-4']) {
      const late = event(id, { customerId: 'C1' }, { at: AT + HOUR, type: 'page.viewed' });
      expect(await played([[taken], [gone], [later], [late]])).toEqual(await played([[taken, gone, late, later]]));
    }
  });

  it('keeps no identifier in the clear where it remembers which events came', async () => {
    const world = await openWorld(server, { partitions: PARTITIONS });
    await world.ingest([event('mail', { email: 'ada@example.com' }, { at: AT })]);
    const home = partitionOf(nodeName('email', 'ada@example.com'), PARTITIONS);
    const kept = await Promise.all((await world.redis.keys(keys.dedupe(home, '*'))).map((key) => world.redis.hGetAll(key)));
    await world.close();
    expect(kept.flatMap((fields) => Object.values(fields))).toEqual([nodeName('email', 'ada@example.com')]);
  });

  it.each([
    ['a merge had been taken back', 'identity.merged'],
    ['an ordinary event was named by mistake', 'order.placed'],
  ])('of what takes a decision back lets the decision hold again, in whatever order all came, where %s', async (_, type) => {
    const who = { customerId: customer.customerId, email: 'ada@example.com' };
    const named = event('named', who, { at: AT, type });
    const undo = event('undo', order, { at: AT + HOUR, type: 'identity.unmerged', attributes: { eventId: 'named' } });
    const gone = event('gone', order, { at: AT + 2 * HOUR, type: 'event.retracted', attributes: { eventId: 'undo' } });
    const mail = event('mail', { email: 'ada@example.com' }, { at: AT, type: 'page.viewed' });
    const played = async (order: readonly (typeof named)[]) => {
      const world = await openWorld(server, { partitions: PARTITIONS });
      for (const one of order) {
        await world.ingest([one]);
        await world.settle();
      }
      const { streams, states, lists, sums, found } = await world.dump();
      await world.close();
      return { streams, states, lists, sums, found };
    };
    const first = await played([mail, named, undo, gone]);
    expect(Object.keys(first.streams)).toEqual([nodeName('customerId', customer.customerId)]);
    for (const order of [
      [named, gone, undo],
      [undo, named, gone],
      [undo, gone, named],
      [gone, named, undo],
      [gone, undo, named],
    ])
      expect(await played([mail, ...order])).toEqual(first);
  });
});
