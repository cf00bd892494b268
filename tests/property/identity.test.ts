import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixedContexts } from '#server/definitions/contexts.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { keyApart, nameIn } from '#server/domain/event/key.ts';
import { isAct } from '#server/domain/identity/acts.ts';
import { compileRules } from '#server/domain/identity/rules.ts';
import { verifyPartition } from '#server/projector/verify/verify.ts';
import { keys } from '#server/redis/keys.ts';
import { event } from '../support/events.ts';
import { BASE, HOUR, history, identity } from '../support/histories.ts';
import { peopleOf } from '../support/people.ts';
import { startTestRedis } from '../support/redis.ts';
import type { TestRedis } from '../support/redis.ts';
import { openWorld, playOut } from '../support/world.ts';
import type { Dump } from '../support/world.ts';

/** So tight that every history meets them. */
const RULES = compileRules({
  limits: { customerId: { most: 1 }, email: { most: 1, days: 2 }, anonymousId: { most: 1, days: 3 }, orderId: { most: 1 } },
});

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis({ fsync: 'no' });
});
afterAll(() => server.stop());

const play = async (batches: readonly (readonly StoredEvent[])[]): Promise<Dump> =>
  playOut(await openWorld(server, { partitions: 3, rules: RULES }), batches);

const one = fc.constantFrom<Record<string, string>>(
  { customerId: 'C1' },
  { customerId: 'C2' },
  { customerId: 'C3' },
  { anonymousId: 'A1' },
  { anonymousId: 'A2' },
  { email: 'e1@x' },
  { orderId: 'O1' },
);

/** Another name, or key, of as many digits. */
const reversed = (digits: string): string => [...digits].reverse().join('');

/** Decisions about identities, some of them taken back, and some of that in turn. */
const decisions = fc
  .array(
    fc.tuple(
      fc.constantFrom('identity.merged', 'identity.merged', 'identity.split', 'alias'),
      one,
      one,
      fc.integer({ min: 0, max: 400 }),
      fc.nat(3),
      identity,
    ),
    { maxLength: 6 },
  )
  .map((rows) =>
    rows.flatMap(([type, a, b, halfHours, dice, other], i) => {
      const at = BASE + halfHours * (HOUR / 2);
      if (type !== 'identity.split' && JSON.stringify(a) === JSON.stringify(b)) return [];
      const who = type === 'identity.split' ? a : pair(a, b);
      const act = event(`d${i}`, who, { at, type });
      const undo = type === 'alias' ? 'event.retracted' : type === 'identity.merged' ? 'identity.unmerged' : 'identity.rejoined';
      const taken = event(`u${i}`, other, { at: at + HOUR, type: undo, attributes: { eventId: `d${i}` } });
      const again = event(`b${i}`, other, { at: at + 2 * HOUR, type: 'event.retracted', attributes: { eventId: `u${i}` } });
      return dice === 0 ? [act, taken] : dice === 1 ? [act, taken, again] : [act];
    }),
  );

/** Two identifiers in one record; of two of one kind, the second gets another spelling of it. */
function pair(a: Record<string, string>, b: Record<string, string>): [string, string][] {
  return [...Object.entries(a), ...Object.entries(b)].sort(([k, v], [l, w]) => RULES.rankOf(k) - RULES.rankOf(l) || (v < w ? -1 : 1));
}

const mixed = fc.tuple(history(20), decisions).map(([events, acts]) => [...events, ...acts]);

