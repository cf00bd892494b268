import { describe, expect, it } from 'vitest';
import { funnelsOf } from '#server/domain/funnel/compile.ts';
import { ATTEMPT, cellKey } from '#server/domain/kernel/counters.ts';
import type { CellSums } from '#server/domain/kernel/sums.ts';
import { savedFunnelView } from '#server/domain/view/saved-funnel.ts';
import { funnel, step } from '../../../support/funnels.ts';

const definition = funnel({ steps: [step('a'), step('b')] });

const NOTHING = { matured: new Map(), before: new Map(), from: 0, maturedUntil: 0, beforeFrom: 0, beforeAt: 0, since: 0 };

/** The mean time to convert where conversions were counted in this order, by their bins. */
function meanOf(bins: readonly number[]): number | null {
  const [compiled] = funnelsOf([definition]).all;
  if (compiled === undefined) throw new Error('no funnel');
  const cell = cellKey('A', definition.id, definition.version, ['', '', '1']);
  const sums: CellSums = new Map([[cell, new Map(bins.map((bin) => [ATTEMPT.times + bin, 1]))]]);
  return savedFunnelView({
    ...{ funnel: compiled, sums, ...NOTHING },
    ...{ by: null, position: { at: 0, live: false }, factors: [], nameOf: (touchpoint) => touchpoint },
  }).times.meanMs;
}

describe('the mean time to convert', () => {
  it('is the same to the last digit, in whatever order the conversions were counted', () => {
    const bins = Array.from({ length: 300 }, (_, i) => 3 * i + 1);
    const mean = meanOf(bins);
    expect(mean).toBeGreaterThan(0);
    for (let turn = 1; turn < 300; turn += 17) expect(meanOf([...bins.slice(turn), ...bins.slice(0, turn)])).toBe(mean);
    expect(meanOf(bins.toReversed())).toBe(mean);
  });
});

describe('a breakdown with more groups than are named', () => {
  it('names twelve, says how many stand together, and sums to the whole', () => {
    const split = funnel({ steps: [step('a'), step('b')], breakdowns: [{ by: 'area' }] });
    const [compiled] = funnelsOf([split]).all;
    if (compiled === undefined) throw new Error('no funnel');
    const sums: CellSums = new Map(
      Array.from({ length: 15 }, (_, i) => [
        cellKey('A', split.id, split.version, ['0', `area${i}`, '0']),
        new Map([[ATTEMPT.reached, 20 - i]]),
      ]),
    );
    const { groups, gathered } = savedFunnelView({
      ...{ funnel: compiled, sums, ...NOTHING, by: 0, position: { at: 0, live: false }, factors: [] },
      nameOf: (touchpoint) => touchpoint,
    });
    expect([Object.keys(groups).length, gathered]).toEqual([13, 3]);
    expect(groups['other']?.total.entered).toBe(8 + 7 + 6);
    expect(Object.values(groups).reduce((sum, group) => sum + group.total.entered, 0)).toBe((15 * (20 + 6)) / 2);
  });
});
