import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DefinitionEntry, Factor } from '#lib/contract/index.ts';
import { PublishedContexts } from '#server/definitions/contexts.ts';
import { Definitions } from '#server/definitions/definitions.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { event } from '../support/events.ts';
import { funnel, step } from '../support/funnels.ts';
import { BASE, HOUR, history, identity } from '../support/histories.ts';
import { startTestRedis } from '../support/redis.ts';
import type { TestRedis } from '../support/redis.ts';
import { TEST_JOURNEY, openWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis({ fsync: 'no' });
});
afterAll(() => server.stop());

type Publication = Omit<DefinitionEntry, 'by'>;
/** The test journey under another name or version, otherwise as the replacements say. */
const journey = (id: string, hours: number, ...replacements: readonly (readonly [string, string])[]): Publication => {
  const [name, version] = id.split('@');
  const text = TEST_JOURNEY.replace('journey: test', `journey: ${name}\nversion: ${version}`);
  return { kind: 'journey', id, at: BASE + hours * HOUR, body: replacements.reduce((was, [from, to]) => was.replace(from, to), text) };
};
const storm = (fromHours: number, toHours: number | null, areas: string[]): Publication => {
  const to = toHours === null ? null : BASE + toHours * HOUR;
  const body: Factor = { id: 'storm', kind: 'storm', name: 'Storm', from: BASE + fromHours * HOUR, to, areas, segments: [], journeys: [] };
  return { kind: 'factor', id: 'storm', at: BASE, body };
};
const buying = (windowHours: number): Publication => {
  const steps = [step('order.placed'), step('contact.queued or message.in', { optional: true }), step('delivery.arrived')];
  const breakdowns = [{ by: 'channel', at: 'last' as const }];
  const body = funnel({ id: 'buying', windowMs: windowHours * HOUR, hold: 'identifier.orderId', steps, breakdowns });
  return { kind: 'funnel', id: 'buying', at: BASE, body };
};

/** Further journeys and versions, a factor that is changed and taken back, a funnel that is changed. */
const publications = (hours: number): Publication[] => [
  // Takes only some of the events from the other journey.
  journey(
    'helping@1',
    0,
    ['window: 2d', 'window: 4d'],
    ['type: page.viewed', 'type: page.left'],
    ['type: order.placed', 'type: order.left'],
  ),
  journey('test@2', hours, ['window: 2d', 'window: 3d'], ['standard: 12h', 'standard: 3h']),
  storm(20, 60, []),
  buying(30),
  storm(40, null, ['north']),
  buying(10),
  journey('test@3', hours + 20, ['quiet: 30m', 'quiet: 2h']),
  { kind: 'factor', id: 'storm', at: BASE, body: null },
];

async function open(): Promise<{ readonly world: World; readonly publish: (one: Publication) => Promise<void> }> {
  const made: { definitions?: Definitions } = {};
  const world = await openWorld(server, {
    contexts: async (redis) => {
      made.definitions = new Definitions(redis);
      await made.definitions.publish({ kind: 'journey', id: 'test@1', body: TEST_JOURNEY, by: 'test', at: 0 });
      return new PublishedContexts(made.definitions);
    },
  });
  const { definitions } = made;
  if (definitions === undefined) throw new Error('the world asks for its contexts');
  return { world, publish: async (one) => void (await definitions.publish({ ...one, by: 'test' })) };
}

const pair = fc.constantFrom<[string, string][]>(
  Object.entries({ customerId: 'C1', email: 'e1@x' }),
  Object.entries({ customerId: 'C3', anonymousId: 'A2' }),
  [
    ['customerId', 'C1'],
    ['customerId', 'C2'],
  ],
);
const MOST = 20;
/** Events, some of which say where the customer is; people merged by hand, and some of that taken back. */
const story = fc
  .tuple(
    history(MOST),
    fc.array(fc.constantFrom(undefined, undefined, 'north', 'south'), { minLength: 2 * MOST, maxLength: 2 * MOST }),
    fc.array(fc.tuple(pair, fc.integer({ min: 0, max: 300 }), fc.boolean(), identity), { maxLength: 3 }),
  )
  .map(([events, areas, merges]): StoredEvent[] => [
    ...events.map((one, i) => (areas[i] === undefined || one.about !== undefined ? one : { ...one, area: areas[i] })),
    ...merges.flatMap(([who, halfHours, stays, other], i) => {
      const at = BASE + halfHours * (HOUR / 2);
      const merge = event(`m${i}`, who, { at, type: 'identity.merged' });
      const undo = event(`u${i}`, other, { at: at + HOUR, type: 'identity.unmerged', attributes: { eventId: `m${i}` } });
      return stays ? [merge] : [merge, undo];
    }),
  ]);

/** So many events come, and then somebody does something. */
const doings = fc.array(fc.tuple(fc.nat(4), fc.constantFrom('publish', 'publish', 'step', 'settle', 'take over')), {
  minLength: 1,
  maxLength: 40,
});

describe('definitions that are published while events come', () => {
  it('mean the same whenever they do, with late, double, taken back and linking events, people merged and un-merged, and whoever goes on in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        story.chain((events) =>
          fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }), fc.shuffledSubarray(events)),
        ),
        fc.integer({ min: 5, max: 90 }).chain((hours) => fc.subarray(publications(hours))),
        doings,
        async ([events, shuffled, again], published, done) => {
          const before = await open();
          for (const one of published) await before.publish(one);
          await before.world.ingest([...events].sort((a, b) => a.at - b.at));
          await before.world.settle();
          const wanted = await before.world.dump();
          await before.world.close();

          const { world, publish } = await open();
          const [coming, unpublished] = [[...shuffled, ...again], [...published]];
          for (const [count, doing] of done) {
            const batch = coming.splice(0, count);
            if (batch.length > 0) await world.ingest(batch);
            if (doing === 'publish') for (const one of unpublished.splice(0, 1)) await publish(one);
            else if (doing === 'step') await world.step();
            else if (doing === 'settle') await world.settle();
            else world.takeOver();
          }
          for (const one of unpublished) await publish(one);
          if (coming.length > 0) await world.ingest(coming);
          await world.settle();
          const dump = await world.dump();
          await world.close();
          expect(dump).toEqual(wanted);
        },
      ),
      { numRuns: 50 },
    );
  });
});
