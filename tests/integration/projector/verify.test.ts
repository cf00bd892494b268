import { setTimeout as pause } from 'node:timers/promises';
import { Deltas } from '#server/domain/kernel/counters.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fixedContexts } from '#server/definitions/contexts.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { shardOf } from '#server/domain/find/terms.ts';
import { createLog as createLogger } from '#server/platform/log.ts';
import { shardKey } from '#server/projector/find-index.ts';
import { Projection } from '#server/projector/projection.ts';
import { checkpointSums } from '#server/projector/sums-checkpoint.ts';
import { verifyPartition } from '#server/projector/verify/verify.ts';
import type { Difference, PartitionReport } from '#server/projector/verify/verify.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';
import { event, nodeName } from '../../support/events.ts';
import { startTestRedis } from '../../support/redis.ts';
import type { TestRedis } from '../../support/redis.ts';
import { openWorld } from '../../support/world.ts';
import type { World } from '../../support/world.ts';

const BASE = Date.UTC(2026, 9, 1);
const HOUR = 3_600_000;
const TYPES = [
  'page.viewed',
  'order.placed',
  'contact.queued',
  'contact.answered',
  'error.shown',
  'delivery.started',
  'delivery.arrived',
  'case.opened',
];

/** People who begin without a name, become known, share a device; late events and retractions among them. */
function history(people: number, eventsEach: number, prefix = ''): StoredEvent[] {
  const events: StoredEvent[] = [];
  for (let person = 0; person < people; person++)
    for (let n = 0; n < eventsEach; n++) {
      const known = { customerId: `${prefix}C${person}` };
      const device = { anonymousId: `${prefix}A${person % 7 === 0 ? 'shared' : person}` };
      const who = n < 2 ? device : n === 2 ? { ...known, ...device } : known;
      const at = BASE + person * 60_000 + (n % 5 === 4 ? n - 3 : n) * HOUR;
      const type = TYPES[(person + n) % TYPES.length] ?? 'page.viewed';
      const promise = n === 3 ? { promise: { kind: 'delivery', due: at + 5 * HOUR } } : {};
      events.push(event(`${prefix}${person}-${n}`, who, { at, type, ...promise }));
      if (person % 5 === 1 && n === 4)
        events.push(
          event(`${prefix}${person}-right`, known, {
            at: at + HOUR,
            type: 'event.corrected',
            attributes: { eventId: `${prefix}${person}-3` },
            correction: { set: { type: 'order.placed', at: at - 2 * HOUR }, unset: ['promise'] },
          }),
        );
      if (person % 5 === 0 && n === 4)
        events.push(
          event(`${prefix}${person}-back`, known, {
            at: at + HOUR,
            type: 'event.retracted',
            attributes: { eventId: `${prefix}${person}-3` },
          }),
        );
    }
  return events;
}

const KNOWN = nodeName('customerId', 'C1');

let server: TestRedis;
let world: World;
beforeAll(async () => {
  server = await startTestRedis({ fsync: 'no' });
});
afterAll(() => server.stop());

async function verifyAll(): Promise<PartitionReport[]> {
  const { redis, partitions, blueprints } = world;
  const reports: PartitionReport[] = [];
  for (let partition = 0; partition < partitions; partition++)
    reports.push(await verifyPartition({ redis, partitions, contexts: fixedContexts({ blueprints }) }, partition));
  return reports;
}

async function differences(): Promise<Difference[]> {
  return (await verifyAll()).flatMap((report) => report.differences);
}

async function listWithRows(partition: number): Promise<string> {
  for (const key of (await world.redis.keys(keys.list(partition, '*'))).sort()) if ((await world.redis.zCard(key)) > 0) return key;
  throw new Error('no list has rows');
}

describe('verify, when everything is as it should be', () => {
  it('finds streams, states, lists, sums and identities equal, before and after a checkpoint of the sums', async () => {
    world = await openWorld(server);
    const events = history(60, 12);
    for (let i = 0; i < events.length; i += 100) {
      await world.ingest(events.slice(i, i + 100));
      await world.settle();
    }
    const before = await verifyAll();
    expect(before.flatMap((r) => r.differences)).toEqual([]);
    expect(before.reduce((sum, r) => sum + r.events, 0)).toBe(events.length);
    for (let p = 0; p < world.partitions; p++) await checkpointSums(world.redis, p, 2);
    const after = await verifyAll();
    expect(after).toEqual(before);
    expect(after.every((r) => !r.disturbed && r.rows > 0 && r.sums > 0)).toBe(true);
    await world.close();
  });

  it('finds nothing wrong in the middle of a backlog, where links count before what makes them is delivered', async () => {
    world = await openWorld(server, { reach: { together: 10, deliver: 40, link: 60, ahead: 200 } });
    const events = history(60, 12).reverse();
    for (let i = 0; i < events.length; i += 10) await world.ingest(events.slice(i, i + 10));
    let looks = 0;
    for (let waiting = true; waiting;) {
      await world.step();
      const cursors = await Promise.all(Array.from({ length: world.partitions }, (_, p) => world.redis.hGetAll(keys.cursors(p))));
      waiting = cursors.some(({ linked }) => linked !== undefined);
      if (waiting && looks++ % 3 === 0) expect(await differences()).toEqual([]);
    }
    expect(looks).toBeGreaterThan(3);
    await world.settle();
    expect(await differences()).toEqual([]);
    expect((await verifyAll()).reduce((sum, r) => sum + r.events, 0)).toBe(events.length);
    await world.close();
  });

  it('checks a long history with its kept states, in pages', async () => {
    world = await openWorld(server);
    await world.ingest(history(1, 1300));
    await world.settle();
    expect(await differences()).toEqual([]);
    await world.redis.hSet(
      keys.checkpoints(partitionOf(nodeName('customerId', 'C0'), world.partitions), nodeName('customerId', 'C0')),
      '256',
      '{}',
    );
    expect(await differences()).toMatchObject([{ kind: 'state', words: expect.stringContaining('kept at event 256') as string }]);
    await world.close();
  });
});

