import { describe, expect, it } from 'vitest';
import { measure } from '#server/domain/association/measure.ts';
import { readVectors } from '../../../support/vectors.ts';

describe('how strongly two things go together', () => {
  it.each(readVectors().assoc)('is as in the vector $nab, $na, $nb, $N', ({ nab, na, nb, N, E, liftShrunk, npmi, pBgivenA, pB }) => {
    const measured = measure({ both: nab, first: na, second: nb, all: N });
    expect(measured.expected).toBeCloseTo(E, 10);
    expect(measured.lift).toBeCloseTo(liftShrunk, 4);
    expect(measured.npmi).toBeCloseTo(npmi, 4);
    expect([nab / na, nb / N]).toEqual([pBgivenA, pB]);
  });

  it('three of three are not put before a hundred and twenty of four hundred, as the raw lift would', () => {
    const many = measure({ both: 120, first: 400, second: 1000, all: 10_000 });
    const three = measure({ both: 3, first: 3, second: 100, all: 10_000 });
    expect(three.lift).toBeLessThan(many.lift);
  });

  it('where few are expected the exact test is used: it is less sure than the approximation', () => {
    expect(measure({ both: 3, first: 3, second: 100, all: 10_000 }).p).toBeGreaterThan(1.4e-7);
  });

  it('what never comes together is at -1, what comes only together at 1', () => {
    expect(measure({ both: 0, first: 10, second: 10, all: 100 }).npmi).toBe(-1);
    expect(measure({ both: 10, first: 10, second: 10, all: 100 }).npmi).toBeCloseTo(1, 12);
  });
});
