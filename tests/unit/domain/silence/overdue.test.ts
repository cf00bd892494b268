import { describe, expect, it } from 'vitest';
import { waited, waitingCurve } from '#server/domain/silence/overdue.ts';

const HOUR = 3_600_000;
/** Forty call-backs, the slowest after 40 hours. */
const others = Array.from({ length: 40 }, (_, i) => ({ duration: (i + 1) * HOUR, ended: true }));

describe('the call-back that never came', () => {
  it('is told when fewer than one in twenty others still waited after so long', () => {
    const curve = waitingCurve(others);
    expect(waited(curve, 20 * HOUR)).toMatchObject({ others: 40, neverCame: false });
    expect(waited(curve, 20 * HOUR)?.survival).toBeCloseTo(0.5, 9);
    expect(waited(curve, 37.5 * HOUR)?.neverCame).toBe(false);
    expect(waited(curve, 39.5 * HOUR)?.neverCame).toBe(true);
  });

  it('takes those who still wait for what they are: not there yet, and not lost', () => {
    const waiting = Array.from({ length: 40 }, () => ({ duration: 100 * HOUR, ended: false }));
    expect(waited(waitingCurve([...others, ...waiting]), 50 * HOUR)?.survival).toBeCloseTo(0.5, 6);
  });

  it('is not told where there are too few others to compare with, or nothing is known', () => {
    expect(waited(waitingCurve(others.slice(0, 29)), 100 * HOUR)).toBeNull();
    expect(waited(undefined, 100 * HOUR)).toBeNull();
  });
});
