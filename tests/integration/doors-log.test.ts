import { expect, test } from 'vitest';
import { createLog, unpack } from '#server/log/redis-log.ts';
import { connect } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import { startDoors, TEST_NOW } from '../support/doors.ts';
import { startTestRedis } from '../support/redis.ts';

const PARTITIONS = 4;
const event = (n: number) => ({
  id: `e-${n}`,
  customer: { customerId: `c-${n % 7}`, email: `c${n % 7}@example.com` },
  text: 'line\nline',
  attributes: { n },
});

test('what a door accepts lies in the log once, however often it is sent; what it refuses lies in quarantine', async () => {
  await using store = await startTestRedis();
  const redis = await connect({ socketPath: store.socketPath });
  try {
    await using doors = await startDoors({ log: createLog({ redis, partitions: PARTITIONS, lagLimit: 1_000_000, clock: () => TEST_NOW }) });
    const batch = JSON.stringify([...Array.from({ length: 1_200 }, (_, n) => event(n)), { id: 'bad' }]);
    const answers = [await doors.post('/v1/events', batch), await doors.post('/v1/events', batch)];
    expect(answers.map(({ body: { accepted, duplicates } }) => [accepted, duplicates])).toEqual([
      [1_200, 0],
      [0, 1_200],
    ]);
    const stored = await Promise.all(Array.from({ length: PARTITIONS }, (_, p) => redis.xRange(keys.log(p), '-', '+')));
    const events = stored.flat().flatMap((entry) => unpack(entry?.message['e'] ?? ''));
    expect(new Set(events.map(({ id }) => id)).size).toBe(1_200);
    expect(events).toHaveLength(1_200);
    expect(events[0]).toMatchObject({
      source: 'default',
      text: 'line\nline',
      who: [
        ['customerId', expect.any(String), events[0]?.under],
        ['email', expect.any(String), expect.any(String)],
      ],
    });
    expect(await redis.xLen(keys.quarantine())).toBe(2);
  } finally {
    redis.destroy();
  }
});

test('a store that is gone makes the door answer 503 with Retry-After, and nothing is lost when it is back', async () => {
  await using store = await startTestRedis();
  const redis = await connect({ socketPath: store.socketPath });
  try {
    await using doors = await startDoors({ log: createLog({ redis, partitions: PARTITIONS, lagLimit: 1_000_000, clock: () => TEST_NOW }) });
    const batch = JSON.stringify(Array.from({ length: 100 }, (_, n) => event(n)));
    await doors.post('/v1/events', batch);
    await store.kill9();
    const gone = await doors.post('/v1/events', batch);
    expect([gone.status, gone.body['code'], Number(gone.headers.get('retry-after'))]).toEqual([
      503,
      'store_unavailable',
      expect.any(Number),
    ]);
    await store.restart();
    await expect
      .poll(async () => (await doors.post('/v1/events', batch)).body, { timeout: 10_000 })
      .toEqual({ accepted: 0, duplicates: 100, rejected: [] });
  } finally {
    redis.destroy();
  }
});
