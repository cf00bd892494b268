import { describe, expect, it } from 'vitest';
import { HEAT, cellKey } from '#server/domain/kernel/counters.ts';
import type { CellSums } from '#server/domain/kernel/sums.ts';
import { momentsView } from '#server/domain/view/moments.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../../support/world.ts';

const nothing = { from: 0, until: 0, stories: [] };

/** Where it was hardest with Care, out of the friction at touchpoints in the order in which it was counted. */
function hardest(frictions: readonly (readonly [touchpoint: string, friction: number])[]): string | undefined {
  const blueprint = blueprintsFrom(TEST_JOURNEY).get('test');
  if (blueprint === undefined) throw new Error('the test journey is missing');
  const indexOf = (id: string): string => String(blueprint.touchpoints.find((at) => at.id === id)?.index);
  const now: CellSums = new Map(
    frictions.map(([touchpoint, friction]) => [
      cellKey('H', 'test', 1, ['help', 'chat', '', 'Care', 'owner', indexOf(touchpoint)]),
      new Map([
        [HEAT.visits, 10],
        [HEAT.parts, friction],
      ]),
    ]),
  );
  const { scorecards } = momentsView({
    ...{ blueprint, outcome: 'arrived', position: { at: 0, live: true }, cohort: nothing, recent: nothing, limited: false },
    ...{ now, before: new Map(), outcomes: new Map() },
  });
  return scorecards.find(({ owner }) => owner === 'Care')?.hardest?.touchpoint;
}

describe('where it is hardest with a department', () => {
  it('is the touchpoint with the most friction; of several the first of the journey, whichever was counted first', () => {
    expect(
      hardest([
        ['help', 200],
        ['call', 300],
      ]),
    ).toBe('call');
    expect(
      hardest([
        ['help', 200],
        ['call', 200],
      ]),
    ).toBe('help');
    expect(
      hardest([
        ['call', 200],
        ['help', 200],
      ]),
    ).toBe('help');
    expect(hardest([['help', 0]])).toBeUndefined();
  });
});
