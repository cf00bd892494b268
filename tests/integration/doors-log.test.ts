import { expect, test, vi } from 'vitest';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { eventKey } from '#server/ingest/normalise.ts';
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

test('what a door accepts lies in the log once, however often it is sent; what it refuses lies in quarantine, once too', async () => {
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
    expect(await redis.xLen(keys.quarantine())).toBe(1);
  } finally {
    redis.destroy();
  }
});

test('requests of one moment share calls to the store: each still hears of its own events, and every event is kept once, whole', async () => {
  await using store = await startTestRedis();
  const redis = await connect({ socketPath: store.socketPath });
  try {
    const log = createLog({ redis, partitions: 2, lagLimit: 1_000_000, clock: () => TEST_NOW });
    const stored = (n: number): StoredEvent => {
      const under = String(n % 5).repeat(20);
      const key = n.toString(16).padStart(24, '0');
      // A few are so large that one request needs several calls.
      const text = n % 40 === 0 ? 'ü'.repeat(30_000) : `text ${n}\n`;
      return { key, source: 's', id: String(n), at: 1, received: 2, under, who: [['customerId', 'c', under]], text };
    };
    // Overlapping ranges: the first, the last and some in the middle of a call are duplicates, and in some calls all are.
    const requests = Array.from({ length: 40 }, (_, r) => Array.from({ length: 30 }, (_, i) => stored((r * 17 + i * 7) % 400)));
    const answers = await Promise.all(requests.map((request) => log.append(request)));
    const accepted = answers.flatMap((flags, r) => requests[r]?.filter((_, i) => flags[i]) ?? []);
    const byId = (a: StoredEvent, b: StoredEvent): number => Number(a.id) - Number(b.id);
    const sent = new Map(requests.flat().map((event) => [event.id, event]));
    expect(answers.map((flags) => flags.length)).toEqual(requests.map((request) => request.length));
    expect(accepted.toSorted(byId)).toEqual([...sent.values()].toSorted(byId));
    const entries = (await Promise.all([0, 1].map((p) => redis.xRange(keys.log(p), '-', '+')))).flat();
    expect(entries.flatMap((entry) => unpack(entry?.message['e'] ?? '')).toSorted(byId)).toEqual([...sent.values()].toSorted(byId));
    expect(entries.length).toBeLessThan(requests.length);
    expect(
      (await Promise.all([0, 1].map((p) => redis.hmGet(keys.stat(p), ['accepted', 'duplicates']))))
        .flat()
        .reduce((a, n) => a + Number(n), 0),
    ).toBe(1_200);
  } finally {
    redis.destroy();
  }
});

test('a source is heard of within a second, even if another one spoke just before and nobody speaks afterwards', async () => {
  await using store = await startTestRedis();
  const redis = await connect({ socketPath: store.socketPath });
  try {
    const log = createLog({ redis, partitions: 2, lagLimit: 1_000_000, clock: () => TEST_NOW });
    const said = (source: string): StoredEvent => {
      const under = '0'.repeat(20);
      return { key: eventKey(source, '1'), source, id: '1', at: TEST_NOW, received: TEST_NOW, under, who: [['customerId', 'c', under]] };
    };
    await log.append([said('web')]);
    await vi.waitFor(async () => expect(await redis.hGetAll(keys.sources())).toEqual({ web: String(TEST_NOW) }));
    await log.append([said('till')]);
    expect(await redis.hGet(keys.sources(), 'till')).toBeNull();
    await vi.waitFor(async () => expect(await redis.hGet(keys.sources(), 'till')).toBe(String(TEST_NOW)), { timeout: 30_000 });
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
      .poll(async () => (await doors.post('/v1/events', batch)).body, { timeout: 30_000 })
      .toEqual({ accepted: 0, duplicates: 100, rejected: [] });
  } finally {
    redis.destroy();
  }
});
