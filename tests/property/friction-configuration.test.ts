import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMPONENTS, frictionFile } from '#lib/contract/index.ts';
import type { FrictionFile } from '#lib/contract/index.ts';
import { emptyState } from '#server/domain/customer/state.ts';
import type { Mark, VisitState } from '#server/domain/customer/state.ts';
import { rulesOf } from '#server/domain/friction/rules.ts';
import type { FrictionRules } from '#server/domain/friction/rules.ts';
import { HEAT } from '#server/domain/kernel/counters.ts';
import { visitPoints } from '#server/domain/visit/visit.ts';
import type { VisitPoint } from '#server/domain/visit/visit.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../support/world.ts';

const RUNS = { numRuns: 200 };
const BASE = Date.UTC(2026, 9, 1);
const MINUTE = 60_000;
const WAIT = COMPONENTS.indexOf('wait');
const MEASURED = new Set<string>(['wait', 'dwell', 'promise_missed']);
const found = blueprintsFrom(TEST_JOURNEY).all[0];
if (found === undefined) throw new Error('the test journey is a journey');
const blueprint = found;

const real = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
const per = (value: fc.Arbitrary<number>): fc.Arbitrary<Record<string, number>> => fc.dictionary(fc.constantFrom(...COMPONENTS), value);
const halves = per(fc.oneof(fc.constant(0), real(0.01, 100))).map((half) =>
  Object.fromEntries(Object.entries(half).filter(([component, value]) => value > 0 || !MEASURED.has(component))),
);
const scope = fc.record({ weights: per(real(0, 0.95)), half: halves, tolerance: fc.record({ wait: real(0.1, 9), dwell: real(0, 9) }) });
const files: fc.Arbitrary<FrictionFile> = fc
  .record({ wide: scope, own: scope, special: scope })
  .map(({ wide, own, special }) =>
    frictionFile.parse({ version: 1, ...wide, journeys: { test: { ...own, segments: { business: special } } } }),
  );
const rules: fc.Arbitrary<FrictionRules> = fc
  .tuple(files, fc.constantFrom(null, 'business', 'other'))
  .map(([file, segment]) => rulesOf(blueprint.file, segment, file));
const mark: fc.Arbitrary<Mark> = fc
  .tuple(fc.integer({ min: 0, max: 90 }), fc.nat(COMPONENTS.length - 1), real(0.001, 5))
  .map(([minute, component, value]) => [BASE + minute * MINUTE, component, component === WAIT ? Math.min(1000, value * 200) : value]);
const marks = fc.array(mark, { maxLength: 12 });

function pointsOf(given: readonly Mark[], by: FrictionRules): VisitPoint[] {
  const minutes = [...new Set([BASE, ...given.map(([at]) => at)].map((at) => at / MINUTE))].sort((a, b) => a - b);
  const visit: VisitState = {
    ...{ id: 'v', case: 'c', journey: 'test', version: 1, stage: 1, channel: 'web', segment: 'business', area: '', controller: 'us' },
    ...{ owner: 'Sales', from: BASE, last: BASE, ended: false, minutes, marks: [...given], feels: [], queuedAt: 0, topic: '' },
    ...{ blamed: false, dwellFrom: 0, about: '', lastEvent: '', touchpoint: 0, trace: [], solvedAt: 0, contact: 0, lost: false },
  };
  return visitPoints(visit, { ...emptyState(), visits: [visit] }, { blueprint, rules: by });
}
const partsIn = ({ values }: VisitPoint): number =>
  values.reduce((sum, value, i) => {
    const measure = values[i - 1] ?? 0;
    return i % 2 === 1 && measure >= HEAT.parts && measure < HEAT.emotions ? sum + value : sum;
  }, 0);

describe('under any configuration, the friction of a visit', () => {
  test('is between 0 and 100, never falls while the visit goes on, and its parts sum to it', () => {
    fc.assert(
      fc.property(marks, rules, (given, by) => {
        let before = 0;
        for (const point of pointsOf(given, by)) {
          expect(point.friction).toBeGreaterThanOrEqual(before);
          expect(point.friction).toBeLessThanOrEqual(100_000);
          expect(partsIn(point)).toBe(point.friction);
          before = point.friction;
        }
      }),
      RUNS,
    );
  });

  test('is 0 without signals', () => {
    fc.assert(
      fc.property(rules, (by) => {
        expect(pointsOf([], by).map((point) => point.friction)).toEqual([0]);
      }),
      RUNS,
    );
  });

  test('does not depend on the order in which the signals are kept', () => {
    const shuffled = marks.chain((given) => fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })));
    fc.assert(
      fc.property(shuffled, rules, ([given, other], by) => {
        const rounded = (points: readonly VisitPoint[]): number[] => points.map((point) => point.friction);
        // Sums of parts of a count may differ in their last bit.
        rounded(pointsOf(other, by)).forEach((value, i) =>
          expect(Math.abs(value - (rounded(pointsOf(given, by))[i] ?? 0))).toBeLessThanOrEqual(1),
        );
      }),
      RUNS,
    );
  });

  test('never falls for one more signal', () => {
    fc.assert(
      fc.property(marks, mark, rules, (given, more, by) => {
        const last = (all: readonly Mark[]): number => pointsOf(all, by).at(-1)?.friction ?? 0;
        expect(last([...given, more])).toBeGreaterThanOrEqual(last(given));
      }),
      RUNS,
    );
  });
});