describe('verify, when one thing was changed behind the product', () => {
  let partition: number;
  beforeEach(async () => {
    world = await openWorld(server);
    await world.ingest(history(20, 18));
    await world.settle();
    partition = partitionOf(KNOWN, world.partitions);
    return () => world.close();
  });

  it('finds a row missing from a list', async () => {
    const key = await listWithRows(partition);
    await world.redis.zPopMin(key);
    expect(await differences()).toMatchObject([{ kind: 'list', words: expect.stringContaining('is not on the list') as string }]);
  });

  it('finds a row on a list that no events make', async () => {
    await world.redis.zAdd(await listWithRows(partition), { score: 1, value: JSON.stringify([KNOWN, 'invented']) });
    expect(await differences()).toMatchObject([{ kind: 'list', words: expect.stringContaining('do not make') as string }]);
  });

  it('finds one row exchanged for another', async () => {
    const key = await listWithRows(partition);
    await world.redis.zPopMin(key);
    await world.redis.zAdd(key, { score: 1, value: JSON.stringify([KNOWN, 'invented']) });
    expect((await differences()).map((d) => d.kind)).toEqual(['list', 'list']);
  });

  it('finds a row at the wrong place of a list', async () => {
    const key = await listWithRows(partition);
    const [row] = await world.redis.zRange(key, 0, 0);
    await world.redis.zIncrBy(key, 60_000, row ?? '');
    expect(await differences()).toMatchObject([{ kind: 'list', words: expect.stringContaining('belongs at') as string }]);
  });

  it('finds one changed byte of a state', async () => {
    await world.redis.setRange(keys.savedState(partition, KNOWN), 20, '~');
    expect(await differences()).toMatchObject([{ kind: 'state', words: expect.stringContaining(KNOWN) as string }]);
  });

  it('finds a sum that is one too large', async () => {
    const wrong = new Deltas();
    wrong.add(['E|test|1|web.look|web', 0, 29_000_000, 29_000_000, 1], 1);
    await world.redis.xAdd(keys.changes(partition), '*', { d: wrong.encode(), c: '' });
    expect(await differences()).toMatchObject([{ kind: 'sum', words: expect.stringContaining('1 too large') as string }]);
  });

  it('finds an event that stands twice in a stream', async () => {
    const key = keys.customer(partition, KNOWN);
    const [first] = (await world.redis.xRange(key, '-', '+', { COUNT: 1 })) ?? [];
    const last = (await world.redis.xRevRange(key, '+', '-', { COUNT: 1 }))?.[0]?.id ?? '';
    await world.redis.xAdd(key, `${Number(last.split('-')[0]) + 1}-0`, first?.message ?? {});
    expect(await differences()).toMatchObject([{ kind: 'stream', words: expect.stringContaining('second of one event') as string }]);
  });

  it('finds an event taken out of a stream, by everything that it had made', async () => {
    const key = keys.customer(partition, KNOWN);
    const [first] = (await world.redis.xRange(key, '-', '+', { COUNT: 1 })) ?? [];
    await world.redis.xDel(key, first?.id ?? '');
    const found = await differences();
    expect(found.map((d) => d.kind)).toEqual(expect.arrayContaining(['state', 'sum']));
    expect(found.filter((d) => d.kind !== 'sum').every((d) => d.words.startsWith(KNOWN))).toBe(true);
  });

  it('finds a person that an identifier no longer belongs to', async () => {
    await world.redis.hSet(keys.node(partition, KNOWN), 'root', nodeName('customerId', 'somebody else'));
    const found = await differences();
    expect(found[0]).toMatchObject({ kind: 'identity', words: expect.stringContaining(KNOWN) as string });
    expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(['identity']));
  });

  it('finds an identifier that counts another link than its events make', async () => {
    const device = nodeName('anonymousId', 'A1');
    await world.redis.hSet(keys.node(partition, KNOWN), `e:${device}`, '7 1790812800000 000000000000000000000000 anonymousId');
    expect(await differences()).toMatchObject([{ kind: 'identity', words: expect.stringContaining(KNOWN) as string }]);
  });

  it('finds a link of which only one end knows', async () => {
    const device = nodeName('anonymousId', 'A1');
    const node = keys.node(partitionOf(device, world.partitions), device);
    await world.redis.hDel(node, `p:${KNOWN}`);
    expect(new Set((await differences()).map(({ kind, words }) => `${kind} ${words.includes(KNOWN)}`))).toEqual(new Set(['identity true']));
  });

  it('finds a decision by hand that nobody follows, and one that is followed although it was taken back', async () => {
    const act = event('act', { customerId: 'C1' }, { at: BASE, type: 'identity.split' });
    await world.redis.hSet(keys.acts(partition, KNOWN), act.key, JSON.stringify(act));
    expect(await differences()).toMatchObject([{ kind: 'identity', words: expect.stringContaining('does not follow') as string }]);
    await world.redis.hSet(keys.node(partition, KNOWN), `x:${act.key}`, String(BASE));
    expect(await differences()).toEqual([]);
    await world.redis.del(keys.acts(partition, KNOWN));
    expect(await differences()).toMatchObject([{ kind: 'identity', words: expect.stringContaining('never made') as string }]);
  });

  it('finds somebody who is not found by their name, or by a name that is not theirs, and an unknown caller too many', async () => {
    await world.ingest([
      event('name', { customerId: 'C1' }, { at: BASE + 900 * HOUR, type: 'identify', attributes: { name: 'Ada Meyer' } }),
    ]);
    await world.settle();
    expect(await differences()).toEqual([]);
    const key = shardKey(partition, 'name', shardOf('name', 'ada meyer'));
    await world.redis.zRem(key, `ada meyer\0${KNOWN}`);
    expect(await differences()).toEqual([{ kind: 'find', words: `${KNOWN} is not found under something that their events say` }]);
    await world.redis.zAdd(key, [
      { score: 0, value: `ada meyer\0${KNOWN}` },
      { score: 0, value: `ada\0${KNOWN}` },
    ]);
    expect(await differences()).toEqual([{ kind: 'find', words: `${KNOWN} is found under something that their events do not say` }]);
    await world.redis.zRem(key, `ada\0${KNOWN}`);
    await world.redis.zAdd(keys.unknown(partition), { score: 1, value: KNOWN });
    expect((await differences()).map(({ words }) => words)).toContain(`${KNOWN} does not stand among the unknown as their events say`);
  });

  it('finds a customer whom the list of customers does not know', async () => {
    await world.redis.zRem(keys.customers(partition), KNOWN);
    expect((await differences()).map((d) => d.kind)).toEqual(expect.arrayContaining(['stream', 'state']));
  });

  it('shows nobody’s data in what it says', async () => {
    await world.redis.set(keys.savedState(partition, KNOWN), '{}');
    await world.redis.del(await listWithRows(partition));
    expect(JSON.stringify(await differences())).not.toMatch(/C1\b|A1\b|customerId/);
  });
});

