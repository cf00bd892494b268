/** Milliseconds of a minute, an hour, a day. */
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** Index of the minute that holds an instant: the grain of everything that is counted. */
export function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE);
}

/** Minute index at which the hour of an instant begins. */
export function hourAnchor(ms: number): number {
  return Math.floor(ms / HOUR) * 60;
}

/** The next midnight (UTC) at or after an instant: coarse ends that move at most once a day. */
export function dayCeiling(ms: number): number {
  return Math.ceil(ms / DAY) * DAY;
}
