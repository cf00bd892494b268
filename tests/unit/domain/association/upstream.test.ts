import { describe, expect, it } from 'vitest';
import type { Passage, PassageVisit } from '#server/domain/association/passage.ts';
import { arrivalAt, upstreamOf } from '#server/domain/association/upstream.ts';

const visit = (stage: number, begun: number, friction: number, valence: number | null = null): PassageVisit => ({
  ...{ touchpoint: 0, stage, channel: 'web', owner: 'o', begun, from: begun, last: begun, friction, valence, points: [] },
});
const passage = (touches: readonly (readonly [number, number])[], visits: readonly PassageVisit[]): Passage => ({
  ...{ customer: 'c', caseId: 'k', segment: 's', channel: 'web', opened: 0, visits },
  touches: touches.map(([at, touchpoint]) => ({ at, touchpoint })),
});

describe('where the bad visits of a stage come from', () => {
  it('counts what was passed before the stage was first entered, and nothing that came after', () => {
    const one = passage(
      [
        [1, 0],
        [5, 1],
        [6, 2],
      ],
      [visit(0, 1, 0), visit(1, 5, 0), visit(1, 9, 40)],
    );
    expect([...(arrivalAt(one, 1)?.passed ?? [])]).toEqual([0]);
    expect(arrivalAt(one, 1)).toMatchObject({ bad: true, visit: { begun: 9 } });
    expect(arrivalAt(one, 2)).toBeUndefined();
  });

  it('a visit was bad from friction 40 on, or felt at -0.4 or worse', () => {
    const bad = (of: PassageVisit): boolean | undefined => arrivalAt(passage([], [of]), 1)?.bad;
    expect([bad(visit(1, 1, 39.9)), bad(visit(1, 1, 40)), bad(visit(1, 1, 0, -0.4)), bad(visit(1, 1, 0, -0.39))]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('adds up over cases', () => {
    const cases = [
      passage([[1, 0]], [visit(1, 2, 50)]),
      passage([[1, 0]], [visit(1, 2, 0)]),
      passage([[3, 0]], [visit(1, 2, 50)]),
      passage([[1, 0]], [visit(0, 1, 50)]),
    ];
    expect(upstreamOf(cases, 2, 1)).toEqual([{ passed: 0, both: 1, first: 2, second: 2, all: 3 }]);
  });
});
