import { describe, expect, it } from 'vitest';
import { diffView } from '#server/live/patch.ts';
import { steadied } from '#server/live/steady.ts';

const square = {
  n: 20,
  friction: 4.31,
  parts: [{ component: 'error', points: 3.125 }],
  emotion: { known: 0, valence: null },
  expected: null,
};
const view = (cells: Readonly<Record<string, object>>) => ({ position: { at: 1 }, cells });

describe('what is sent of the heatmap', () => {
  it('is the squares that look different: not one whose average moved in a decimal that nobody sees', () => {
    const sent = view({ a: square, b: square });
    const next = view({ a: { ...square, friction: 4.3102, parts: [{ component: 'error', points: 3.1249 }] }, b: { ...square, n: 21 } });
    expect(diffView(sent, steadied(sent, next))?.merge).toEqual({ cells: { b: { ...square, n: 21 } } });
  });
  it('never lets small changes add up unsent', () => {
    let held = view({ a: square });
    let friction = square.friction;
    for (let i = 0; i < 200; i++) {
      friction += 0.0007;
      held = steadied(held, view({ a: { ...square, friction } }));
      expect(Math.abs((held.cells['a'] as typeof square).friction - friction)).toBeLessThanOrEqual(0.005);
    }
  });
  it('takes counts, words and what comes or goes as they are, and shares by the tenth of a per cent', () => {
    const sent = view({ a: square });
    for (const change of [
      { n: 21 },
      { expected: 0.001 },
      { emotion: { known: 1, valence: 0.001 } },
      { parts: [] },
      { parts: [{ component: 'wait', points: 3.125 }] },
      { promises: { kept: 1, broken: 0 } },
    ])
      expect(diffView(sent, steadied(sent, view({ a: { ...square, ...change } }))), JSON.stringify(change)).not.toBeNull();
    const shared = view({ a: { share: 0.25 } });
    expect(diffView(shared, steadied(shared, view({ a: { share: 0.251 } })))).not.toBeNull();
    expect(diffView(shared, steadied(shared, view({ a: { share: 0.2504 } })))).toBeNull();
  });
});
