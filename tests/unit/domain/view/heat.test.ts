import { describe, expect, it } from 'vitest';
import { ALL, OUTSIDE } from '#lib/contract/index.ts';
import { HEAT, cellKey } from '#server/domain/kernel/counters.ts';
import { gridOf } from '#server/domain/view/heat.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../../support/world.ts';

const test = blueprintsFrom(TEST_JOURNEY).get('test');

/** Visits to the stage of ordering, of a segment, at a touchpoint of an owner. */
function visits(count: number, { segment = '', owner = 'Sales', charge = 'owner' }) {
  const key = cellKey('H', 'test', 1, ['order', 'web', segment, owner, charge, '0']);
  return [key, new Map([[HEAT.visits, count]])] as const;
}

function numbers(sums: Parameters<typeof gridOf>[0], by: 'segment' | 'owner'): Record<string, number | undefined> {
  if (test === undefined) throw new Error('the test journey is missing');
  return Object.fromEntries([...gridOf(sums, by, test)].map(([square, measures]) => [square, measures.get(HEAT.visits)]));
}

describe('the columns of the heatmap', () => {
  it('keep a segment that is called as the sum is apart from the sum', () => {
    const sums = new Map([visits(3, { segment: 'all' }), visits(4, { segment: 'gold' })]);
    expect(numbers(sums, 'segment')).toEqual({ 'order|“all”': 3, 'order|gold': 4, [`order|${ALL}`]: 7, [`|${ALL}`]: 7 });
  });

  it('keep a department that is called as what is outside apart from what is outside', () => {
    const sums = new Map([visits(3, { owner: OUTSIDE }), visits(4, { charge: 'outside' })]);
    expect(numbers(sums, 'owner')).toEqual({ [`order|“${OUTSIDE}”`]: 3, [`order|${OUTSIDE}`]: 4, [`order|${ALL}`]: 7, [`|${ALL}`]: 7 });
  });
});
