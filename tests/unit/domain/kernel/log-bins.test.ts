import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BIN_ERROR, binOf, quantile, valueOf } from '#server/domain/kernel/log-bins.ts';

const millennium = 40_000_000_000_000;

function counted(durations: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const ms of durations) counts.set(binOf(ms), (counts.get(binOf(ms)) ?? 0) + 1);
  return counts;
}

describe('log bins', () => {
  test('give a duration back within 1 %', () => {
    expect(BIN_ERROR).toBeLessThan(0.01);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: millennium }), (ms) => {
        expect(Math.abs(valueOf(binOf(ms)) / ms - 1)).toBeLessThanOrEqual(BIN_ERROR + 1e-12);
      }),
    );
  });

  test('keep the order of durations', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: millennium }), fc.integer({ min: 0, max: millennium }), (a, b) => {
        expect(Math.sign(binOf(a) - binOf(b)) * Math.sign(a - b)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('know no duration at all', () => {
    expect([binOf(0), binOf(-5), valueOf(0)]).toEqual([0, 0, 0]);
    expect(quantile(new Map(), 0.5)).toBeNull();
    expect(quantile(new Map([[3, 0]]), 0.5)).toBeNull();
  });

  test('answer the nearest rank within 1 %, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1e10 }), { minLength: 1 }), fc.constantFrom(0, 0.5, 0.9, 1), (durations, q) => {
        const sorted = [...durations].sort((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil(q * sorted.length - 1e-9) - 1)] ?? NaN;
        const found = quantile(counted(durations), q) ?? NaN;
        expect(Math.abs(found / exact - 1)).toBeLessThanOrEqual(BIN_ERROR + 1e-12);
      }),
    );
  });

  test('the p90 of ten is the ninth, not the tenth', () => {
    const tenth = counted([1, 2, 3, 4, 5, 6, 7, 8, 9_000, 1_000_000]);
    expect(quantile(tenth, 0.9)).toBeCloseTo(9_000, -3);
  });
});