describe('verify, beside others', () => {
  it('is refused while another verifier holds the partition, and leaves that hold alone', async () => {
    world = await openWorld(server);
    await world.redis.set(keys.hold(0), 'another');
    await expect(
      verifyPartition({ redis: world.redis, partitions: world.partitions, contexts: fixedContexts({ blueprints: world.blueprints }) }, 0),
    ).rejects.toMatchObject({ code: 'not_ready' });
    expect(await world.redis.get(keys.hold(0))).toBe('another');
    await world.close();
  });

  it('says that it knows nothing when somebody wrote meanwhile', async () => {
    world = await openWorld(server);
    await world.ingest(history(30, 6));
    await world.settle();
    const { redis, partitions, blueprints } = world;
    const onProgress = (): void => void redis.set(keys.version(0), '999:stranger');
    const report = await verifyPartition({ redis, partitions, contexts: fixedContexts({ blueprints }), onProgress }, 0);
    expect(report.disturbed).toBe(true);
    expect(await redis.get(keys.hold(0))).toBeNull();
    await world.close();
  });

  it('passes while a producer and a projector are at work, and both go on afterwards', async () => {
    world = await openWorld(server);
    const { redis, partitions, blueprints } = world;
    const projection = new Projection({
      redis,
      partitions,
      contexts: fixedContexts({ blueprints }),
      score: () => null,
      log: createLogger('silent'),
      clock: () => Date.now(),
    });
    projection.start();
    const producing = (async () => {
      const sent: number[] = [];
      for (let round = 0; round < 12; round++) {
        const events = history(12, 8, `r${round}-`);
        await world.ingest(events);
        projection.wake(Array.from({ length: partitions }, (_, p) => p));
        sent.push(events.length);
        await pause(20);
      }
      return sent.reduce((a, b) => a + b, 0);
    })();
    const during = [...(await verifyAll()), ...(await verifyAll())];
    expect(during.flatMap((r) => r.differences)).toEqual([]);
    expect(during.some((r) => r.disturbed)).toBe(false);
    const sent = await producing;
    const stored = async (): Promise<number> => (await verifyAll()).reduce((sum, r) => sum + r.events, 0);
    await expect.poll(stored, { timeout: 20_000, interval: 300 }).toBe(sent);
    await projection.stop();
    expect(await differences()).toEqual([]);
    await world.close();
  });
});
