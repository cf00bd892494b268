import type { Calendar } from '../kernel/calendar.ts';
import { DAY_MINUTES, MINUTE } from '../kernel/time.ts';
import { median, weeksBefore } from './baseline.ts';

/** A window of time, in minutes since 1970, and what is known of the time before it. */
export interface OpenWindow {
  /** its last minute */
  readonly at: number;
  /** its length */
  readonly minutes: number;
  /** minute of the journey's first case; null: there was none yet */
  readonly since: number | null;
  /** by whose clock the same time in earlier weeks is found */
  readonly zone: string;
  /** earlier weeks that it is held against */
  readonly weeks: number;
}

/** How far a place is open in a window. */
export interface Open {
  /** days' worth of the volume that is planned per day: for the time before the first case, none */
  readonly days: number;
  /** part of the usual working time, that of the same window in earlier weeks, at most 1; 0: closed all the while */
  readonly share: number;
}

/** How far a place is open in a window, by the calendar it is served on; null: around the clock. */
export type OpenOf = (hours: Calendar | null) => Open;

/** Days' worth of a volume between two minutes. On a calendar, that of a week of seven days falls into the working time of an ordinary week, evenly. */
export function plannedDays(hours: Calendar | null, from: number, to: number): number {
  if (!(from < to)) return 0;
  if (hours === null) return (to - from) / DAY_MINUTES;
  return hours.weekMs === 0 ? 0 : (7 * hours.workingBetween(from * MINUTE, to * MINUTE)) / hours.weekMs;
}

function shareOf(hours: Calendar, { at, minutes, zone, weeks }: OpenWindow): number {
  const working = (end: number): number => hours.workingBetween((end - minutes) * MINUTE, end * MINUTE);
  const now = working(at);
  const usual = weeks === 0 ? 0 : median(weeksBefore(at, zone, weeks).map(working));
  return now === 0 || usual === 0 ? Math.sign(now) : Math.min(1, now / usual);
}

/** Tells how far places are open in a window: each calendar is read once. */
export function openIn(window: OpenWindow): OpenOf {
  const { at, minutes, since } = window;
  const from = since === null ? at : Math.max(at - minutes, since);
  const around: Open = { days: plannedDays(null, from, at), share: 1 };
  const known = new Map<Calendar, Open>();
  return (hours) => {
    if (hours === null) return around;
    let open = known.get(hours);
    if (open === undefined) known.set(hours, (open = { days: plannedDays(hours, from, at), share: shareOf(hours, window) }));
    return open;
  };
}
