import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { fixedContexts } from '#server/definitions/contexts.ts';
import { funnelsOf } from '#server/domain/funnel/compile.ts';
import { blueprintsFrom, openWorld, playOut, TEST_JOURNEY } from '../support/world.ts';
import type { Dump } from '../support/world.ts';
import { event } from '../support/events.ts';
import { funnel, step } from '../support/funnels.ts';
import { BASE, HOUR, history, identity, kind } from '../support/histories.ts';
import { startTestRedis } from '../support/redis.ts';
import type { TestRedis } from '../support/redis.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis({ fsync: 'no' });
});
afterAll(() => server.stop());

/** Saved funnels are among what must not depend on how the events came. */
const FUNNELS = funnelsOf([
  funnel({
    id: 'buying',
    windowMs: 30 * HOUR,
    hold: 'identifier.orderId',
    steps: [step('order.placed'), step('contact.queued or message.in', { optional: true }), step('delivery.arrived')],
    exclusions: [{ any: [{ type: 'order.cancelled' }], from: 1, to: 3, effect: 'end' }],
    breakdowns: [{ by: 'channel', at: 'last' }],
  }),
  funnel({
    id: 'calling',
    windowMs: 40 * HOUR,
    reentry: 'optimised',
    steps: [step('page.viewed'), { name: 'Order', any: [{ touchpoint: 'order' }] }, step('contact.answered')],
  }),
  funnel({
    id: 'cases',
    windowMs: 50 * HOUR,
    count: 'case',
    journey: 'test',
    order: 'any',
    steps: [step('page.viewed'), step('order.placed')],
  }),
]);

async function play(batches: readonly (readonly StoredEvent[])[], partitions = 3): Promise<Dump> {
  const context = { blueprints: blueprintsFrom(TEST_JOURNEY), funnels: FUNNELS };
  return playOut(await openWorld(server, { partitions, contexts: () => Promise.resolve(fixedContexts(context)) }), batches);
}

const inOneGo = (events: readonly StoredEvent[]): StoredEvent[][] => [[...events].sort((a, b) => a.at - b.at)];

describe('law 1: order, lateness, duplicates and batching do not matter', () => {
  it('ends in the same streams, states, lists, identities and sums, whatever way the events came', async () => {
    await fc.assert(
      fc.asyncProperty(
        history(24).chain((events) =>
          fc.tuple(
            fc.constant(events),
            fc.shuffledSubarray(events, { minLength: events.length }),
            fc.shuffledSubarray(events),
            fc.integer({ min: 1, max: 7 }),
          ),
        ),
        async ([events, shuffled, again, size]) => {
          const batches: StoredEvent[][] = [];
          for (let i = 0; i < shuffled.length; i += size) batches.push(shuffled.slice(i, i + size));
          const one = await play(inOneGo(events));
          const other = await play([...batches, again]);
          expect(other.streams).toEqual(one.streams);
          expect(other.nodes).toEqual(one.nodes);
          expect(other.states).toEqual(one.states);
          expect(other.lists).toEqual(one.lists);
          expect(other.sums).toEqual(one.sums);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('law 2: taking back is as if it had never been', () => {
  it('gives every number back when an event is taken back', async () => {
    await fc.assert(
      fc.asyncProperty(
        history(16),
        identity,
        kind,
        fc.integer({ min: 0, max: 200 }),
        identity,
        async (events, who, what, halfHours, other) => {
          const extra = event('extra', who, { at: BASE + halfHours * (HOUR / 2), ...what });
          const back = event('back', other, { at: BASE + 300 * HOUR, type: 'event.retracted', attributes: { eventId: 'extra' } });
          const without = await play([events]);
          const withIt = await play([events, [extra], [back]]);
          expect(withIt.sums).toEqual(without.sums);
          expect(withIt.lists).toEqual(without.lists);
        },
      ),
      { numRuns: 40 },
    );
  });
});
