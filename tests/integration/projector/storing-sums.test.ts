import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixedContexts } from '#server/definitions/contexts.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { decodeDeltas } from '#server/domain/kernel/counters.ts';
import { createLog } from '#server/platform/log.ts';
import { Projection } from '#server/projector/projection.ts';
import { readSums } from '#server/projector/sums-checkpoint.ts';
import { keys } from '#server/redis/keys.ts';
import { event } from '../../support/events.ts';
import { startTestRedis } from '../../support/redis.ts';
import type { TestRedis } from '../../support/redis.ts';
import { openWorld, sumBookings } from '../../support/world.ts';
import type { World } from '../../support/world.ts';

const BASE = Date.UTC(2026, 9, 1);
/** Longer than any partition waits until its sums are stored. */
const LATER_MS = 120_000;

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server[Symbol.asyncDispose]());

const visits = (round: number, people: number): StoredEvent[] =>
  Array.from({ length: people }, (_, i) =>
    event(
      `v${round}-${i}`,
      { customerId: `C${i}` },
      { at: BASE + round * 3_600_000 + i, type: round % 2 === 0 ? 'page.viewed' : 'order.placed' },
    ),
  );

async function projected(world: World, events: number): Promise<void> {
  for (let seen = 0; seen < events; await pause(5)) {
    seen = 0;
    for (let p = 0; p < world.partitions; p++) seen += Number((await world.redis.hGet(keys.stat(p), 'projected')) ?? 0);
  }
}

async function storedAt(world: World): Promise<readonly string[]> {
  return Promise.all(Array.from({ length: world.partitions }, async (_, p) => (await readSums(world.redis, p)).at));
}

/** What a start reads: the stored sums, and the changes behind them. */
async function sumsRead(world: World): Promise<ReadonlyMap<string, number>> {
  const sums = new Map<string, number>();
  for (let p = 0; p < world.partitions; p++) {
    const { at, chunks } = await readSums(world.redis, p);
    for (const chunk of chunks) sumBookings(decodeDeltas(chunk), sums);
    for (const { message } of (await world.redis.xRange(keys.changes(p), `(${at}`, '+')) ?? [])
      sumBookings(decodeDeltas(message['d'] ?? ''), sums);
  }
  return new Map([...sums].sort());
}

/** Projects a world by a clock of its own. */
function projectionOf({ redis, partitions, blueprints }: World, clock: () => number): Projection {
  return new Projection({ redis, partitions, contexts: fixedContexts({ blueprints }), score: () => null, log: createLog('silent'), clock });
}

describe('storing the sums', () => {
  it('goes on beside the projection: where they cannot be stored events are counted all the same, and they are stored as soon as they can be', async () => {
    const rounds = [visits(0, 90), visits(1, 90), visits(2, 90)] as const;
    const plain = await openWorld(server);
    await plain.ingest(rounds.flat());
    await plain.settle();
    const expected = await sumsRead(plain);
    await plain.close();

    const world = await openWorld(server);
    let now = 0;
    const projection = projectionOf(world, () => now);
    // Given sums that the store refuses to keep
    for (let p = 0; p < world.partitions; p++) await world.redis.set(keys.sums(p), 'in the way');
    projection.start();
    await world.ingest(rounds[0]);
    await projected(world, 90);
    // When it is time to store them, events are still counted
    now += LATER_MS;
    await world.ingest(rounds[1]);
    await projected(world, 180);
    // When they can be kept again, the next time they are
    for (let p = 0; p < world.partitions; p++) await world.redis.del(keys.sums(p));
    now += LATER_MS;
    await world.ingest(rounds[2]);
    await projected(world, 270);
    while ((await storedAt(world)).includes('0-0')) await pause(5);
    await projection.stop();
    // Then nothing was lost or counted twice
    expect(await sumsRead(world)).toEqual(expected);
    await world.close();
  });

  it('are stored in their time although the clock of the machine was put back', async () => {
    const world = await openWorld(server);
    let now = 100 * LATER_MS;
    const projection = projectionOf(world, () => now);
    projection.start();
    await world.ingest(visits(0, 90));
    await projected(world, 90);
    now = LATER_MS;
    await world.ingest(visits(1, 90));
    await projected(world, 180);
    now += LATER_MS;
    await expect.poll(() => storedAt(world), { timeout: 30_000, interval: 20 }).not.toContain('0-0');
    await projection.stop();
    await world.close();
  });
});
