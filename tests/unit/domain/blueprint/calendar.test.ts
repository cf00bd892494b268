import { describe, expect, it } from 'vitest';
import { calendarSchema, weekOf } from '#lib/contract/index.ts';
import { Calendar } from '#server/domain/kernel/calendar.ts';
import { HOUR, MINUTE } from '#server/domain/kernel/time.ts';

function calendar(hours: Record<string, string>, holidays: string[] = [], zone = 'Europe/Berlin'): Calendar {
  const file = calendarSchema.parse({ hours, holidays });
  return new Calendar({ zone, week: weekOf(file), holidays: file.holidays });
}
const at = (text: string): number => Date.parse(text);
const office = calendar({ 'mon-fri': '09:00-12:00, 13:00-17:00' }, ['2026-12-25']);

describe('working time on an owner’s calendar', () => {
  it('knows when somebody works: in the hours, not at lunch, not at night, at week-ends or on holidays', () => {
    expect(office.isWorking(at('2026-11-25T10:00+01:00'))).toBe(true);
    expect(office.isWorking(at('2026-11-25T12:30+01:00'))).toBe(false);
    expect(office.isWorking(at('2026-11-25T17:00+01:00'))).toBe(false);
    expect(office.isWorking(at('2026-11-28T10:00+01:00'))).toBe(false);
    expect(office.isWorking(at('2026-12-25T10:00+01:00'))).toBe(false);
  });

  it('adds working time over lunch, nights, week-ends and holidays', () => {
    expect(office.addWorking(at('2026-11-27T16:00+01:00'), 2 * HOUR)).toBe(at('2026-11-30T10:00+01:00'));
    expect(office.addWorking(at('2026-11-25T11:30+01:00'), HOUR)).toBe(at('2026-11-25T13:30+01:00'));
    expect(office.addWorking(at('2026-12-24T16:30+01:00'), HOUR)).toBe(at('2026-12-28T09:30+01:00'));
    expect(office.addWorking(at('2026-11-28T03:00+01:00'), MINUTE)).toBe(at('2026-11-30T09:01+01:00'));
  });

  it('measures what it adds', () => {
    for (const ms of [MINUTE, 3 * HOUR, 7 * HOUR, 40 * HOUR]) {
      const from = at('2026-11-20T11:17+01:00');
      expect(office.workingBetween(from, office.addWorking(from, ms))).toBe(ms);
    }
    expect(office.workingBetween(at('2026-11-28T00:00+01:00'), at('2026-11-30T00:00+01:00'))).toBe(0);
  });

  it('is an hour short where the clock goes forward in working time, and an hour long where it goes back', () => {
    const night = calendar({ sun: '00:00-06:00' });
    expect(night.workingBetween(at('2026-03-29T00:00+01:00'), at('2026-03-29T12:00+02:00'))).toBe(5 * HOUR);
    expect(night.workingBetween(at('2026-10-25T00:00+02:00'), at('2026-10-25T12:00+01:00'))).toBe(7 * HOUR);
    expect(night.addWorking(at('2026-03-29T00:30+01:00'), 2 * HOUR)).toBe(at('2026-03-29T03:30+02:00'));
  });

  it('keeps nine o’clock at nine o’clock on both sides of a change of the clock', () => {
    expect(office.addWorking(at('2026-03-27T17:30+01:00'), HOUR)).toBe(at('2026-03-30T10:00+02:00'));
    expect(office.addWorking(at('2026-10-23T17:30+02:00'), HOUR)).toBe(at('2026-10-26T10:00+01:00'));
  });

  it('counts whole working days, from Saturday as from Friday', () => {
    const six = 18 * 60;
    expect(office.workingDayAfter(at('2026-11-25T10:00+01:00'), 2, six)).toBe(at('2026-11-27T18:00+01:00'));
    expect(office.workingDayAfter(at('2026-11-27T10:00+01:00'), 1, six)).toBe(at('2026-11-30T18:00+01:00'));
    expect(office.workingDayAfter(at('2026-11-28T10:00+01:00'), 1, six)).toBe(at('2026-11-30T18:00+01:00'));
    expect(office.workingDayAfter(at('2026-11-28T10:00+01:00'), 0, six)).toBe(at('2026-11-30T18:00+01:00'));
    expect(office.workingDayAfter(at('2026-11-27T10:00+01:00'), 0, 1440)).toBe(at('2026-11-28T00:00+01:00'));
  });

  it('takes the same working day only while its time is still to come, else the next one', () => {
    const noon = 12 * 60;
    expect(office.workingDayAfter(at('2026-11-25T11:59+01:00'), 0, noon)).toBe(at('2026-11-25T12:00+01:00'));
    expect(office.workingDayAfter(at('2026-11-25T12:00+01:00'), 0, noon)).toBe(at('2026-11-26T12:00+01:00'));
    expect(office.workingDayAfter(at('2026-11-27T15:00+01:00'), 0, noon)).toBe(at('2026-11-30T12:00+01:00'));
    expect(office.workingDayAfter(at('2026-11-25T15:00+01:00'), 1, noon)).toBe(at('2026-11-26T12:00+01:00'));
  });

  it('never comes to an end where nobody ever works', () => {
    expect(calendar({}).addWorking(at('2026-11-25T10:00+01:00'), HOUR)).toBe(Infinity);
    expect(calendar({}).workingDayAfter(at('2026-11-25T10:00+01:00'), 1, 600)).toBe(Infinity);
  });

  it('reads ranges of days over the week-end, and joins hours that overlap', () => {
    const file = calendarSchema.parse({ hours: { 'sat-mon': '08:00-12:00', sun: '10:00-14:00' } });
    expect(weekOf(file).map((day) => day.map((span) => [span.from / 60, span.to / 60]))).toEqual([
      [[8, 12]],
      [],
      [],
      [],
      [],
      [[8, 12]],
      [[8, 14]],
    ]);
  });
});
