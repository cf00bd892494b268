import { describe, expect, test } from 'vitest';
import { negativeBinomialLowerTail, poissonLowerTail, shrink, wilson } from '#server/domain/kernel/statistics.ts';
import { readVectors } from '../../../support/vectors.ts';

const { cells, silence } = readVectors();

describe('the interval of a mean', () => {
  test.each(cells)('is Wilson 95 % for $mean of $n', ({ mean, n, wilson: [low, high] }) => {
    const interval = wilson(mean, n);
    expect((100 * interval.low).toFixed(2)).toBe(low.toFixed(2));
    expect((100 * interval.high).toFixed(2)).toBe(high.toFixed(2));
  });

  test('knows nothing without values and stays within 0 and 1', () => {
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
    expect(wilson(1, 2.5).high).toBeLessThanOrEqual(1);
    expect(wilson(0, 2.5).low).toBeGreaterThanOrEqual(0);
  });
});

describe('shrinking', () => {
  test.each(cells)('pulls $mean of $n to its parent', ({ mean, n, parent, kappa, shrunk }) => {
    expect((100 * shrink(mean, n, parent, kappa)).toFixed(2)).toBe(shrunk.toFixed(2));
  });

  test('leaves the parent alone where there is nothing else', () => {
    expect(shrink(0.7, 0, 0.2, 0)).toBe(0.2);
  });
});

describe('lower tails', () => {
  test.each(silence)('of $observed among $expected have four digits', ({ expected, observed, pLower, nbPhi3 }) => {
    expect(poissonLowerTail(observed, expected) / pLower).toBeCloseTo(1, 3);
    expect(negativeBinomialLowerTail(observed, expected, 3) / nbPhi3).toBeCloseTo(1, 3);
  });

  test('equal the plain sum', () => {
    let sum = 0;
    for (let k = 0, term = Math.exp(-6.5); k <= 30; k++, term *= 6.5 / k) {
      sum += term;
      expect(poissonLowerTail(k, 6.5)).toBeCloseTo(sum, 12);
    }
  });

  test('without overdispersion the negative binomial is Poisson', () => {
    expect(negativeBinomialLowerTail(3, 12, 1)).toBe(poissonLowerTail(3, 12));
    expect(negativeBinomialLowerTail(3, 12, 1.0001)).toBeCloseTo(poissonLowerTail(3, 12), 4);
  });

  test('hold at the edges and for great numbers', () => {
    expect(poissonLowerTail(-1, 4)).toBe(0);
    expect(poissonLowerTail(0, 0)).toBe(1);
    expect(negativeBinomialLowerTail(5, 0, 3)).toBe(1);
    expect(poissonLowerTail(1_000_000, 1_000_000)).toBeCloseTo(0.5, 2);
    expect(poissonLowerTail(1_010_000, 1_000_000)).toBeCloseTo(1, 12);
  });
});
