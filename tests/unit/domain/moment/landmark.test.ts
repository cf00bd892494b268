import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MomentsView } from '#lib/contract/index.ts';
import { judgedAt, landmarksOf } from '#server/domain/moment/landmark.ts';
import { endOf } from '#server/domain/moment/story.ts';
import type { Story, StoryVisit } from '#server/domain/moment/story.ts';
import { momentsView } from '#server/domain/view/moments.ts';
import { blueprintsFrom, TEST_JOURNEY } from '../../../support/world.ts';

const HOUR = 60;
const DAY = 24 * HOUR;
const [blueprint] = [...blueprintsFrom(TEST_JOURNEY).all];
if (blueprint === undefined) throw new Error('there is no journey');
const indexOf = (id: string): number => blueprint.touchpoints.findIndex((at) => at.id === id);
const [LOOK, ORDER, CALL] = [indexOf('web.look'), indexOf('order'), indexOf('call')];

type Point = StoryVisit['points'][number];
/** A visit that stood so from these minutes on: [minute, friction, valence]. */
function visit(touchpoint: number, ...points: readonly (readonly [number, number, number?])[]): StoryVisit {
  const kept = points.map(([minute, friction, valence]): Point => [minute, friction * 1000, valence === undefined ? null : valence * 1000]);
  const last = kept.at(-1) ?? [0, 0, null];
  return {
    ...{ touchpoint, stage: 0, channel: 'web', from: kept[0]?.[0] ?? 0, last: last[0], points: kept },
    ...{ friction: last[1] / 1000, valence: last[2] === null ? null : last[2] / 1000 },
  };
}
let cases = 0;
const story = (visits: readonly StoryVisit[], arrivedAt: number | null, given: Partial<Story> = {}): Story => ({
  ...{
    customer: 'c',
    caseId: `case-${cases++}`,
    segment: 's',
    channel: 'web',
    opened: 0,
    arrivedAt,
    decidedAt: arrivedAt ?? 2 * DAY,
    excluded: false,
  },
  ...given,
  visits,
});
const many = (n: number, make: (i: number) => Story): Story[] => Array.from({ length: n }, (_, i) => make(i));

function painsOf(stories: readonly Story[]): MomentsView['pains'] {
  if (blueprint === undefined) return [];
  const over = { from: 0, until: 1, stories };
  return momentsView({
    ...{ blueprint, outcome: 'arrived', position: { at: 0, live: true }, cohort: over, recent: over },
    ...{ now: new Map(), before: new Map(), outcomes: new Map(), limited: false },
  }).pains;
}

describe('an experience, and the end that it goes with', () => {
  it('is not what the clock concludes because a case never moved on', () => {
    // Nobody met anything bad. Of those who do not arrive, the clock finds after the standard time of six hours that nothing followed.
    const stories = [
      ...many(60, () => story([visit(LOOK, [0, 5]), visit(ORDER, [20 * HOUR, 0])], 24 * HOUR)),
      ...many(60, () => story([visit(LOOK, [0, 5], [6 * HOUR + 1, 70])], null)),
    ];
    expect(painsOf(stories).filter(({ verdict }) => verdict !== 'few')).toEqual([]);
  });

  it('is what was felt while the end was open, also where the clock found it: a broken promise goes with a worse end', () => {
    const stories = many(200, (i) => {
      const broken = i % 2 === 0;
      const arrives = broken ? i % 4 === 0 && i % 8 !== 0 : i % 8 !== 1;
      const points: [number, number][] = broken
        ? [
            [0, 5],
            [3 * HOUR, 60],
          ]
        : [[0, 5]];
      return story([visit(LOOK, ...points)], arrives ? DAY : null);
    });
    const [first] = painsOf(stories);
    expect(first).toMatchObject({ touchpoint: 'web.look', verdict: 'clear', n: 100, others: 100 });
    expect(first?.effect).toBeCloseTo(0.25 - 0.75, 10);
  });

  it('says nothing of those whose end had come before all are judged', () => {
    const stories = [...many(80, () => story([visit(LOOK, [0, 50])], 5 * HOUR)), ...many(20, () => story([visit(LOOK, [0, 50])], HOUR))];
    const landmarks = landmarksOf(stories, blueprint, 'arrived');
    expect(landmarks.ages[LOOK]).toBe(5 * HOUR - 1);
    expect(stories.filter((one) => judgedAt(one, LOOK, landmarks) !== undefined).length).toBe(80);
    expect(judgedAt(story([visit(LOOK, [0, 50])], null), LOOK, landmarks)).toMatchObject({ experience: 'bad', outcome: 0 });
    expect(judgedAt(story([visit(LOOK, [0, 50])], null, { excluded: true }), LOOK, landmarks)).toBeUndefined();
    expect(judgedAt(story([visit(ORDER, [0, 50])], null), LOOK, landmarks)).toBeUndefined();
  });

  it('is held against the last feeling that came after it was judged; unknown says nothing', () => {
    const told = story([visit(LOOK, [0, 0, -0.8]), visit(CALL, [HOUR, 0, 0.5]), visit(ORDER, [2 * HOUR, 0])], null);
    const landmarks = landmarksOf([told], blueprint, 'felt');
    expect(landmarks.ages[LOOK]).toBe(HOUR - 1);
    expect(judgedAt(told, LOOK, landmarks)).toMatchObject({ experience: 'bad', outcome: 0.5 });
    expect(judgedAt(story([visit(LOOK, [0, 0, -0.8])], null), LOOK, landmarks)).toBeUndefined();
    expect(endOf(told)).toBe(0.5);
  });

  it('does not change by anything that happens after the landmark', () => {
    const point = fc.tuple(fc.integer({ min: 0, max: 3 * DAY }), fc.integer({ min: 0, max: 100 }));
    const arrival = fc.option(fc.integer({ min: 1, max: 2 * DAY }));
    const drawn = fc.record({ points: fc.array(point, { minLength: 1, maxLength: 6 }), arrivedAt: arrival });
    fc.assert(
      fc.property(fc.array(drawn, { minLength: 4, maxLength: 30 }), fc.array(point, { maxLength: 4 }), (all, later) => {
        const inOrder = (points: readonly (readonly [number, number])[]) => points.toSorted((a, b) => a[0] - b[0]);
        const stories = all.map(({ points, arrivedAt }) => story([visit(LOOK, [0, 0], ...inOrder(points))], arrivedAt));
        const landmarks = landmarksOf(stories, blueprint, 'arrived');
        const landmark = Math.min(landmarks.ages[LOOK] ?? 0, landmarks.caps[0] ?? 0);
        for (const [i, { points, arrivedAt }] of all.entries()) {
          const known = points.filter(([minute]) => minute <= landmark);
          const changed = [...known, ...later.map(([minute, friction]) => [landmark + 1 + minute, friction] as const)];
          const other = story([visit(LOOK, [0, 0], ...inOrder(changed))], arrivedAt);
          expect(judgedAt(other, LOOK, landmarks)?.experience).toBe(judgedAt(stories[i] as Story, LOOK, landmarks)?.experience);
        }
      }),
    );
  });
});
