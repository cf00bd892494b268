import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chiSquaredTail, clearUpTo, expectedTogether, fisherExact, gSquared, mantelHaenszel } from '#server/domain/kernel/contingency.ts';
import type { Stratum } from '#server/domain/kernel/contingency.ts';
import { readVectors } from '../../../support/vectors.ts';

const { assoc, contagion } = readVectors();

/** n choose k, exactly as long as it fits. */
function choose(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= k; i++) product = (product * (n - k + i)) / i;
  return product;
}

describe('two things that occur alone and together', () => {
  it.each(assoc)('G² and its p are those of the vector $nab, $na, $nb, $N', ({ nab, na, nb, N, E, G2, p }) => {
    const table = { both: nab, first: na, second: nb, all: N };
    expect(expectedTogether(table)).toBeCloseTo(E, 10);
    expect(gSquared(table)).toBeCloseTo(G2, 3);
    const tail = chiSquaredTail(gSquared(table));
    if (p <= 1e-15) expect(tail).toBeLessThan(1e-15);
    else expect(tail / p).toBeCloseTo(1, 1);
  });

  it('the tail of chi-squared keeps its digits from the middle to the far end', () => {
    // Two-sided tails of the standard normal distribution at 0.5, 1, 1.959963984540054, 3, 6 and 8.
    const known = [0.6170750774519738, 0.31731050786291415, 0.05, 0.0026997960632601866, 1.973175290075e-9, 1.2441921148543568e-15];
    for (const [i, z] of [0.5, 1, 1.959963984540054, 3, 6, 8].entries()) expect(chiSquaredTail(z * z) / (known[i] ?? 0)).toBeCloseTo(1, 9);
    expect(chiSquaredTail(0)).toBe(1);
  });

  it("Fisher's test of the lady tasting tea, and of a table far from the middle", () => {
    expect(fisherExact({ both: 3, first: 4, second: 4, all: 8 })).toBeCloseTo(34 / 70, 12);
    expect(fisherExact({ both: 3, first: 3, second: 100, all: 10_000 })).toBeCloseTo(9.7e-7, 8);
  });

  it("Fisher's p is the share of all tables that are as improbable or more", () => {
    fc.assert(
      fc.property(fc.nat(14), fc.nat(14), fc.nat(14), fc.nat(14), (both, onlyFirst, onlySecond, neither) => {
        const [first, second, all] = [both + onlyFirst, both + onlySecond, both + onlyFirst + onlySecond + neither];
        const ways = (k: number): number => choose(second, k) * choose(all - second, first - k);
        const ks = Array.from({ length: Math.min(first, second) + 1 }, (_, k) => k).filter((k) => first - k <= all - second);
        const wanted = ks.filter((k) => ways(k) <= ways(both)).reduce((sum, k) => sum + ways(k), 0) / choose(all, first);
        expect(fisherExact({ both, first, second, all })).toBeCloseTo(wanted, 9);
      }),
      { numRuns: 300 },
    );
  });

  it('G² is 0 where both come together as often as by chance, and never less', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), fc.nat(50), fc.nat(50), (both, onlyFirst, onlySecond, neither) => {
        const counts = { both, first: both + onlyFirst, second: both + onlySecond, all: both + onlyFirst + onlySecond + neither };
        expect(gSquared(counts)).toBeGreaterThanOrEqual(0);
        expect(
          gSquared({
            both: both * neither,
            first: both * neither + both,
            second: both * neither + neither,
            all: (both + 1) * (neither + 1),
          }),
        ).toBeCloseTo(0, 6);
      }),
    );
  });
});

describe('many tests at once', () => {
  it('are held to a share of false ones, as Benjamini and Hochberg do in their paper', () => {
    const ps = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1];
    expect(clearUpTo(ps.toReversed(), 0.05)).toBe(0.0095);
  });

  it('none is clear where none is small, or where there are none', () => {
    expect(clearUpTo([0.2, 0.9], 0.05)).toBe(0);
    expect(clearUpTo([], 0.05)).toBe(0);
  });
});

describe('a risk ratio over strata', () => {
  it.each(contagion)('is that of the vector: $strata', ({ strata, RR, lo, hi, chi2, p }) => {
    const counts = [...strata.matchAll(/(\d+)\/(\d+)/g)].map(([, had, n]) => ({ had: Number(had), n: Number(n) }));
    const pairs = [0, 2].map((i) => ({ group: counts[i], others: counts[i + 1] }) as Stratum);
    const ratio = mantelHaenszel(pairs);
    expect(ratio?.ratio).toBeCloseTo(RR, 4);
    expect(ratio?.low).toBeCloseTo(lo, 4);
    expect(ratio?.high).toBeCloseTo(hi, 4);
    expect(ratio?.chiSquared).toBeCloseTo(chi2, 3);
    expect(ratio?.p).toBeCloseTo(p, p < 0.01 ? 5 : 3);
  });

  it('a stratum with one side only says nothing, and where no stratum has both nothing can be told', () => {
    const both = { group: { n: 100, had: 20 }, others: { n: 300, had: 90 } };
    const oneSided = { group: { n: 0, had: 0 }, others: { n: 500, had: 400 } };
    expect(mantelHaenszel([both, oneSided])).toEqual(mantelHaenszel([both]));
    expect(mantelHaenszel([oneSided])).toBeNull();
  });
});
