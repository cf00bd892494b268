import { describe, expect, test } from 'vitest';
import { feedHealth } from '#server/domain/feed/health.ts';
import type { FeedCounts } from '#server/domain/feed/health.ts';

const NOW = Date.UTC(2026, 9, 15, 12);
const MINUTE = 60_000;
const minutesWith = (...at: readonly number[]): number[] => Array.from({ length: 60 }, (_, i) => (at.includes(i) ? 1 : 0));
const at = (still: number, more: Partial<FeedCounts> = {}) =>
  feedHealth({ minutes: minutesWith(), lastWeek: undefined, hours: [], lastReceived: NOW - still, ...more }, NOW);

describe('a source', () => {
  test('is judged by its own habit: the same hour of last week before the mean of the day before this hour', () => {
    expect(at(0, { lastWeek: 60, hours: [600, 600] }).expectedEveryMs).toBe(MINUTE);
    expect(at(0, { hours: [600, 0] }).expectedEveryMs).toBe(12_000);
    expect(at(0, { minutes: minutesWith(10, 20, 30, 40) }).expectedEveryMs).toBe(15 * MINUTE);
  });

  test('is quiet past its usual pause and silent past twice that', () => {
    const habit = { lastWeek: 12 };
    expect([at(4 * MINUTE, habit), at(6 * MINUTE, habit), at(11 * MINUTE, habit)].map(({ state }) => state)).toEqual([
      'live',
      'quiet',
      'silent',
    ]);
  });

  test('that sends in heaps is not silent between two of them', () => {
    const heaps = { lastWeek: 6000, minutes: minutesWith(0, 20, 40) };
    expect([at(19 * MINUTE, heaps), at(41 * MINUTE, heaps)].map(({ state }) => state)).toEqual(['live', 'silent']);
  });

  test('of which too little is known is neither live nor silent', () => {
    expect(at(59 * MINUTE, { minutes: minutesWith(0) }).state).toBe('unknown');
    expect(at(0, { lastReceived: null, lastWeek: 100 }).state).toBe('unknown');
  });
});
