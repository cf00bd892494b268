import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FEW, STRIP_SPANS, STRIP_SPAN_NAMES } from '#lib/contract/index.ts';
import { HEAT, PROMISE } from '#server/domain/kernel/counters.ts';
import type { Booking } from '#server/domain/kernel/counters.ts';
import { Ledger } from '#server/domain/kernel/sums.ts';
import { Strip } from '#server/domain/view/strip.ts';

const NOW = 29_000_000;

/** A visit's place in its cell: booked at its anchor, taken away when the visit moves on. */
const visitBookings = fc
  .record({
    cell: fc.constantFrom('H|test|1|look|web', 'H|test|1|order|store'),
    anchor: fc.integer({ min: NOW - 45_000, max: NOW + 100 }),
    lasts: fc.option(fc.integer({ min: 1, max: 5000 })),
    friction: fc.integer({ min: 0, max: 60_000 }),
    valence: fc.option(fc.integer({ min: -1000, max: 1000 })),
  })
  .map(({ cell, anchor, lasts, friction, valence }): Booking[] => {
    const values: [number, number][] = [
      [HEAT.visits, 1],
      [HEAT.parts + 2, friction],
    ];
    if (valence !== null) values.push([HEAT.known, 1], [HEAT.confidence, 700], [HEAT.valence, valence]);
    return values.flatMap(([measure, value]): Booking[] => [
      [cell, measure, anchor, anchor, value],
      ...(lasts === null ? [] : [[cell, measure, anchor, anchor + lasts, -value] as const]),
    ]);
  });

function filled(bookings: readonly Booking[]): Ledger {
  const ledger = new Ledger();
  for (const booking of bookings) ledger.add(booking);
  return ledger;
}

function gather(ledger: Ledger, strip: Strip): Strip {
  for (const tracing of [
    ledger.trace('H|test|1', strip.range, strip.visits),
    ledger.trace('P|test|1', { from: 0, to: strip.range.to }, strip.promises),
  ])
    while (tracing.next().done !== true);
  return strip;
}

describe('a point of the strip', () => {
  it('is what a window of its length shows at its end', () => {
    fc.assert(
      fc.property(
        fc.array(visitBookings, { maxLength: 60 }),
        fc.constantFrom(...STRIP_SPAN_NAMES),
        fc.integer({ min: 0, max: 300 }),
        (visits, span, back) => {
          const ledger = filled(visits.flat());
          const at = NOW - back;
          for (const point of gather(ledger, new Strip(span, at)).points()) {
            const [from, end] = [point.from / 60_000, Math.min(at, (point.to + 1) / 60_000 - 1)];
            let [n, friction, known, confidence, valence] = [0, 0, 0, 0, 0];
            for (const measures of ledger.read('H|test|1', { from, to: end, at: end }).values()) {
              n += measures.get(HEAT.visits) ?? 0;
              friction += measures.get(HEAT.parts + 2) ?? 0;
              known += measures.get(HEAT.known) ?? 0;
              confidence += measures.get(HEAT.confidence) ?? 0;
              valence += measures.get(HEAT.valence) ?? 0;
            }
            expect(point).toEqual({
              from: point.from,
              to: point.to,
              n,
              known,
              friction: n < FEW ? null : friction / 1000 / n,
              valence: confidence === 0 ? null : valence / confidence,
              kept: 0,
              broken: 0,
            });
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each(STRIP_SPAN_NAMES)('follows the one before without a gap, and the last holds the end (%s)', (span) => {
    const points = new Strip(span, NOW).points();
    expect(points).toHaveLength(STRIP_SPANS[span].minutes / STRIP_SPANS[span].step);
    points.forEach((point, i) => expect(point.from).toBe((points[i - 1]?.to ?? point.from - 1) + 1));
    expect(points.at(-1)?.to).toBeGreaterThanOrEqual(NOW * 60_000);
    expect(points.at(-1)?.from).toBeLessThanOrEqual(NOW * 60_000);
  });

  it('counts a promise as broken when it broke, also when it is met later, and the met one of the same minute does not hide it', () => {
    const cell = 'P|test|1|look|Care|gold|call|call|owner';
    const minute = NOW - 20;
    const strip = gather(
      filled([
        [cell, PROMISE.broken, NOW - 3000, minute, 1],
        [cell, PROMISE.broken, NOW - 3000, minute, -1],
        [cell, PROMISE.late, NOW - 3000, minute, 1],
        [cell, PROMISE.broken, NOW - 3000, NOW + 5, 1],
        [cell, PROMISE.kept, NOW - 3000, NOW - 40, 1],
      ]),
      new Strip('6h', NOW),
    );
    expect(strip.points().reduce((sum, point) => sum + point.broken, 0)).toBe(1);
    expect(strip.points().reduce((sum, point) => sum + point.kept, 0)).toBe(1);
    expect(strip.points().find((point) => point.broken === 1)?.from).toBeLessThanOrEqual(minute * 60_000);
  });
});
