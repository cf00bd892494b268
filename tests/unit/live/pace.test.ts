import { describe, expect, it } from 'vitest';
import { pauseOf, restOf } from '#server/live/pace.ts';

describe('how often a view is computed', () => {
  it.each([
    ['at its tick, where that leaves two thirds of the time to others', { tickMs: 200, costMs: 5, lagMs: 0 }, 200],
    ['less often where all views together cost more', { tickMs: 200, costMs: 100, lagMs: 0 }, 300],
    ['as often while events wait no longer than a second and a half', { tickMs: 200, costMs: 50, lagMs: 1500 }, 200],
    ['at its tick while the numbers are behind, where that costs next to nothing', { tickMs: 200, costMs: 5, lagMs: 6000 }, 200],
    ['less often while the numbers are behind', { tickMs: 200, costMs: 30, lagMs: 6000 }, 600],
    ['once a second while the numbers are behind, however much it costs', { tickMs: 200, costMs: 100, lagMs: 6000 }, 1000],
    ['never more often than where the numbers are not behind', { tickMs: 5000, costMs: 500, lagMs: 6000 }, 5000],
    ['never for more than a third of the time', { tickMs: 200, costMs: 500, lagMs: 6000 }, 1500],
  ] as const)('is %s', (_, given, pause) => {
    expect(pauseOf(given)).toBe(pause);
  });
});

describe('how long what is read in the background rests', () => {
  it.each([
    ['as long as it worked', { workedMs: 6.2, lagMs: 1500 }, 7],
    ['nine times as long while the numbers are behind', { workedMs: 6, lagMs: 5001 }, 54],
  ] as const)('is %s', (_, given, rest) => {
    expect(restOf(given)).toBe(rest);
  });
});
