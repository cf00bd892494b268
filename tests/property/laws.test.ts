import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { openWorld } from '../support/world.ts';
import type { Dump, World } from '../support/world.ts';
import { event } from '../support/events.ts';
import { startTestRedis } from '../support/redis.ts';
import type { TestRedis } from '../support/redis.ts';

const BASE = Date.UTC(2026, 9, 1);
const HOUR = 3_600_000;

/** A world of three people, two devices (one of them shared), and order numbers; times tie often. */
const identity = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('C1', 'C2', 'C3').map((customerId) => ({ customerId })) },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom('C1', 'C2', 'C3'), fc.constantFrom('A1', 'A2')).map(([customerId, anonymousId]) => ({ customerId, anonymousId })) },
  { weight: 3, arbitrary: fc.constantFrom('A1', 'A2', 'A3').map((anonymousId) => ({ anonymousId })) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('C1', 'C2'), fc.constantFrom('O1', 'O2')).map(([customerId, orderId]) => ({ customerId, orderId })) },
  { weight: 2, arbitrary: fc.constantFrom('O1', 'O2').map((orderId) => ({ orderId })) },
  { weight: 1, arbitrary: fc.constantFrom('e1@x', 'e2@x').map((email) => ({ email })) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('C1', 'C3'), fc.constantFrom('e1@x', 'e2@x')).map(([customerId, email]) => ({ customerId, email })) },
);

const kind = fc.constantFrom<Partial<StoredEvent>>(
  { type: 'page.viewed' },
  { type: 'order.placed' },
  { type: 'delivery.started', promise: { kind: 'delivery', due: BASE + 60 * HOUR } },
  { type: 'promise.kept', promise: { kind: 'delivery' } },
  { type: 'promise.moved', promise: { kind: 'delivery', due: BASE + 70 * HOUR } },
  { type: 'delivery.arrived' },
  { type: 'order.cancelled' },
  { type: 'case.opened' },
  { type: 'contact.queued', topic: 'late' },
  { type: 'contact.answered', topic: 'late' },
  { type: 'contact.ended', topic: 'late', outcome: 'abandoned' },
  { type: 'contact.transferred' },
  { type: 'error.shown' },
  { type: 'message.in', emotion: { label: 'frustrated', valence: -0.8, confidence: 0.6, scorer: 't', why: [] } },
  { type: 'survey.answered', score: { kind: 'csat', value: 2 } },
  { type: 'never.heard.of' },
);

const history = (length: number): fc.Arbitrary<StoredEvent[]> =>
  fc
    .array(fc.tuple(identity, kind, fc.integer({ min: 0, max: 200 }), fc.constantFrom(0, 0, 0, 1, 2), fc.nat(99)), { minLength: 4, maxLength: length })
    .map((rows) =>
      rows.flatMap(([who, what, halfHours, sequence, dice], i) => {
        const at = BASE + halfHours * (HOUR / 2);
        const one = event(`e${i}`, who, { at, ...(sequence === 0 ? {} : { sequence }), ...what });
        return dice < 12 ? [one, event(`r${i}`, who, { at: at + HOUR, type: 'event.retracted', attributes: { eventId: `e${i}` } })] : [one];
      }),
    );

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis({ fsync: 'no' });
});
afterAll(() => server.stop());

async function play(batches: readonly (readonly StoredEvent[])[], partitions = 3): Promise<Dump> {
  const world: World = await openWorld(server, { partitions });
  for (const batch of batches) {
    if (batch.length > 0) await world.ingest(batch);
    await world.settle();
  }
  const dump = await world.dump();
  await world.close();
  return dump;
}

const inOneGo = (events: readonly StoredEvent[]): StoredEvent[][] => [[...events].sort((a, b) => a.at - b.at)];

describe('law 1: order, lateness, duplicates and batching do not matter', () => {
  it('ends in the same streams, states, lists, identities and sums, whatever way the events came', async () => {
    await fc.assert(
      fc.asyncProperty(
        history(24).chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }), fc.shuffledSubarray(events), fc.integer({ min: 1, max: 7 }))),
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
      fc.asyncProperty(history(16), identity, kind, fc.integer({ min: 0, max: 200 }), async (events, who, what, halfHours) => {
        const extra = event('extra', who, { at: BASE + halfHours * (HOUR / 2), ...what });
        const back = event('back', who, { at: BASE + 300 * HOUR, type: 'event.retracted', attributes: { eventId: 'extra' } });
        const without = await play([events]);
        const withIt = await play([events, [extra], [back]]);
        expect(withIt.sums).toEqual(without.sums);
        expect(withIt.lists).toEqual(without.lists);
      }),
      { numRuns: 40 },
    );
  });
});
