import { DAY, HOUR, MINUTE } from '#lib/contract/time.ts';
import type { Chance } from './random.ts';

/** Whose working day an event follows. */
export type Rhythm = 'digital' | 'desk' | 'carrier' | 'shop';

/** Likelihood of each hour of the day, 0..9, and of each weekday from Sunday on. Nights are quieter, never still: many work late, and the desks and vans take turns. */
const HOURS: Readonly<Record<Rhythm, string>> = {
  digital: '643334567888877778999987',
  desk: '422223467899988899887765',
  carrier: '100001235678999998753211',
  shop: '000000113577876679985310',
};
const WEEKDAYS: Readonly<Record<Rhythm, string>> = { digital: '8988889', desk: '2987774', carrier: '0999995', shop: '2566779' };

function lastSunday(year: number, month: number): number {
  const end = Date.UTC(year, month + 1, 0, 1);
  return end - new Date(end).getUTCDay() * DAY;
}

/** Offset of Berlin's clocks from UTC, ms: summer time from the last Sunday of March to that of October, 01:00 UTC. */
function berlinOffset(at: number): number {
  const year = new Date(at).getUTCFullYear();
  return at >= lastSunday(year, 2) && at < lastSunday(year, 9) ? 2 * HOUR : HOUR;
}

/** How usual an instant is for a rhythm, 0..1, by Berlin's clock and week. */
function usual(at: number, rhythm: Rhythm, offset: number = berlinOffset(at)): number {
  const local = at + offset;
  const hour = Math.floor(local / HOUR) % 24;
  const weekday = (Math.floor(local / DAY) + 4) % 7;
  return (Number(HOURS[rhythm][hour]) * Number(WEEKDAYS[rhythm][weekday])) / 81;
}

/** The first instant at or after `at` that suits a rhythm: most people sleep at night, shops close, carriers rest on Sunday. */
export function suited(at: number, rhythm: Rhythm, chance: Chance): number {
  let found = at;
  const offset = berlinOffset(at);
  for (let tries = 0; tries < 200 && !chance.happens(usual(found, rhythm, offset)); tries++) found += chance.between(15, 75) * MINUTE;
  return Math.round(found);
}

/** A local clock time on the day that holds an instant. */
export function localTime(at: number, hour: number): number {
  const offset = berlinOffset(at);
  return Math.floor((at + offset) / DAY) * DAY - offset + hour * HOUR;
}

/** "Thursday": the local weekday of an instant. */
export function weekdayName(at: number): string {
  const names = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
  return names[(Math.floor((at + berlinOffset(at)) / DAY) + 4) % 7] ?? '';
}
