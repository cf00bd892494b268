import { DAY, HOUR, MINUTE } from '#lib/contract/time.ts';

export { DAY, HOUR, MINUTE };

/** Minutes of an hour, a day: what is counted has the grain of a minute. */
export const HOUR_MINUTES = 60;
export const DAY_MINUTES = 24 * HOUR_MINUTES;

/** Index of the minute that holds an instant: the grain of everything that is counted. */
export function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE);
}

/** Minute index at which the hour of an instant begins. */
export function hourAnchor(ms: number): number {
  return Math.floor(ms / HOUR) * HOUR_MINUTES;
}

/** The next midnight (UTC) at or after an instant: coarse ends that move at most once a day. */
export function dayCeiling(ms: number): number {
  return Math.ceil(ms / DAY) * DAY;
}
