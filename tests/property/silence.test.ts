import fc from 'fast-check';
import { expect, test } from 'vitest';
import { weekOf } from '#lib/contract/index.ts';
import { Calendar } from '#server/domain/kernel/calendar.ts';
import { openIn, plannedDays } from '#server/domain/silence/hours.ts';

const CLOCKS = ['00:00', '06:30', '09:00', '12:00', '17:00', '22:15', '24:00'] as const;
const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'] as const;
const DAYS = ['mon-fri', 'mon-sun', 'sat-sun', 'wed'] as const;
const FIRST = Date.UTC(2026, 0, 1) / 60_000;

const calendar = fc
  .record({
    zone: fc.constantFrom(...ZONES),
    days: fc.constantFrom(...DAYS),
    from: fc.nat({ max: 5 }),
    long: fc.integer({ min: 1, max: 6 }),
  })
  .map(({ zone, days, from, long }) => {
    const hours = { [days]: `${CLOCKS[from] ?? ''}-${CLOCKS[Math.min(6, from + long)] ?? ''}` };
    return new Calendar({ zone, week: weekOf({ hours, holidays: [] }), holidays: ['2026-03-29', '2026-10-26', '2026-12-25'] });
  });
const minute = fc.integer({ min: 0, max: 400 * 1440 }).map((after) => FIRST + after);

test('what is planned for two windows that follow one another is planned for both together, across every change of the clock', () => {
  fc.assert(
    fc.property(fc.option(calendar), fc.array(minute, { minLength: 3, maxLength: 3 }), (hours, cuts) => {
      const [a = 0, b = 0, c = 0] = cuts.toSorted((one, other) => one - other);
      expect(plannedDays(hours, a, b) + plannedDays(hours, b, c)).toBeCloseTo(plannedDays(hours, a, c), 6);
    }),
  );
});

test('a place is closed exactly where none of its volume is planned, and never open for more than usual', () => {
  fc.assert(
    fc.property(
      calendar,
      minute,
      fc.constantFrom(15, 60, 240, 1440, 10_080),
      fc.integer({ min: 0, max: 8 }),
      (hours, at, minutes, weeks) => {
        const open = openIn({ at, minutes, since: -Infinity, zone: hours.zone, weeks })(hours);
        expect(open.share === 0).toBe(open.days === 0);
        expect(open.share).toBeLessThanOrEqual(1);
        expect(open.share === 0).toBe(hours.workingBetween((at - minutes) * 60_000, at * 60_000) === 0);
      },
    ),
  );
});
