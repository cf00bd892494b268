import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMPONENTS, type Component } from '#lib/contract/index.ts';
import { cellOf, friction, parts } from '#server/domain/friction/friction.ts';
import { rulesOf } from '#server/domain/friction/rules.ts';
import { dwellLadder, dwellSeverity, dwellZ, promiseLadder, promiseSeverity, type LadderStep } from '#server/domain/friction/severity.ts';

const HOUR_MS = 3_600_000;
const RUNS = { numRuns: 500 };
type Some = Partial<Record<Component, number>>;

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const some = (value: fc.Arbitrary<number>): fc.Arbitrary<Some> =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...COMPONENTS), value), { selector: ([component]) => component })
    .map((rows) => Object.fromEntries(rows));
const severities = some(unit);
const weights = some(fc.double({ min: 0, max: 0.95, noNaN: true })).map(
  (own) => rulesOf({ journey: 'j', weights: own, promiseHalf: {} }).weights,
);

describe('friction of a visit', () => {
  test('is between 0 and 100, and its shares sum to 1', () => {
    fc.assert(
      fc.property(severities, weights, (s, w) => {
        const { score, shares } = friction(s, w);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(100);
        const sum = Object.values(shares).reduce((total, share) => total + share, 0);
        if (Object.keys(shares).length > 0) expect(sum).toBeCloseTo(1, 9);
        else expect(score).toBe(0);
      }),
      RUNS,
    );
  });

  test('is 0 without signals', () => {
    fc.assert(
      fc.property(weights, (w) => {
        expect(friction({}, w)).toEqual({ score: 0, shares: {} });
      }),
    );
  });

  test('does not depend on the order of the signals, to the last bit', () => {
    const shuffled = severities.chain((s) =>
      fc.tuple(fc.constant(s), fc.shuffledSubarray(Object.entries(s), { minLength: Object.keys(s).length })),
    );
    fc.assert(
      fc.property(shuffled, weights, ([s, rows], w) => {
        expect(parts(Object.fromEntries(rows), w)).toEqual(parts(s, w));
        expect(friction(Object.fromEntries(rows), w)).toEqual(friction(s, w));
      }),
      RUNS,
    );
  });

  test('never falls when a signal gets worse, or another comes, or a weight grows', () => {
    fc.assert(
      fc.property(severities, weights, fc.constantFrom(...COMPONENTS), unit, unit, (s, w, component, worse, heavier) => {
        const more = { ...s, [component]: Math.max(s[component] ?? 0, worse) };
        expect(friction(more, w).score).toBeGreaterThanOrEqual(friction(s, w).score - 1e-9);
        const grown = { ...w, [component]: Math.max(w[component], 0.95 * heavier) };
        expect(friction(s, grown).score).toBeGreaterThanOrEqual(friction(s, w).score - 1e-9);
      }),
      RUNS,
    );
  });

  test('splits into whole parts that sum exactly to it', () => {
    fc.assert(
      fc.property(severities, weights, (s, w) => {
        const { total, parts: split } = parts(s, w);
        expect([...split.values()].reduce((sum, part) => sum + part, 0)).toBe(total);
        for (const part of split.values()) expect(Number.isInteger(part) && part > 0).toBe(true);
        expect(Math.abs(total - 1000 * friction(s, w).score)).toBeLessThanOrEqual(0.5);
      }),
      RUNS,
    );
  });
});

describe('a cell', () => {
  const cell = fc.tuple(fc.array(fc.tuple(severities, weights), { maxLength: 20 }), unit, fc.double({ min: 3, max: 50, noNaN: true }));

  test('shows the sum of its parts and the pull, between its own mean and its parent’s', () => {
    fc.assert(
      fc.property(cell, ([visits, parent, kappa]) => {
        const partSums = new Map<Component, number>();
        let sum = 0;
        for (const [s, w] of visits) {
          const visit = parts(s, w);
          sum += visit.total;
          for (const [component, part] of visit.parts) partSums.set(component, (partSums.get(component) ?? 0) + part);
        }
        const shown = cellOf({ n: visits.length, sum, partSums }, parent, kappa);
        expect(shown.parts.reduce((total, part) => total + part.points, shown.pull)).toBeCloseTo(shown.shown ?? NaN, 9);
        const bounds = [shown.mean ?? 100 * parent, 100 * parent].sort((a, b) => a - b);
        expect(shown.shown).toBeGreaterThanOrEqual((bounds[0] ?? 0) - 1e-9);
        expect(shown.shown).toBeLessThanOrEqual((bounds[1] ?? 0) + 1e-9);
      }),
    );
  });
});

describe('a ladder', () => {
  const start = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2090, 0) });

  /** At each step the severity has just got there: one millisecond earlier it was lower. */
  function expectExact(steps: readonly LadderStep[], severityAt: (ms: number) => number): void {
    const level = (ms: number): number => Math.floor(16 * severityAt(ms)) / 16;
    steps.forEach((step, index) => {
      expect(level(step.at)).toBe(step.severity);
      expect(level(step.at - 1)).toBeLessThan(step.severity);
      const before = steps[index - 1];
      if (before !== undefined) expect(step.at > before.at && step.severity > before.severity).toBe(true);
    });
  }

  test('of a promise steps exactly where its severity does, and not before it breaks', () => {
    const grace = fc.integer({ min: 0, max: 100 * HOUR_MS });
    const half = fc.double({ min: 0.001, max: 1000, noNaN: true });
    fc.assert(
      fc.property(start, grace, half, fc.integer({ min: 0, max: 5000 * HOUR_MS }), (due, graceMs, halfHours, span) => {
        const breaksAt = due + graceMs;
        const until = due + span;
        const severity = (ms: number): number => (ms < breaksAt ? 0 : promiseSeverity((ms - due) / HOUR_MS, halfHours, false));
        const steps = promiseLadder({ due, breaksAt, halfHours, warned: false, until });
        expectExact(steps, severity);
        for (const step of steps) expect(step.at >= breaksAt && step.at <= until).toBe(true);
        const reached = Math.min(15, Math.floor(16 * severity(until))) / 16;
        expect(steps.at(-1)?.severity ?? 0).toBe(reached);
      }),
      RUNS,
    );
  });

  test('of a stay steps exactly where its severity does', () => {
    const median = fc.integer({ min: 1000, max: 30 * 24 * HOUR_MS });
    fc.assert(
      fc.property(
        start,
        median,
        fc.double({ min: 0, max: 1.5, noNaN: true }),
        fc.integer({ min: 0, max: 50_000 * HOUR_MS }),
        (from, medianMs, mad, span) => {
          const severity = (ms: number): number => dwellSeverity(dwellZ(ms - from, medianMs, mad));
          const steps = dwellLadder({ from, medianMs, mad, until: from + span });
          expectExact(steps, severity);
          expect(steps.at(-1)?.severity ?? 0).toBe(Math.min(15, Math.floor(16 * severity(from + span))) / 16);
        },
      ),
      RUNS,
    );
  });
});
