import fc from 'fast-check';
import { expect, test } from 'vitest';
import { weekOf } from '#lib/contract/index.ts';
import { Calendar } from '#server/domain/kernel/calendar.ts';
import { openIn, plannedDays } from '#server/domain/silence/hours.ts';
import { silenceOf } from '#server/domain/silence/silence.ts';

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

/** The chance of so few or fewer, term by term from the definition: Poisson, or negative binomial with the same mean and `phi` times its variance. */
function chanceOfSoFew(seen: number, mean: number, phi: number): number {
  const shape = mean / (phi - 1);
  const isSpread = phi > 1.5;
  let [term, sum] = [isSpread ? Math.pow(1 / phi, shape) : Math.exp(-mean), 0];
  for (let k = 0; k <= seen; k++) {
    sum += term;
    term *= isSpread ? ((k + shape) / (k + 1)) * (1 - 1 / phi) : mean / (k + 1);
  }
  return sum;
}

test('what a silence is called follows from the chance of so few, in the order in which the cases rule one another out', () => {
  const near = (edges: readonly number[]): fc.Arbitrary<number> =>
    fc.oneof(fc.constantFrom(...edges), fc.double({ min: 0.001, max: 120, noNaN: true }));
  const called = new Set<string>();
  fc.assert(
    fc.property(
      near([0, 2.999, 3, 3.001, 4.605, 12]),
      fc.integer({ min: 0, max: 140 }),
      fc.constantFrom(1, 1.2, 1.5, 1.501, 2, 4, 9),
      fc.boolean(),
      (expected, observed, phi, heartbeat) => {
        const { state, p, gap } = silenceOf({ expected, observed, phi, heartbeat });
        const chance = chanceOfSoFew(observed, expected, phi);
        expect(p).toBeCloseTo(Math.min(1, chance), 9);
        expect(gap).toBeCloseTo((expected - observed) / (expected + 0.5), 12);
        if ([0.01, 0.05].some((edge) => Math.abs(chance - edge) < 1e-9)) return;
        const loud = chance < 0.01 ? 'silent' : chance < 0.05 ? 'quiet' : 'normal';
        expect(state).toBe(heartbeat ? (expected < 3 ? 'not_testable' : loud) : 'source_down');
        called.add(state);
      },
    ),
    { numRuns: 3000 },
  );
  expect([...called].sort()).toEqual(['normal', 'not_testable', 'quiet', 'silent', 'source_down']);
});
