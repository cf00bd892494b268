import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PublishedContexts } from '#server/definitions/contexts.ts';
import { Definitions } from '#server/definitions/definitions.ts';
import { verifyPartition } from '#server/projector/verify/verify.ts';
import { keys } from '#server/redis/keys.ts';
import { event } from '../../support/events.ts';
import { startTestRedis } from '../../support/redis.ts';
import type { TestRedis } from '../../support/redis.ts';
import { TEST_JOURNEY, openWorld } from '../../support/world.ts';
import type { Dump, World } from '../../support/world.ts';

const BASE = Date.UTC(2026, 9, 1);
const HOUR = 3_600_000;
/** A journey over the same events, written down later. */
const HELP_JOURNEY = TEST_JOURNEY.replace('journey: test', 'journey: helping');
/** The next version: another window. */
const SECOND_VERSION = TEST_JOURNEY.replace('journey: test', 'journey: test\nversion: 2').replace('window: 2d', 'window: 3d');

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis({ fsync: 'no' });
});
afterAll(() => server.stop());

const TYPES = ['page.viewed', 'order.placed', 'contact.answered', 'delivery.started', 'error.shown', 'delivery.arrived'];
const eventsOf = (person: string, from: number, count: number) =>
  Array.from({ length: count }, (_, n) =>
    event(`${person}-${from}-${n}`, { customerId: person }, { at: from + n * HOUR, type: TYPES[n % TYPES.length] ?? 'page.viewed' }),
  );

interface Publishing {
  readonly world: World;
  readonly definitions: Definitions;
  readonly contexts: PublishedContexts;
  readonly publish: (id: string, text: string, at?: number) => Promise<void>;
  readonly differences: () => Promise<readonly unknown[]>;
}

async function open(): Promise<Publishing> {
  const made: { definitions?: Definitions; contexts?: PublishedContexts } = {};
  const world = await openWorld(server, {
    contexts: async (redis) => {
      made.definitions = new Definitions(redis);
      await made.definitions.publish({ kind: 'journey', id: 'test@1', body: TEST_JOURNEY, by: 'test', at: 0 });
      return (made.contexts = new PublishedContexts(made.definitions));
    },
  });
  const { definitions, contexts } = made;
  if (definitions === undefined || contexts === undefined) throw new Error('the world asks for its contexts');
  return {
    world,
    definitions,
    contexts,
    publish: async (id, text, at = BASE) => void (await definitions.publish({ kind: 'journey', id, body: text, by: 'test', at })),
    differences: async () => {
      const reports = [];
      for (let p = 0; p < world.partitions; p++)
        reports.push(await verifyPartition({ redis: world.redis, partitions: world.partitions, contexts }, p));
      return reports.flatMap((r) => r.differences);
    },
  };
}

const people = Array.from({ length: 40 }, (_, i) => `C${i}`);
const without = (dump: Dump, journey: string): Dump['lists'] =>
  Object.fromEntries(Object.entries(dump.lists).filter(([list]) => !list.includes(`:${journey}`)));

describe('definitions that change what past events mean', () => {
  it('given a journey published after its events, when the customers are folded again, then it is as if it had been there before', async () => {
    const later = await open();
    await later.world.ingest(people.flatMap((p) => eventsOf(p, BASE, 6)));
    await later.world.settle();
    await later.publish('helping@1', HELP_JOURNEY);
    await later.world.settle();
    const told = await later.world.dump();
    expect(await later.differences()).toEqual([]);
    await later.world.close();

    const before = await open();
    await before.publish('helping@1', HELP_JOURNEY);
    await before.world.ingest(people.flatMap((p) => eventsOf(p, BASE, 6)));
    await before.world.settle();
    expect(told).toEqual(await before.world.dump());
    expect(Object.keys(told.lists).some((list) => list.includes(':helping:'))).toBe(true);
    await before.world.close();
  });

  it('given a fold-again that is under way, when events keep coming and the process is replaced, then nothing is counted twice or lost', async () => {
    const { world, publish, differences } = await open();
    const many = Array.from({ length: 700 }, (_, i) => `M${i}`);
    await world.ingest(many.flatMap((p) => eventsOf(p, BASE, 3)));
    await world.settle();
    await publish('helping@1', HELP_JOURNEY);
    await world.step();
    const waiting = await Promise.all(Array.from({ length: world.partitions }, (_, p) => world.redis.zCard(keys.pending(p))));
    expect(Math.max(...waiting)).toBeGreaterThan(0);
    await world.ingest(many.flatMap((p, i) => (i % 3 === 0 ? eventsOf(p, BASE + 10 * HOUR, 2) : [])));
    await world.ingest([event('late', { customerId: 'M699' }, { at: BASE - HOUR, type: 'page.viewed' })]);
    expect(await differences()).toEqual([]);
    world.takeOver();
    await world.step();
    await world.settle();
    expect(await differences()).toEqual([]);
    expect(await Promise.all(Array.from({ length: world.partitions }, (_, p) => world.redis.exists(keys.pending(p))))).not.toContain(1);
    await world.close();
  });

  it('given a second version, when it is published, then no number of the first changes, running cases keep theirs and new ones begin under it', async () => {
    const { world, publish, differences } = await open();
    await world.ingest(people.flatMap((p) => eventsOf(p, BASE, 2)));
    await world.settle();
    const before = await world.dump();
    await publish('test@2', SECOND_VERSION, BASE + 10 * HOUR);
    await world.settle();
    expect(await world.dump()).toEqual(before);

    await world.ingest([...eventsOf('C0', BASE + 20 * HOUR, 4), ...eventsOf('N0', BASE + 20 * HOUR, 2)]);
    await world.settle();
    const after = await world.dump();
    const opened = (list: string): number => (after.lists[list] ?? []).length;
    expect(opened('cases:test:1')).toBe(people.length);
    expect(opened('cases:test:2')).toBe(1);
    expect(without(after, 'test:1')['stays:test:2']).toHaveLength(2);
    expect(await differences()).toEqual([]);
    await world.close();
  });

  it('given a published version, when other content comes under its name, then it is refused and the same content is not', async () => {
    const { world, definitions } = await open();
    const entry = { kind: 'journey', id: 'test@1', by: 'test', at: BASE } as const;
    await expect(definitions.publish({ ...entry, body: `${TEST_JOURNEY}# changed` })).rejects.toThrow(/raise its version/);
    expect(await definitions.publish({ ...entry, body: TEST_JOURNEY })).toBeNull();
    const broken = TEST_JOURNEY.replace('owner: Sales, ', '').replace('journey: test', 'journey: other');
    await expect(definitions.publish({ ...entry, id: 'other@1', body: broken })).rejects.toThrow(/owner/);
    await expect(definitions.publish({ ...entry, id: 'other@2', body: TEST_JOURNEY })).rejects.toThrow(/test@1/);
    await world.close();
  });
});
