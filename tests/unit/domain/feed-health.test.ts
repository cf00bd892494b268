import { describe, expect, test } from 'vitest';
import { weekOf } from '#lib/contract/index.ts';
import type { StandardTime } from '#server/domain/blueprint/standard.ts';
import { feedHealth, heardAt } from '#server/domain/feed/health.ts';
import type { FeedCounts } from '#server/domain/feed/health.ts';
import { Calendar } from '#server/domain/kernel/calendar.ts';

const NOW = Date.UTC(2026, 9, 15, 12);
const MINUTE = 60_000;
const minutesWith = (...at: readonly number[]): number[] => Array.from({ length: 60 }, (_, i) => (at.includes(i) ? 1 : 0));
const by = (ms: number, calendar: Calendar | null = null): StandardTime => ({ ms, calendar });
const at = (still: number, more: Partial<FeedCounts> = {}) =>
  feedHealth({ minutes: minutesWith(), lastWeek: undefined, hours: [], lastAt: NOW - still, lastHeard: NOW - still, ...more }, NOW);

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
    expect(at(0, { lastHeard: null, lastWeek: 100 }).state).toBe('unknown');
  });

  test('that a journey names is silent when the heatmap says so, and not before', () => {
    const named = { hours: [60, 60], silentAfter: by(4 * 60 * MINUTE) };
    expect([at(30 * MINUTE, named), at(3 * 60 * MINUTE, named), at(5 * 60 * MINUTE, named)].map(({ state }) => state)).toEqual([
      'live',
      'quiet',
      'silent',
    ]);
    expect(at(10 * MINUTE, { silentAfter: by(60 * MINUTE) }).state).toBe('live');
  });

  test('that speaks in working time only is not silent while it is closed', () => {
    // Thursday noon.
    const hours = (span: string): Calendar =>
      new Calendar({ zone: 'UTC', week: weekOf({ hours: { 'mon-fri': span }, holidays: [] }), holidays: [] });
    const since = (still: number, span: string): string => at(still, { silentAfter: by(80 * MINUTE, hours(span)) }).state;
    expect(since(2.4 * 60 * MINUTE, '09:00-10:00')).toBe('live');
    expect(since(2.9 * 60 * MINUTE, '09:00-10:00')).toBe('quiet');
    expect(since(20 * 60 * MINUTE, '09:00-10:00')).toBe('quiet');
    expect(since(28 * 60 * MINUTE, '09:00-10:00')).toBe('silent');
    expect(since(20 * 60 * MINUTE, '08:00-16:00')).toBe('silent');
  });

  test('speaks when its events arrive, but does not when they come long after they happened', () => {
    expect(heardAt({ at: NOW - 30 * MINUTE, received: NOW })).toBe(NOW);
    expect(heardAt({ at: NOW - 120 * MINUTE, received: NOW })).toBe(NOW - 120 * MINUTE);
  });
});
