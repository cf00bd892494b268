import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WINDOWS, WINDOW_NAMES } from '#lib/contract/index.ts';
import type { Booking } from '#server/domain/kernel/counters.ts';
import type { CellSums } from '#server/domain/kernel/sums.ts';
import { Deltas, decodeDeltas } from '#server/domain/kernel/counters.ts';
import { Ledger, windowRange } from '#server/domain/kernel/sums.ts';
import { LiveSums } from '#server/live/sums.ts';

const JOURNEY = { journey: 'j', version: 1 };
const NOW_MINUTE = 29_000_000;

const booking = (cube: string, measures: readonly number[]): fc.Arbitrary<Booking> =>
  fc
    .tuple(
      fc.constantFrom('a', 'b', 'c'),
      fc.constantFrom(...measures),
      fc.integer({ min: 0, max: 11_000 }),
      fc.integer({ min: 0, max: 3000 }),
      fc.integer({ min: -5, max: 5 }),
    )
    .map(([cell, measure, back, distance, delta]): Booking => [
      `${cube}|j|1|${cell}`,
      measure,
      NOW_MINUTE - back,
      NOW_MINUTE - back + distance,
      delta,
    ]);

const plain = (sums: CellSums): Record<string, Record<string, number>> =>
  Object.fromEntries(
    [...sums].map(([cell, measures]) => [cell, Object.fromEntries([...measures].sort((a, b) => a[0] - b[0]))] as const).sort(),
  );

/** The definition, word for word: the sum of all bookings with anchor in the range and booked <= t. */
function definition(
  bookings: readonly Booking[],
  range: { readonly from: number; readonly to: number; readonly at: number },
): Record<string, Record<string, number>> {
  const out: Record<string, Record<string, number>> = {};
  for (const [cell, measure, anchor, booked, delta] of bookings) {
    if (anchor < range.from || anchor > range.to || booked > range.at) continue;
    const measures = (out[cell] ??= {});
    measures[measure] = (measures[measure] ?? 0) + delta;
  }
  for (const [cell, measures] of Object.entries(out)) {
    for (const [measure, sum] of Object.entries(measures)) if (sum === 0) delete measures[measure];
    if (Object.keys(measures).length === 0) delete out[cell];
  }
  return Object.fromEntries(Object.entries(out).sort());
}

