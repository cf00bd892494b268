import { describe, expect, test } from 'vitest';
import { COMPONENTS } from '#lib/contract/index.ts';
import {
  COUNT_HALVES,
  DEFAULT_PROMISE_HALF_HOURS,
  DEFAULT_WEIGHTS,
  countSeverity,
  dwellLadder,
  dwellSeverity,
  dwellZ,
  promiseLadder,
  promiseSeverity,
  waitSeverity,
} from '#server/domain/friction/severity.ts';

const HOUR_MS = 3_600_000;
const due = Date.UTC(2026, 2, 1, 12);

describe('severity', () => {
  test('every component has a weight a single signal cannot ruin a visit with', () => {
    for (const component of COMPONENTS) expect(DEFAULT_WEIGHTS[component]).toBeGreaterThan(0);
    for (const component of COMPONENTS) expect(DEFAULT_WEIGHTS[component]).toBeLessThanOrEqual(0.95);
  });

  test('counts saturate: one weighs half, two three quarters; dead clicks need three', () => {
    expect([0, 1, 2].map((count) => countSeverity(count))).toEqual([0, 0.5, 0.75]);
    expect(countSeverity(3, COUNT_HALVES.dead_click)).toBe(0.5);
  });

  test('what happens or does not weighs in full at once: giving up, being driven to another channel, a dead end', () => {
    for (const component of ['abandon', 'forced_switch', 'dead_end'] as const)
      expect([0, 1, 2].map((count) => countSeverity(count, COUNT_HALVES[component]))).toEqual([0, 1, 1]);
  });

  test('a wait up to the standard is none, twice the standard half, three times .8', () => {
    expect([118, 120, 240, 360].map((wait) => waitSeverity(wait, 120))).toEqual([0, 0, 0.5, 0.8]);
    expect(waitSeverity(600, 0)).toBe(0);
    expect(waitSeverity(Infinity, 120)).toBe(1);
  });

  test('a stay is judged by its robust z: none up to 2, half at 4', () => {
    expect([-3, 2, 4].map((z) => dwellSeverity(z))).toEqual([0, 0, 0.5]);
    expect(dwellZ(60_000, 60_000, 0.5)).toBe(0);
    expect(dwellZ(60_000 * Math.E, 60_000, 1)).toBeCloseTo(1 / 1.4826, 12);
    expect(dwellZ(60_000 * Math.E, 60_000, 0)).toBeCloseTo(10, 9);
    expect(dwellSeverity(dwellZ(0, 60_000, 0.5))).toBe(0);
  });

  test('a warning before the due time halves a missed promise', () => {
    expect(promiseSeverity(72, DEFAULT_PROMISE_HALF_HOURS, false)).toBe(0.5);
    expect(promiseSeverity(24, 72, true)).toBeCloseTo(0.05, 12);
    expect(promiseSeverity(-1, 72, false)).toBe(0);
  });
});

describe('the ladder of a promise', () => {
  const open = { due, breaksAt: due, halfHours: 72, warned: false, until: Infinity };

  test('climbs in sixteenths, half of it exactly at the half-lateness, and ends at 15/16', () => {
    const steps = promiseLadder(open);
    expect(steps.map((step) => step.severity * 16)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(steps[7]).toEqual({ at: due + 72 * HOUR_MS, severity: 0.5 });
  });

  test('takes at the end of the grace what has gathered since it was due', () => {
    const steps = promiseLadder({ ...open, breaksAt: due + 80 * HOUR_MS });
    expect(steps[0]).toEqual({ at: due + 80 * HOUR_MS, severity: 8 / 16 });
    expect(steps[1]?.severity).toBe(9 / 16);
  });

  test('is half as high where the customer was warned, at the same instants', () => {
    const warned = promiseLadder({ ...open, warned: true });
    expect(warned).toEqual(promiseLadder(open).map(({ at, severity }) => ({ at, severity: severity / 2 })));
  });

  test('ends where the promise is met, and is empty where it was met in time', () => {
    expect(promiseLadder({ ...open, until: due + 72 * HOUR_MS }).at(-1)).toEqual({ at: due + 72 * HOUR_MS, severity: 0.5 });
    expect(promiseLadder({ ...open, until: due + 72 * HOUR_MS - 1 }).at(-1)?.severity).toBe(7 / 16);
    expect(promiseLadder({ ...open, until: due - 1 })).toEqual([]);
  });
});

describe('the ladder of a stay', () => {
  test('starts long after the median and reaches half at z = 4', () => {
    const steps = dwellLadder({ from: due, medianMs: HOUR_MS, mad: 0.5, until: Infinity });
    expect(steps[0]?.at).toBeGreaterThan(due + HOUR_MS * Math.exp(2 * 0.7413));
    expect((steps[7]?.at ?? 0) - due - HOUR_MS * Math.exp(4 * 0.7413)).toBeLessThan(1.001);
    expect(steps[7]?.severity).toBe(0.5);
  });

  test('has no steps beyond what a clock can show', () => {
    const steps = dwellLadder({ from: due, medianMs: 30 * 24 * HOUR_MS, mad: 5, until: Infinity });
    for (const step of steps) expect(Number.isSafeInteger(step.at)).toBe(true);
    expect(steps.length).toBeLessThan(15);
  });
});
