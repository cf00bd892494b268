import { describe, expect, test } from 'vitest';
import { estimateKappa } from '#server/domain/friction/pull.ts';
import type { SquareMoments } from '#server/domain/friction/pull.ts';
import { kappaEntry, kappasOf } from '#server/definitions/kappa.ts';

/** A generator of its own, so that the same squares come every time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Squares whose means spread around their stage's, and visits that spread around the square's mean; both uniform. */
function squares(spread: { readonly within: number; readonly between: number }, seed = 1): SquareMoments[] {
  const next = numbers(seed);
  const around = (variance: number): number => (next() - 0.5) * Math.sqrt(12 * variance);
  return Array.from({ length: 200 }, (_, i) => {
    const mean = 0.3 + 0.1 * (i % 4) + around(spread.between);
    const visits = Array.from({ length: 3 + (i % 20) }, () => mean + around(spread.within));
    return { stage: `s${i % 4}`, n: visits.length, sum: visits.reduce((a, b) => a + b, 0), squares: visits.reduce((a, b) => a + b * b, 0) };
  });
}

describe('the pull to the stage', () => {
  test('is the spread within squares over the spread between those of a stage', () => {
    const estimate = estimateKappa(squares({ within: 0.04, between: 0.004 }));
    expect(estimate?.within).toBeCloseTo(0.04, 2);
    expect(estimate?.between).toBeCloseTo(0.004, 2);
    expect(estimate?.kappa).toBeGreaterThan(7);
    expect(estimate?.kappa).toBeLessThan(14);
  });
  test('stays between 3 and 50: squares that all say the same, or all say their own', () => {
    expect(estimateKappa(squares({ within: 0.04, between: 0 }))?.kappa).toBe(50);
    expect(estimateKappa(squares({ within: 0.001, between: 0.02 }))?.kappa).toBe(3);
  });
  test('is not estimated from too little', () => {
    expect(estimateKappa([])).toBeNull();
    expect(estimateKappa(squares({ within: 0.04, between: 0.004 }).slice(0, 4))).toBeNull();
    expect(estimateKappa(squares({ within: 0.04, between: 0.004 }).map((square) => ({ ...square, n: 1 })))).toBeNull();
  });
  test('is kept per day, so that a past hour is shown with what held then', () => {
    const estimate = { kappa: 9, within: 1, between: 1, visits: 10, squares: 4 };
    const monday = kappaEntry('j', estimate, { at: Date.UTC(2026, 9, 12, 3), by: 'test' });
    const tuesday = kappaEntry('j', { ...estimate, kappa: 11 }, { at: Date.UTC(2026, 9, 13, 3), by: 'test' });
    expect(monday.id).not.toBe(tuesday.id);
    const published = [tuesday, monday].map((entry, i) => ({ ...entry, revision: `${i}-0` }));
    expect(kappasOf(published).get('j')).toEqual([
      { at: monday.at, kappa: 9 },
      { at: tuesday.at, kappa: 11 },
    ]);
  });
});
