import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sample, stratifiedDifference } from '#server/domain/moment/effect.ts';
import { experienceAt, peakOf } from '#server/domain/moment/story.ts';
import type { Story, StoryVisit } from '#server/domain/moment/story.ts';

function sampleOf(values: readonly number[]): Sample {
  const sample = new Sample();
  for (const value of values) sample.add(value);
  return sample;
}
const outcomes = (ones: number, zeros: number): number[] => [...Array<number>(ones).fill(1), ...Array<number>(zeros).fill(0)];

const visit = (given: Partial<StoryVisit>): StoryVisit => ({
  ...{ touchpoint: 1, stage: 0, channel: 'web', from: 10, last: 12, friction: 0, valence: null, points: [] },
  ...given,
});
const story = (visits: readonly StoryVisit[], given: Partial<Story> = {}): Story => ({
  ...{ customer: 'c', caseId: 'k', segment: 's', channel: 'web', opened: 0, arrivedAt: null, decidedAt: 10_000, excluded: false },
  ...given,
  visits,
});

describe('the difference between those with an experience and the others', () => {
  it('is the plain difference where there is one segment', () => {
    const difference = stratifiedDifference([{ group: sampleOf(outcomes(20, 80)), others: sampleOf(outcomes(150, 150)) }]);
    expect(difference?.effect).toBeCloseTo(-0.3, 10);
    // 1.96 * sqrt(.2*.8/100 + .5*.5/300) = .0967; the imagined value widens it by less than a hundredth
    expect(difference?.low).toBeGreaterThan(-0.3 - 0.105);
    expect(difference?.low).toBeLessThan(-0.3 - 0.0966);
  });

  it('does not take a segment that fares worse anyway for an effect of the touchpoint', () => {
    // Nobody fares differently within a segment; the poor segment has most of the bad experiences.
    const strata = [
      { group: sampleOf(outcomes(8, 72)), others: sampleOf(outcomes(2, 18)) },
      { group: sampleOf(outcomes(18, 2)), others: sampleOf(outcomes(72, 8)) },
    ];
    const crude = sampleOf(outcomes(26, 74)).mean - sampleOf(outcomes(74, 26)).mean;
    expect(crude).toBeCloseTo(-0.48, 10);
    expect(stratifiedDifference(strata)?.effect).toBeCloseTo(0, 10);
  });

  it('is never certain of a handful, however equal its outcomes are', () => {
    const difference = stratifiedDifference([{ group: sampleOf(outcomes(0, 3)), others: sampleOf(outcomes(3, 0)) }]);
    expect(difference?.effect).toBe(-1);
    expect((difference?.high ?? 0) - (difference?.low ?? 0)).toBeGreaterThan(0.9);
  });

  it('is unknown where no segment has both', () => {
    expect(stratifiedDifference([{ group: sampleOf([1]), others: new Sample() }])).toBeNull();
    expect(stratifiedDifference([])).toBeNull();
  });

  it('changes its sign with its sides, and its interval holds it', () => {
    const values = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.array(fc.tuple(values, values), { minLength: 1, maxLength: 4 }), (strata) => {
        const there = stratifiedDifference(strata.map(([a, b]) => ({ group: sampleOf(a), others: sampleOf(b) })));
        const back = stratifiedDifference(strata.map(([a, b]) => ({ group: sampleOf(b), others: sampleOf(a) })));
        expect(there?.effect).toBeCloseTo(-(back?.effect ?? NaN), 8);
        expect(there?.low).toBeLessThan(there?.effect ?? NaN);
        expect(there?.high).toBeGreaterThan(there?.effect ?? NaN);
      }),
    );
  });
});

describe('how a case experienced a touchpoint', () => {
  it('is bad where one visit was hard or felt badly, else good where one felt well, else plain', () => {
    const at = (...visits: readonly Partial<StoryVisit>[]) => experienceAt(story(visits.map(visit)), 1)?.experience;
    expect(at({ friction: 40 })).toBe('bad');
    expect(at({ valence: -0.4 }, { valence: 1, from: 20 })).toBe('bad');
    expect(at({ valence: 0.9, friction: 60 })).toBe('bad');
    expect(at({}, { valence: 0.4, from: 20 })).toBe('good');
    expect(at({ friction: 39.9, valence: 0.39 })).toBe('plain');
    expect(at({ touchpoint: 2 })).toBeUndefined();
  });
  it('does not count what came after the goal was reached', () => {
    expect(experienceAt(story([visit({ from: 50, friction: 90 })], { arrivedAt: 40 }), 1)).toBeUndefined();
    expect(experienceAt(story([visit({ from: 40, friction: 90 })], { arrivedAt: 40 }), 1)?.experience).toBe('bad');
  });
});

describe('the moment of a case that is remembered', () => {
  it('is the most intense one that was clearly bad (or good), the earliest of equals', () => {
    const told = story([
      visit({ from: 1, valence: -0.5 }),
      visit({ from: 2, valence: -0.9 }),
      visit({ from: 3, valence: -0.9 }),
      visit({ from: 4, valence: 0.6 }),
    ]);
    expect(peakOf(told, 'worst')?.from).toBe(2);
    expect(peakOf(told, 'best')?.from).toBe(4);
    expect(peakOf(story([visit({ valence: -0.3 }), visit({ valence: 0.3 })]), 'worst')).toBeUndefined();
  });
});
