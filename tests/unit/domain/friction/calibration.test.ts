import { describe, expect, test } from 'vitest';
import { COMPONENTS } from '#lib/contract/index.ts';
import type { Component } from '#lib/contract/index.ts';
import { fitBase, fitWeights, judgeWeights, lossDifference } from '#server/domain/friction/calibration.ts';
import type { Labelled } from '#server/domain/friction/calibration.ts';
import { DEFAULT_WEIGHTS } from '#server/domain/friction/severity.ts';

/** A generator of its own, so that the same visits come every time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const TRUE: Readonly<Partial<Record<Component, number>>> = { transfer: 0.7, wait: 0.05, abandon: 0.15, promise_missed: 0.9, error: 0.5 };
const BASE = 0.08;

function visits(count: number, seed: number): Labelled[] {
  const next = numbers(seed);
  return Array.from({ length: count }, () => {
    const severities: Partial<Record<Component, number>> = {};
    let spared = 1 - BASE;
    for (const component of Object.keys(TRUE) as Component[]) {
      if (next() > 0.25) continue;
      const severity = 0.25 + 0.75 * next();
      severities[component] = severity;
      spared *= 1 - (TRUE[component] ?? 0) * severity;
    }
    return { severities, bad: next() > spared };
  });
}

describe('calibration', () => {
  test('recovers the weights that made the outcomes, within intervals that hold them', () => {
    const { base, weights } = fitWeights(visits(20_000, 1), DEFAULT_WEIGHTS);
    expect(base).toBeCloseTo(BASE, 1);
    for (const component of Object.keys(TRUE) as Component[]) {
      const fitted = weights[component];
      expect(Math.abs(fitted.weight - (TRUE[component] ?? 0))).toBeLessThan(0.04);
      expect(fitted.low).toBeLessThanOrEqual(TRUE[component] ?? 0);
      expect(fitted.high).toBeGreaterThanOrEqual(TRUE[component] ?? 0);
      expect(fitted.high - fitted.low).toBeLessThan(0.12);
    }
  });

  test('its intervals hold the truth about as often as they say', () => {
    let held = 0;
    for (let seed = 10; seed < 40; seed++) {
      const { transfer } = fitWeights(visits(1500, seed), { ...DEFAULT_WEIGHTS, transfer: 0.6 }).weights;
      if (transfer.low <= 0.7 && transfer.high >= 0.7) held++;
    }
    expect(held).toBeGreaterThanOrEqual(26);
  });

  test('leaves a component that nobody met where it was, and moves little on little', () => {
    const few = fitWeights(visits(20, 2), DEFAULT_WEIGHTS).weights;
    for (const component of COMPONENTS) {
      if (TRUE[component] === undefined) expect(few[component]).toMatchObject({ weight: DEFAULT_WEIGHTS[component], visits: 0 });
      else expect(Math.abs(few[component].weight - DEFAULT_WEIGHTS[component])).toBeLessThan(0.35);
    }
    expect(fitWeights([], DEFAULT_WEIGHTS).weights.wait.weight).toBe(DEFAULT_WEIGHTS.wait);
  });

  test('is better than before on visits it has not seen, and says how sure that is', () => {
    const [learn, held] = [visits(6000, 3), visits(3000, 4)];
    const fitted = fitWeights(learn, DEFAULT_WEIGHTS);
    const weights = Object.fromEntries(COMPONENTS.map((c) => [c, fitted.weights[c].weight])) as Record<Component, number>;
    const before = judgeWeights(held, { base: fitBase(learn, DEFAULT_WEIGHTS), weights: DEFAULT_WEIGHTS });
    const after = judgeWeights(held, { base: fitted.base, weights });
    expect(after.logLoss).toBeLessThan(before.logLoss);
    expect(after.auc ?? 0).toBeGreaterThan(before.auc ?? 1);
    expect(lossDifference(before, after).high).toBeLessThan(0);
    const same = lossDifference(after, after);
    expect([same.mean, same.low, same.high].every((value) => value === 0)).toBe(true);
  });

  test('judges by rank, ties shared', () => {
    const rows: Labelled[] = [
      { severities: { error: 1 }, bad: true },
      { severities: {}, bad: true },
      { severities: {}, bad: false },
    ];
    expect(judgeWeights(rows, { base: 0.1, weights: DEFAULT_WEIGHTS }).auc).toBe(0.75);
    expect(judgeWeights(rows.slice(0, 2), { base: 0.1, weights: DEFAULT_WEIGHTS }).auc).toBeNull();
  });
});
