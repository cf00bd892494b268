import { describe, expect, it } from 'vitest';
import { similarCases } from '#server/domain/moment/similar.ts';
import type { Story, StoryVisit } from '#server/domain/moment/story.ts';

const DELIVERY = 2;
const [TRACKING, CALL, CHAT, SHOP, DONE] = [10, 11, 12, 13, 14];

function visit(touchpoint: number, from: number, bad = false, stage = DELIVERY): StoryVisit {
  const friction = bad ? 60 : 5;
  return { touchpoint, stage, channel: 'web', from, last: from, friction, valence: null, points: [[from, friction * 1000, null]] };
}

let cases = 0;
function story(visits: readonly StoryVisit[], arrivedAt: number | null, excluded = false): Story {
  return {
    customer: 'c',
    caseId: `case-${cases++}`,
    segment: 'basic',
    channel: 'web',
    opened: 0,
    arrivedAt,
    decidedAt: arrivedAt ?? 10_000,
    excluded,
    visits,
  };
}
const many = (n: number, make: () => Story): Story[] => Array.from({ length: n }, make);
const own = { stage: DELIVERY, touchpoint: TRACKING, experience: 'bad', age: 0 } as const;

describe('similar cases', () => {
  it('given cases that stood at the same touchpoint and found it as bad, then tell how many arrived and where those went next', () => {
    const found = similarCases(own, [
      ...many(30, () => story([visit(TRACKING, 1, true), visit(CALL, 2), visit(DONE, 8)], 9)),
      ...many(6, () => story([visit(TRACKING, 1, true), visit(CHAT, 2)], 9)),
      ...many(20, () => story([visit(TRACKING, 1, true), visit(CHAT, 2)], null)),
      ...many(4, () => story([visit(TRACKING, 1, true)], null)),
    ]);
    expect(found).toEqual({
      ...{ by: 'touchpoint', all: 60, arrived: 36 },
      next: [
        { touchpoint: CALL, arrived: 30, all: 30 },
        { touchpoint: CHAT, arrived: 6, all: 26 },
      ],
    });
  });

  it('given a step that fewer than five took on the way to the goal, then it is not told', () => {
    const found = similarCases(own, [
      ...many(30, () => story([visit(TRACKING, 1, true), visit(CALL, 2)], 9)),
      ...many(4, () => story([visit(TRACKING, 1, true), visit(SHOP, 2)], 9)),
    ]);
    expect(found?.next.map(({ touchpoint }) => touchpoint)).toEqual([CALL]);
  });

  it('given too few at the same touchpoint, then any touchpoint of the stage will do; given too few there, nothing is said', () => {
    const alike = many(29, () => story([visit(TRACKING, 1, true), visit(CALL, 2)], 9));
    expect(similarCases(own, alike)).toBeNull();
    expect(similarCases(own, [...alike, story([visit(SHOP, 1, true), visit(CALL, 2)], 9)])).toMatchObject({ by: 'stage', arrived: 30 });
  });

  it('given a case that was better, elsewhere, excluded, or there only after it had arrived, then it is not like this one', () => {
    const alike = many(30, () => story([visit(TRACKING, 1, true)], 9));
    const others = [
      story([visit(TRACKING, 1)], 9),
      story([visit(TRACKING, 1, true, DELIVERY + 1)], 9),
      story([visit(TRACKING, 1, true)], 9, true),
      story([visit(TRACKING, 10, true)], 9),
    ];
    expect(similarCases(own, [...alike, ...others])).toMatchObject({ all: 30, arrived: 30, next: [] });
  });

  it('given cases that went on sooner than this one has stood still, or turned bad only later, then they are not like this one', () => {
    const waited = many(30, () => story([visit(TRACKING, 1, true), visit(CALL, 60)], 90));
    const sooner = many(9, () => story([visit(TRACKING, 1, true), visit(CHAT, 20)], 90));
    const later: StoryVisit = {
      ...visit(TRACKING, 1),
      friction: 60,
      points: [
        [1, 5000, null],
        [50, 60_000, null],
      ],
    };
    const turned = many(9, () => story([later], null));
    expect(similarCases({ ...own, age: 30 }, [...waited, ...sooner, ...turned])).toMatchObject({ all: 30, arrived: 30 });
  });
});
