import { describe, expect, it } from 'vitest';
import { waited, waitingCurve } from '#server/domain/silence/overdue.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 9, 14, 12);
const after = (hours: number) => ({ since: NOW - hours * HOUR, now: NOW });
/** Forty call-backs, the slowest after 40 hours. */
const others = Array.from({ length: 40 }, (_, i) => ({ duration: (i + 1) * HOUR, ended: true }));

describe('the call-back that never came', () => {
  it('is told when fewer than one in twenty others still waited after so long', () => {
    const curve = waitingCurve(others, NOW);
    expect(waited(curve, after(20))).toMatchObject({ others: 40, neverCame: false });
    expect(waited(curve, after(20))?.survival).toBeCloseTo(0.5, 9);
    expect(waited(curve, after(37.5))?.neverCame).toBe(false);
    expect(waited(curve, after(39.5))?.neverCame).toBe(true);
  });

  it('takes those who still wait for what they are: not there yet, and not lost', () => {
    const waiting = Array.from({ length: 40 }, () => ({ duration: 100 * HOUR, ended: false }));
    expect(waited(waitingCurve([...others, ...waiting], NOW), after(50))?.survival).toBeCloseTo(0.5, 6);
  });

  it('holds the one who waits against the others alone: they are not one of them', () => {
    const oneOf = (count: number) => waitingCurve([...others.slice(0, count), { duration: 50 * HOUR, ended: false }], NOW);
    expect(waited(oneOf(40), after(50))).toEqual({ survival: 0, others: 40, neverCame: true });
    // Also where the others were looked up some minutes ago, and where somebody began to wait only since.
    expect(waited(oneOf(40), { since: NOW - 50 * HOUR, now: NOW + HOUR / 6 })).toMatchObject({ others: 40 });
    expect(waited(oneOf(40), { since: NOW + 1, now: NOW + HOUR / 6 })).toMatchObject({ others: 41 });
    expect(waited(oneOf(29), after(50))).toBeNull();
  });

  it('is not told where there are too few others to compare with, or nothing is known', () => {
    expect(waited(waitingCurve(others.slice(0, 29), NOW), after(100))).toBeNull();
    expect(waited(undefined, after(100))).toBeNull();
  });
});
