import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { followings } from '#server/domain/association/following.ts';
import type { Passage } from '#server/domain/association/passage.ts';

const PLACES = 4;
const WINDOW = 10;
const UNTIL = 40;

const passage = (caseId: string, touches: readonly (readonly [at: number, touchpoint: number])[]): Passage => ({
  ...{ customer: 'c', caseId, segment: 's', channel: 'web', opened: 0, visits: [] },
  touches: touches.map(([at, touchpoint]) => ({ at, touchpoint })),
});

/** The same counts, straight from their definition: every occasion against every other event of its case. */
function counted(passages: readonly Passage[], after: number, then: number) {
  const occasions = passages.flatMap(({ touches }) =>
    touches.flatMap((touch, i) => {
      const isFirst = touches.findIndex((other) => other.touchpoint === touch.touchpoint) === i;
      if (!isFirst || touch.at + WINDOW > UNTIL) return [];
      const later = touches.filter((other, j) => j > i && other.touchpoint === then && other.at <= touch.at + WINDOW);
      return [{ at: touch.touchpoint, gap: later[0] === undefined ? null : later[0].at - touch.at }];
    }),
  );
  const others = occasions.filter(({ at }) => at !== then);
  const here = others.filter(({ at }) => at === after);
  const gaps = here.flatMap(({ gap }) => gap ?? []).sort((a, b) => a - b);
  return {
    both: gaps.length,
    first: here.length,
    second: others.filter(({ gap }) => gap !== null).length,
    all: others.length,
    medianGap: gaps.length === 0 ? null : ((gaps[(gaps.length - 1) >> 1] ?? 0) + (gaps[gaps.length >> 1] ?? 0)) / 2,
  };
}

describe('what follows a touchpoint', () => {
  it('is counted as its definition says, for every pair, whatever the cases', () => {
    const touches = fc.array(fc.tuple(fc.nat(45), fc.nat(PLACES - 1)), { maxLength: 12 }).map((all) => all.toSorted((a, b) => a[0] - b[0]));
    fc.assert(
      fc.property(fc.array(touches, { maxLength: 12 }), (cases) => {
        const passages = cases.map((one, i) => passage(String(i), one));
        const found = followings(passages, PLACES, { window: WINDOW, until: UNTIL });
        for (let after = 0; after < PLACES; after++)
          for (let then = 0; then < PLACES; then++) {
            const wanted = counted(passages, after, then);
            const pair = found.find((one) => one.after === after && one.then === then);
            if (after === then || wanted.first === 0 || wanted.second === 0) expect(pair).toBeUndefined();
            else expect(pair).toEqual({ after, then, ...wanted });
          }
      }),
      { numRuns: 300 },
    );
  });

  it('is counted once for each case, from the first time it came to the touchpoint', () => {
    const found = followings(
      [
        passage('1', [
          [0, 0],
          [1, 0],
          [2, 1],
          [3, 1],
        ]),
      ],
      2,
      { window: WINDOW, until: UNTIL },
    );
    expect(found).toEqual([{ after: 0, then: 1, both: 1, first: 1, second: 1, all: 1, medianGap: 2 }]);
  });

  it('is not told of where the window is not over yet: nobody knows what will follow', () => {
    const recent = passage('1', [
      [35, 0],
      [36, 1],
    ]);
    expect(followings([recent], 2, { window: WINDOW, until: UNTIL })).toEqual([]);
  });
});
