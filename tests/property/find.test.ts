import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { event, nameFrom } from '../support/events.ts';
import { BASE, HOUR, history } from '../support/histories.ts';
import { startTestRedis } from '../support/redis.ts';
import type { TestRedis } from '../support/redis.ts';
import { openWorld, playOut } from '../support/world.ts';
import type { Dump } from '../support/world.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis({ fsync: 'no' });
});
afterAll(() => server.stop());

const play = async (batches: readonly (readonly StoredEvent[])[]): Promise<Dump> =>
  playOut(await openWorld(server, { partitions: 3 }), batches);

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'Ada Müller': ['ada muller', 'muller ada'],
  'Jean-Luc O’Brien': ['jean luc obrien', 'luc obrien jean', 'obrien jean luc'],
};

/** What somebody with these events is found under, worked out by hand. */
function expectedOf(person: string, events: readonly StoredEvent[]): string[] {
  const back = new Set(events.filter((e) => e.type === 'event.retracted').map((e) => e.about));
  const held = events.filter((e) => e.about === undefined && !back.has(nameFrom(e.source, e.id)));
  const name = held.findLast((e) => e.type === 'identify')?.attributes?.['name'];
  const known = new Set(held.flatMap((e) => e.who.map(([kind, value]) => `${kind} ${value}`)));
  const found = typeof name === 'string' ? (NAMES[name] ?? []).map((text) => `name ${text}\0${person}`) : [];
  for (const one of known) {
    const [kind = '', value = ''] = one.split(' ');
    if (kind === 'email') found.push(`email ${value}\0${person}`);
    if (kind === 'phone') found.push(`phone ${[...value.slice(1)].reverse().join('')}\0${person}`);
  }
  return found;
}

const entriesOf = ({ streams }: Dump): string[] =>
  Object.entries(streams)
    .flatMap(([person, entries]) =>
      expectedOf(
        person,
        entries.map((entry) => JSON.parse(entry.slice(entry.indexOf(' '))) as StoredEvent),
      ),
    )
    .sort();

const named = (dump: Dump): string[] => dump.found.filter((entry) => !entry.startsWith('unknown '));

describe('the index of people', () => {
  it('is what each person’s events say, whatever the order, with late events and what was taken back', async () => {
    await fc.assert(
      fc.asyncProperty(
        history(20).chain((events) => fc.tuple(fc.shuffledSubarray(events, { minLength: events.length }), fc.integer({ min: 1, max: 7 }))),
        async ([events, size]) => {
          const batches: StoredEvent[][] = [];
          for (let i = 0; i < events.length; i += size) batches.push(events.slice(i, i + size));
          const dump = await play(batches);
          expect(named(dump)).toEqual(entriesOf(dump));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('of two who were merged is theirs together, and of two who were un-merged is what it was, entry by entry', async () => {
    await fc.assert(
      fc.asyncProperty(history(12), async (events) => {
        const at = BASE + 500 * HOUR;
        const merge = event(
          'act',
          [
            ['customerId', 'C1'],
            ['customerId', 'C2'],
          ],
          { at, type: 'identity.merged' },
        );
        const undo = event('undo', { customerId: 'C1' }, { at: at + HOUR, type: 'identity.unmerged', attributes: { eventId: 'act' } });
        const merged = await play([events, [merge]]);
        expect(named(merged)).toEqual(entriesOf(merged));
        expect((await play([events, [merge], [undo]])).found).toEqual((await play([events])).found);
      }),
      { numRuns: 15 },
    );
  });
});
