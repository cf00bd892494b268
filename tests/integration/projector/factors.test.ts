import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Factor } from '#lib/contract/index.ts';
import { PublishedContexts } from '#server/definitions/contexts.ts';
import { Definitions } from '#server/definitions/definitions.ts';
import { verifyPartition } from '#server/projector/verify/verify.ts';
import { event } from '../../support/events.ts';
import { BASE, HOUR } from '../../support/histories.ts';
import { startTestRedis } from '../../support/redis.ts';
import type { TestRedis } from '../../support/redis.ts';
import { TEST_JOURNEY, openWorld } from '../../support/world.ts';
import type { Dump, World } from '../../support/world.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis({ fsync: 'no' });
});
afterAll(() => server.stop());

const STORM: Factor = {
  id: 'storm',
  kind: 'storm',
  name: 'Storm',
  from: BASE + 10 * HOUR,
  to: BASE + 20 * HOUR,
  areas: ['north'],
  segments: [],
  journeys: [],
};
const people = Array.from({ length: 24 }, (_, i) => `C${i}`);
/** Half live in the north; a third of the parcels come late. */
const events = people.flatMap((person, i) => {
  const who = { customerId: person };
  const area = i % 2 === 0 ? 'north' : 'south';
  return [
    event(`${person}-look`, who, { at: BASE, type: 'page.viewed', segment: 'basic', area }),
    event(`${person}-ship`, who, { at: BASE + HOUR, type: 'delivery.started', promise: { kind: 'delivery', due: BASE + 15 * HOUR } }),
    event(`${person}-call`, who, { at: BASE + 12 * HOUR, type: 'contact.answered', topic: 'late' }),
    event(`${person}-there`, who, {
      at: BASE + (i % 3 === 0 ? 30 : 14) * HOUR,
      type: 'delivery.arrived',
      touchpoint: 'use',
      promise: { kind: 'delivery' },
    }),
    event(`${person}-kept`, who, { at: BASE + (i % 3 === 0 ? 30.5 : 14.5) * HOUR, type: 'promise.kept', promise: { kind: 'delivery' } }),
  ];
});

interface Open {
  readonly world: World;
  readonly put: (factor: Factor | null, id?: string) => Promise<void>;
  readonly differences: () => Promise<readonly unknown[]>;
}

async function open(): Promise<Open> {
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
    put: async (factor, id = 'storm') => void (await definitions.publish({ kind: 'factor', id, body: factor, by: 'test', at: BASE })),
    differences: async () => {
      const reports = [];
      for (let p = 0; p < world.partitions; p++)
        reports.push(await verifyPartition({ redis: world.redis, partitions: world.partitions, contexts }, p));
      return reports.flatMap((r) => r.differences);
    },
  };
}

const told = async (change: (at: Open) => Promise<void>): Promise<Dump> => {
  const at = await open();
  await change(at);
  await at.world.settle();
  expect(await at.differences()).toEqual([]);
  const dump = await at.world.dump();
  await at.world.close();
  return dump;
};
const send = async ({ world }: Open): Promise<void> => {
  await world.ingest(events);
  await world.settle();
};
/** Sum of a measure over the cells of a cube that a pattern names. */
const sumOf = (dump: Dump, cells: RegExp, measure: number): number =>
  Object.entries(dump.sums).reduce(
    (sum, [place, delta]) => (cells.test(place) && place.split(' ').at(-3) === String(measure) ? sum + delta : sum),
    0,
  );

describe('a factor outside our control', () => {
  it('given one that is told late, when customers are folded again, then every number is as if it had been known before', async () => {
    const early = await told(async (at) => {
      await at.put(STORM);
      await send(at);
    });
    const late = await told(async (at) => {
      await send(at);
      await at.put(STORM);
    });
    expect(late).toEqual(early);
    expect(sumOf(early, /^X\|test\|1\|storm\|/, 1)).toBe(12);
  });

  it('given one that is taken back or changed, then nothing of the former is left', async () => {
    const never = await told(send);
    const back = await told(async (at) => {
      await at.put(STORM);
      await send(at);
      await at.put(null);
    });
    expect(back).toEqual(never);
    const south = await told(async (at) => {
      await at.put({ ...STORM, areas: ['south'] });
      await send(at);
    });
    const moved = await told(async (at) => {
      await at.put(STORM);
      await send(at);
      await at.put({ ...STORM, areas: ['south'] });
    });
    expect(moved).toEqual(south);
  });

  it('explains the share of the missed promises that coincide with it, and charges none of them to a department', async () => {
    const dump = await told(async (at) => {
      await at.put(STORM);
      await send(at);
    });
    // 24 promises, 8 of them late; every second person lives in the north
    expect(sumOf(dump, /^L\|test\|1\|\|/, 0)).toBe(8);
    expect(sumOf(dump, /^L\|test\|1\|\|/, 1)).toBe(4);
    expect(sumOf(dump, /^L\|test\|1\|storm\|/, 0)).toBe(4);
    expect(sumOf(dump, /^P\|test\|1\|.*\|owner\|/, 0)).toBe(12);
    expect(sumOf(dump, /^P\|test\|1\|.*\|factor\|/, 0)).toBe(12);
  });
});
