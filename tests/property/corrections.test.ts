import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Correctable, StoredEvent } from '#server/domain/event/event.ts';
import { BASE, history, HOUR, identity, kind } from '../support/histories.ts';
import { event } from '../support/events.ts';
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

type Who = Readonly<Record<string, string>>;
/** An event about another one: retracts it, or corrects the fields given (undefined takes a field away). */
const about = (id: string, who: Who, eventId: string, at: number, fields?: Partial<Record<keyof Correctable, unknown>>): StoredEvent =>
  event(id, who, {
    at,
    type: fields === undefined ? 'event.retracted' : 'event.corrected',
    attributes: { eventId },
    ...(fields === undefined
      ? {}
      : {
          correction: {
            set: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
            unset: Object.keys(fields).filter((name) => fields[name as keyof Correctable] === undefined) as (keyof Correctable)[],
          },
        }),
  });

/** Every number, and every list behind one. */
const numbers = ({ sums, lists }: Dump): object => ({ sums, lists });
/** The events of every customer as a fold sees them, without what was said about them. */
const told = ({ streams }: Dump): object =>
  Object.fromEntries(
    Object.entries(streams).map(([customer, entries]) => [
      customer,
      entries
        .map((entry) => JSON.parse(entry.slice(entry.indexOf(' ') + 1)) as StoredEvent)
        .filter(({ type }) => type !== 'event.corrected')
        .map(({ was: _, ...rest }) => Object.fromEntries(Object.entries(rest).sort())),
    ]),
  );

const instant = fc.integer({ min: 0, max: 200 }).map((halfHours) => BASE + halfHours * (HOUR / 2));
const details = fc.record({ what: kind, at: instant, channel: fc.constantFrom(undefined, 'phone' as const, 'store' as const) });
/** What a correction has to say so that `wrong` becomes `right`. */
function differences(wrong: Partial<StoredEvent>, right: Partial<StoredEvent>): Partial<Record<keyof Correctable, unknown>> {
  const names = new Set([...Object.keys(wrong), ...Object.keys(right)]) as Set<keyof Correctable>;
  names.delete('emotion' as keyof Correctable);
  return Object.fromEntries([...names].map((name) => [name, right[name]]));
}
const fieldsOf = ({ what, at, channel }: { what: Partial<StoredEvent>; at: number; channel: string | undefined }): Partial<StoredEvent> => {
  const { emotion: _, ...rest } = what;
  return { ...rest, at, ...(channel === undefined ? {} : { channel: channel as 'phone' }) };
};
/** Arrives when everything has happened, so that every corrected time can be believed. */
const RECEIVED = BASE + 400 * HOUR;
const sent = (id: string, who: Who, fields: Partial<StoredEvent>): StoredEvent =>
  event(id, who, { received: RECEIVED, at: BASE, ...fields });

describe('an event that is corrected', () => {
  it('counts as if it had been sent right, in whatever order all of it comes, corrections of corrections included', async () => {
    await fc.assert(
      fc.asyncProperty(
        history(12),
        fc.tuple(identity, identity, identity),
        details,
        details,
        details,
        fc.boolean(),
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
        async (events, [who, other, third], ...[first, second, last, chained, order]) => {
          const [wrong, middle, right] = [fieldsOf(first), fieldsOf(second), fieldsOf(last)];
          const steps = [
            sent('x', who, wrong),
            about('c1', other, 'x', BASE + 300 * HOUR, differences(wrong, middle)),
            about('c2', third, chained ? 'c1' : 'x', BASE + 301 * HOUR, differences({ ...wrong, ...middle }, right)),
          ];
          const parts = order.map((i) => (i === 3 ? events : steps.slice(i, i + 1)));
          const corrected = await play(parts);
          const plain = await play([[...events, sent('x', who, right)]]);
          expect(numbers(corrected)).toEqual(numbers(plain));
          expect(told(corrected)).toEqual(told(plain));
          // The same set of events ends in the same bytes.
          expect(await play([[...steps, ...events]])).toEqual(corrected);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is as it came once the correction is taken back, and gone once it is itself taken back', async () => {
    await fc.assert(
      fc.asyncProperty(history(10), identity, identity, details, details, fc.boolean(), async (events, who, other, first, second, late) => {
        const [wrong, right] = [fieldsOf(first), fieldsOf(second)];
        const x = sent('x', who, wrong);
        const correction = about('c1', other, 'x', BASE + 300 * HOUR, differences(wrong, right));
        const undo = about('u', other, 'c1', BASE + 302 * HOUR);
        const gone = about('r', who, 'x', BASE + 303 * HOUR);
        const [plain, without] = [await play([[...events, x]]), await play([events])];
        expect(numbers(await play(late ? [events, [undo], [correction], [x]] : [[...events, x], [correction], [undo]]))).toEqual(
          numbers(plain),
        );
        expect(numbers(await play(late ? [[gone], [correction], events, [x]] : [events, [x], [correction], [gone]]))).toEqual(
          numbers(without),
        );
      }),
      { numRuns: 25 },
    );
  });
});

describe('an event that is corrected and taken back', () => {
  it('ends in the same bytes, whether it was taken back before or after it was corrected', async () => {
    const x = sent('x', { customerId: 'C1' }, { type: 'page.viewed' });
    const first = about('c1', { customerId: 'C1' }, 'x', BASE + 300 * HOUR, { channel: 'store' });
    const second = about('c2', { customerId: 'C1' }, 'c1', BASE + 301 * HOUR, { channel: 'phone' });
    const gone = about('r', { customerId: 'C1' }, 'x', BASE + 302 * HOUR);
    const atOnce = await play([[x, first, second, gone]]);
    expect(await play([[x], [gone], [first], [second]])).toEqual(atOnce);
    expect(await play([[x, first], [gone], [second]])).toEqual(atOnce);
    expect(await play([[gone], [second], [first], [x]])).toEqual(atOnce);
  });
});

describe('a retraction that comes before its event', () => {
  it('leaves no number, no list entry and no link behind', async () => {
    await fc.assert(
      fc.asyncProperty(history(12), identity, identity, details, instant, async (events, who, other, what, at) => {
        const x = sent('x', who, fieldsOf(what));
        const early = about('r', other, 'x', at);
        const [before, after] = [await play([events, [early], [x]]), await play([events, [x], [early]])];
        expect(before).toEqual(after);
        expect(numbers(before)).toEqual(numbers(await play([events])));
      }),
      { numRuns: 25 },
    );
  });
});
