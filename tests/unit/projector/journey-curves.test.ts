import { describe, expect, it } from 'vitest';
import { JourneyCurves } from '#server/projector/journey-curves.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../support/world.ts';

describe('the curves of a journey', () => {
  it('stay as they were known while they cannot be read, which is told of once', async () => {
    const [of] = blueprintsFrom(TEST_JOURNEY).all;
    if (of === undefined) return expect.fail('the test journey has a blueprint');
    const told: unknown[] = [];
    let away: Error | undefined;
    const curves = new JourneyCurves<string, number>({
      read: () => (away === undefined ? Promise.resolve(new Map([['call_back', 7]])) : Promise.reject(away)),
      againMs: 60_000,
      onFault: (fault) => told.push(fault),
    });
    const [first, second] = [new Error('first'), new Error('second')];
    for (away of [undefined, first, first, undefined, second]) await curves.look(of, 0);
    expect(told).toEqual([first, second]);
    expect(curves.of(of, 'call_back', 0)).toBe(7);
  });
});
