import { describe, expect, it } from 'vitest';
import { dayField, dayOfField, isOver } from '#lib/components/review-day.ts';

const FIFTH = Date.UTC(2026, 11, 5);

describe('the day on which somebody looks again', () => {
  it('is the one that was written, wherever it is read', () => {
    expect(dayOfField('2026-12-05')).toBe(FIFTH);
    expect(dayField(FIFTH)).toBe('2026-12-05');
    expect(dayOfField('')).toBeUndefined();
  });

  it.each(['Europe/Berlin', 'America/New_York', 'Pacific/Auckland'])('is overdue only once it is over in %s', (zone) => {
    const midnight = { 'Europe/Berlin': '+01:00', 'America/New_York': '-05:00', 'Pacific/Auckland': '+13:00' }[zone];
    const at = (text: string): number => Date.parse(`${text}${midnight}`);
    expect(isOver(FIFTH, at('2026-12-05T00:00:00'), zone)).toBe(false);
    expect(isOver(FIFTH, at('2026-12-05T23:59:59'), zone)).toBe(false);
    expect(isOver(FIFTH, at('2026-12-06T00:00:00'), zone)).toBe(true);
  });

  it('may be given by a program as any instant of that day', () => {
    expect(isOver(FIFTH + 3_600_000, Date.UTC(2026, 11, 5, 20), 'UTC')).toBe(false);
    expect(isOver(FIFTH + 3_600_000, Date.UTC(2026, 11, 6), 'UTC')).toBe(true);
  });
});
