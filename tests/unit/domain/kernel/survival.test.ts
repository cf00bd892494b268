import { describe, expect, test } from 'vitest';
import { conditionalSurvival, kaplanMeier, survivalAt, survivalWithout } from '#server/domain/kernel/survival.ts';
import { readVectors } from '../../../support/vectors.ts';

const { survival } = readVectors();
const curve = kaplanMeier(survival.data.map(([duration, ended]) => ({ duration, ended: ended === 1 })));

describe('the survival curve of a stage', () => {
  test('is the Kaplan-Meier curve, whatever the order of the stays', () => {
    expect(curve.map((step) => [step.time, Number(step.survival.toFixed(4))])).toEqual(survival.S);
    const reversed = kaplanMeier(survival.data.toReversed().map(([duration, ended]) => ({ duration, ended: ended === 1 })));
    expect(reversed).toEqual(curve);
  });

  test.each(survival.pStillInStageAt10given)('still there at 10, given %d', (from, chance) => {
    expect(conditionalSurvival(curve, from, 10)).toBeCloseTo(chance, 4);
  });

  test('without one of the stays is the curve of the others', () => {
    const stays = survival.data.map(([duration, ended]) => ({ duration, ended: ended === 1 })).sort((a, b) => a.duration - b.duration);
    for (let without = -1; without < stays.length; without++) {
      const others = kaplanMeier(stays.filter((_, place) => place !== without));
      for (const at of [0, ...stays.map(({ duration }) => duration), 3.9, 1000])
        expect(survivalWithout(stays, without, at)).toBeCloseTo(survivalAt(others, at), 12);
    }
    expect(survivalWithout([{ duration: 1, ended: true }], 0, 2)).toBe(1);
  });

  test('begins at 1, is flat between steps, and says nothing where nobody was left', () => {
    expect(survivalAt(curve, 0.5)).toBe(1);
    expect(survivalAt(curve, 3.9)).toBe(survivalAt(curve, 2));
    expect(kaplanMeier([])).toEqual([]);
    const gone = kaplanMeier([{ duration: 1, ended: true }]);
    expect(conditionalSurvival(gone, 1, 2)).toBeNull();
  });
});
