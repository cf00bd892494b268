import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixedContexts } from '#server/definitions/contexts.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { createLog } from '#server/log/redis-log.ts';
import { createLog as createLogger } from '#server/platform/log.ts';
import { PartitionProjector } from '#server/projector/projector.ts';
import { checkpointSums } from '#server/projector/sums-checkpoint.ts';
import { connect } from '#server/redis/client.ts';
import type { Redis } from '#server/redis/client.ts';
import { event } from '../support/events.ts';
import { chance, readStored, recount } from '../support/fault-load.ts';
import { startTestRedis } from '../support/redis.ts';
import type { TestRedis } from '../support/redis.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../support/world.ts';

const PARTITIONS = 2;
const BASE = Date.UTC(2026, 9, 1);
const SEED = Number(process.env['FAULT_SEED'] ?? Date.now() % 1_000_000);
const blueprints = blueprintsFrom(TEST_JOURNEY);

let server: TestRedis;
let clean: TestRedis;
beforeAll(async () => {
  [server, clean] = await Promise.all([startTestRedis({ fsync: 'no' }), startTestRedis({ fsync: 'no' })]);
});
afterAll(async () => {
  await Promise.all([server.stop(), clean.stop()]);
});

const TYPES = [
  'page.viewed',
  'order.placed',
  'delivery.started',
  'delivery.arrived',
  'contact.queued',
  'contact.ended',
  'error.shown',
  'order.cancelled',
];

function someEvents(next: () => number, count: number, name: string): StoredEvent[] {
  return Array.from({ length: count }, (_, i) => {
    const person = Math.floor(next() * 12);
    const who: Readonly<Record<string, string>> =
      next() < 0.2
        ? { anonymousId: `A${person}` }
        : next() < 0.2
          ? { customerId: `C${person}`, anonymousId: `A${person}` }
          : { customerId: `C${person}` };
    return event(`${name}-${i}`, who, {
      at: BASE + Math.floor(next() * 60 * 60) * 60_000,
      type: TYPES[Math.floor(next() * TYPES.length)] ?? 'page.viewed',
    });
  });
}

/** A projector as another process would run it: on a connection of its own. */
async function projector(partition: number): Promise<{ readonly redis: Redis; readonly one: PartitionProjector }> {
  const redis = await connect(server);
  return {
    redis,
    one: new PartitionProjector({
      redis,
      partition,
      partitions: PARTITIONS,
      contexts: fixedContexts({ blueprints }),
      score: () => null,
      log: createLogger('silent'),
    }),
  };
}

describe(`several projectors on one partition (FAULT_SEED=${SEED})`, () => {
  it('keep every number exact while they race, and while one wakes up with what it read long ago', async () => {
    const next = chance(SEED);
    const redis = await connect(server);
    await redis.flushAll();
    const log = createLog({ redis, partitions: PARTITIONS, lagLimit: 100_000, clock: () => 0 });
    const racing = await Promise.all([0, 1, 0, 1].map((p) => projector(p)));
    const sleepers = await Promise.all([0, 1].map((p) => projector(p)));
    for (let round = 0; round < 40; round++) {
      await log.append(someEvents(next, 20, `e${round}`));
      // A sleeper still believes in the version of ten rounds ago.
      const awake = round % 10 === 9 ? [...racing, ...sleepers] : racing;
      // One projector takes one step at a time, as in the product; different ones run into each other.
      await Promise.all(
        awake.map(async ({ one }) => {
          for (let steps = next() < 0.3 ? 2 : 1; steps > 0; steps--) await one.step();
        }),
      );
    }
    for (const { one } of racing) one.reset();
    for (let quiet = 0; quiet < 3;) {
      const done = await Promise.all(racing.map(({ one }) => one.step()));
      quiet = done.some((d) => d !== 0) ? 0 : quiet + 1;
    }
    const stored = await readStored(server, PARTITIONS);
    expect(stored.ids).toHaveLength(800);
    expect(new Set(stored.ids).size).toBe(800);
    const again = await recount(clean, stored, { partitions: PARTITIONS, blueprints });
    expect(stored.states).toEqual(again.states);
    expect(stored.lists).toEqual(again.lists);
    expect(stored.sums).toEqual(again.sums);
    for (const { one, redis: its } of [...racing, ...sleepers]) {
      await one.close();
      its.destroy();
    }
    redis.destroy();
  });

  it('keep the stored sums exact while two of them fold the changes in at the same time', async () => {
    const next = chance(SEED + 2);
    const redis = await connect(server);
    await redis.flushAll();
    const log = createLog({ redis, partitions: PARTITIONS, lagLimit: 100_000, clock: () => 0 });
    const both = await Promise.all([0, 1].map((p) => projector(p)));
    const others = await Promise.all([connect(server), connect(server), connect(server)]);
    for (let round = 0; round < 30; round++) {
      await log.append(someEvents(next, 25, `s${round}`));
      await Promise.all(both.map(({ one }) => one.step()));
      await Promise.all(others.flatMap((other) => [0, 1].map((p) => checkpointSums(other, p))));
    }
    for (let quiet = 0; quiet < 3;) {
      const done = await Promise.all(both.map(({ one }) => one.step()));
      quiet = done.some((d) => d !== 0) ? 0 : quiet + 1;
    }
    const stored = await readStored(server, PARTITIONS);
    const again = await recount(clean, stored, { partitions: PARTITIONS, blueprints });
    expect(stored.sums).toEqual(again.sums);
    for (const { one } of both) await one.close();
    for (const one of [...both.map((b) => b.redis), ...others, redis]) one.destroy();
  });
});