describe('identity', () => {
  it('is a pure function of the set of events: order, lateness, duplicates and batches do not matter, with limits, merges, splits and what was taken back', async () => {
    await fc.assert(
      fc.asyncProperty(
        mixed.chain((events) =>
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
          const first = await play([[...events].sort((a, b) => a.at - b.at)]);
          const other = await play([...batches, again]);
          expect(other.streams).toEqual(first.streams);
          expect(other.nodes).toEqual(first.nodes);
          expect(other.states).toEqual(first.states);
          expect(other.lists).toEqual(first.lists);
          expect(other.found).toEqual(first.found);
          expect(other.sums).toEqual(first.sums);
        },
      ),
      { numRuns: 35 },
    );
  });

  it('is the same where events pile up and who everybody is is found out well before anything is delivered, whoever goes on in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        mixed.chain((events) =>
          fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }), fc.shuffledSubarray(events)),
        ),
        fc.record({
          together: fc.integer({ min: 1, max: 3 }),
          deliver: fc.integer({ min: 1, max: 4 }),
          link: fc.integer({ min: 1, max: 6 }),
          ahead: fc.integer({ min: 1, max: 9 }),
        }),
        fc.array(fc.constantFrom('step', 'take over', 'settle'), { maxLength: 12 }),
        async ([events, shuffled, again], reach, doings) => {
          const plain = await play([[...events].sort((a, b) => a.at - b.at)]);
          const world = await openWorld(server, { partitions: 3, rules: RULES, reach });
          for (const one of [...shuffled, ...again]) await world.ingest([one]);
          for (const doing of doings) {
            if (doing === 'settle') await world.settle();
            else if (doing === 'step') await world.step();
            else world.takeOver();
          }
          await world.settle();
          const dump = await world.dump();
          const logs = await Promise.all([0, 1, 2].map((partition) => world.redis.xLen(keys.log(partition))));
          await world.close();
          expect(dump).toEqual(plain);
          expect(logs).toEqual([0, 0, 0]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is what the definitions say: every event lies with the person that an independent reading of the whole set finds', async () => {
    await fc.assert(
      fc.asyncProperty(mixed, async (events) => {
        const { streams } = await play([events]);
        const personOf = peopleOf(events, RULES);
        const wanted: Record<string, string[]> = {};
        for (const e of events) if (e.about === undefined && !isAct(e)) (wanted[personOf(e.under)] ??= []).push(e.id);
        const found = Object.fromEntries(
          Object.entries(streams).map(([person, entries]) => [
            person,
            entries
              .map((entry) => JSON.parse(entry.slice(entry.indexOf(' '))) as StoredEvent)
              .filter((e) => e.about === undefined)
              .map((e) => e.id)
              .sort(),
          ]),
        );
        expect(found).toEqual(Object.fromEntries(Object.entries(wanted).map(([person, ids]) => [person, ids.sort()])));
      }),
      { numRuns: 35 },
    );
  });

  it('merged and un-merged, split and rejoined, gives back the same bytes of streams, states, lists and counters; and the un-merging taken back, those of the merge', async () => {
    await fc.assert(
      fc.asyncProperty(mixed, history(6), one, one, fc.boolean(), async (events, late, a, b, splits) => {
        const afterwards = late.map((e) => ({
          ...e,
          id: `late ${e.id}`,
          key: e.about === undefined && !isAct(e) ? keyApart(reversed(nameIn(e.key)), reversed(e.key)) : reversed(e.key),
          ...(e.about === undefined ? {} : { about: reversed(e.about) }),
        }));
        const at = BASE + 500 * HOUR;
        const act =
          splits || JSON.stringify(a) === JSON.stringify(b)
            ? event('act', a, { at, type: 'identity.split' })
            : event('act', pair(a, b), { at, type: 'identity.merged' });
        const undo = event('undo', b, {
          at: at + HOUR,
          type: splits ? 'identity.rejoined' : 'identity.unmerged',
          attributes: { eventId: 'act' },
        });
        const without = await play([events, afterwards]);
        const withIt = await play([events, [act], afterwards, [undo]]);
        expect(withIt).toEqual(without);
        const back = event('back', b, { at: at + 2 * HOUR, type: 'event.retracted', attributes: { eventId: 'undo' } });
        expect(await play([events, [act], [undo], afterwards, [back]])).toEqual(await play([events, [act], afterwards]));
      }),
      { numRuns: 25 },
    );
  });

  it('is proved by verify, with limits and decisions', async () => {
    await fc.assert(
      fc.asyncProperty(mixed, async (events) => {
        const world = await openWorld(server, { partitions: 3, rules: RULES });
        await world.ingest(events);
        await world.settle();
        const { redis, partitions, blueprints } = world;
        const contexts = fixedContexts({ blueprints });
        for (let partition = 0; partition < partitions; partition++)
          expect((await verifyPartition({ redis, partitions, contexts, rules: RULES }, partition)).differences).toEqual([]);
        await world.close();
      }),
      { numRuns: 10 },
    );
  });
});