describe('the sums', () => {
  it('are read to the minute where they rest, packed, and take in what comes late', () => {
    const part = fc.record({
      bookings: fc.array(booking('H', [0, 1, 130]), { maxLength: 80 }),
      minutes: fc.integer({ min: 0, max: 200 }),
      places: fc.integer({ min: 0, max: 60 }),
    });
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 9000 }),
        fc.constantFrom(...WINDOW_NAMES),
        (parts, back, window) => {
          const ledger = new Ledger();
          const all: Booking[] = [];
          let minute = NOW_MINUTE;
          for (const { bookings, minutes, places } of parts) {
            for (const one of bookings) ledger.add(one);
            all.push(...bookings);
            ledger.tidy((minute += minutes), places);
            for (const range of [windowRange(WINDOWS[window], NOW_MINUTE - back), { from: -Infinity, to: Infinity, at: NOW_MINUTE }])
              expect(plain(ledger.read('H|j|1', range))).toEqual(definition(all, range));
          }
        },
      ),
    );
  });

  it('are packed again where something came late to hours that rested, and then there is nothing more to do', () => {
    const ledger = new Ledger();
    const old = NOW_MINUTE - 6000;
    ledger.add(['H|j|1|s|web', 0, old, old, 2]);
    expect(ledger.tidy(NOW_MINUTE, 100)).toBe(false);
    expect(ledger.tidy(NOW_MINUTE + 60, 0)).toBe(false);
    ledger.add(['H|j|1|s|web', 0, old, old, 3]);
    expect(ledger.tidy(NOW_MINUTE + 61, 0)).toBe(false);
    expect(ledger.tidy(NOW_MINUTE + 120, 0)).toBe(true);
    expect(ledger.tidy(NOW_MINUTE + 120, 100)).toBe(false);
    expect(ledger.tidy(NOW_MINUTE + 180, 0)).toBe(false);
    expect(plain(ledger.read('H|j|1', { from: old, to: old, at: NOW_MINUTE }))).toEqual({ 'H|j|1|s|web': { 0: 5 } });
  });

  it('read any past minute as the definition says, however often columns were tidied', () => {
    fc.assert(
      fc.property(
        fc.array(booking('H', [0, 1]), { maxLength: 400 }),
        fc.integer({ min: 0, max: 9000 }),
        fc.constantFrom(...WINDOW_NAMES),
        (bookings, back, window) => {
          const ledger = new Ledger();
          for (const one of bookings) ledger.add(one);
          const range = windowRange(WINDOWS[window], NOW_MINUTE - back);
          expect(plain(ledger.read('H|j|1', range))).toEqual(definition(bookings, range));
        },
      ),
    );
  });

  it('say live what they say of the same minute later: windows by the clock alone, future bookings in their time', () => {
    fc.assert(
      fc.property(
        fc.array(booking('H', [0, 1]), { maxLength: 120 }),
        fc.array(fc.integer({ min: 1, max: 2500 }), { maxLength: 6 }),
        (bookings, steps) => {
          const sums = new LiveSums(NOW_MINUTE);
          for (const one of bookings) sums.add(one);
          let minute = NOW_MINUTE;
          for (const step of [0, ...steps]) {
            minute += step;
            sums.advance(minute);
            for (const window of WINDOW_NAMES)
              expect(plain(sums.heat(JOURNEY, window, minute))).toEqual(definition(bookings, windowRange(WINDOWS[window], minute)));
          }
        },
      ),
    );
  });

  it('keep levels and flows of now live as the past reading does', () => {
    fc.assert(
      fc.property(fc.array(booking('N', [0, 1, 2, 3]), { maxLength: 80 }), fc.integer({ min: 1, max: 5000 }), (bookings, step) => {
        const sums = new LiveSums(NOW_MINUTE);
        for (const one of bookings) sums.add(one);
        const minute = NOW_MINUTE + step;
        sums.advance(minute);
        const live = sums.funnel(JOURNEY, 0, minute);
        sums.advance(minute + 1);
        const later = sums.funnel(JOURNEY, 0, minute);
        const only = (found: CellSums, measures: readonly number[]): CellSums =>
          new Map(
            [...found]
              .map(([cell, all]) => [cell, new Map([...all].filter(([m]) => measures.includes(m)))] as const)
              .filter(([, m]) => m.size > 0),
          );
        expect(plain(only(live.levels, [0, 1]))).toEqual(plain(only(later.levels, [0, 1])));
        expect(plain(only(live.flows, [2, 3]))).toEqual(plain(only(later.flows, [2, 3])));
      }),
    );
  });

  it('keep every range of hours that pages follow as the definition says, whenever it was first asked for and however it moves on', () => {
    const hourly = booking('F', [0, 1, 130]).map(([cell, measure, anchor, booked, delta]): Booking => {
      const hour = Math.floor(anchor / 60) * 60;
      return [cell, measure, hour, hour + (booked - anchor), delta];
    });
    const step = fc.record({
      bookings: fc.array(hourly, { maxLength: 25 }),
      minutes: fc.constantFrom(0, 1, 7, 60, 61, 700),
      /** hours back from now that a page asks for */
      back: fc.integer({ min: 0, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        const sums = new LiveSums(NOW_MINUTE);
        const all: Booking[] = [];
        let minute = NOW_MINUTE;
        for (const { bookings, minutes, back } of steps) {
          for (const one of bookings) sums.add(one);
          all.push(...bookings);
          sums.advance((minute += minutes));
          for (const hours of [back, 20]) {
            const from = (Math.floor(minute / 60) - hours) * 60;
            expect(plain(sums.funnel(JOURNEY, from, minute).cohort)).toEqual(definition(all, { from, to: Infinity, at: minute }));
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('come back from the feed as they went in', () => {
    fc.assert(
      fc.property(fc.array(booking('H', [0, 7, 130]), { maxLength: 60 }), (bookings) => {
        const deltas = new Deltas();
        for (const one of bookings) deltas.add(one, 1);
        const ledger = new Ledger();
        for (const one of decodeDeltas(deltas.encode())) ledger.add(one);
        const range = { from: 0, to: NOW_MINUTE * 2, at: NOW_MINUTE * 2 };
        expect(plain(ledger.read('H|j|1', range))).toEqual(definition(bookings, range));
      }),
    );
  });
});
