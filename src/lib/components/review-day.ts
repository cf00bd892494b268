import { DAY } from '#lib/contract/time.ts';
import { writtenZone } from './zone.ts';

/** In which a day of the calendar is kept: as its midnight there, wherever the reader is. */
export const DAYS_KEPT_IN = 'UTC';

/** A day as a date field has it, `2026-12-05`. */
export function dayField(day: number): string {
  return new Date(day).toISOString().slice(0, 10);
}

/** The day that a date field says; undefined: it says none. */
export function dayOfField(text: string): number | undefined {
  const day = Date.parse(text);
  return Number.isNaN(day) ? undefined : day;
}

/** The day of the calendar that it is at an instant where the reader is. */
function today(now: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric' }).formatToParts(now);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(part('year'), part('month') - 1, part('day'));
}

/** Whether a day of the calendar is over where the reader is: on the day itself there is still time. */
export function isOver(day: number, now: number, zone = writtenZone()): boolean {
  return today(now, zone) >= day - (day % DAY) + DAY;
}
