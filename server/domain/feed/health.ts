import type { FeedState } from '#lib/contract/index.ts';
import type { StandardTime } from '../blueprint/standard.ts';
import { isOver } from '../blueprint/standard.ts';
import { HOUR, MINUTE } from '../kernel/time.ts';

/** Past this many times its usual pause a source is silent. */
const SILENT_AFTER = 2;
/** Nobody is called silent within the minute in which health is counted. */
const LEAST_PAUSE_MS = MINUTE;
/** Events within the hour below which nobody can tell how often a new source speaks. */
const LEAST_HEARD = 3;

/** What was counted of a source. */
export interface FeedCounts {
  /** accepted per minute of the last hour, oldest first, without what had happened long before: an imported past tells nothing of now */
  readonly minutes: readonly number[];
  /** happened in the same hour of last week; undefined: nothing is known of then */
  readonly lastWeek: number | undefined;
  /** happened in the last whole hours that were counted, newest first */
  readonly hours: readonly number[];
  /** when its newest event happened, ms; null: never */
  readonly lastAt: number | null;
  /** when it last spoke, ms; null: never. See `heardAt` */
  readonly lastHeard: number | null;
  /** how long a journey lets it be still; undefined: none names it */
  readonly silentAfter?: StandardTime | undefined;
}

/** When a source spoke: when the event arrived, or when it happened where that is long before, as in an imported past. ms */
export function heardAt({ at, received }: { readonly at: number; readonly received: number }): number {
  return isTimely({ at, received }) ? received : at;
}

/** Whether an event arrived soon enough after it happened to tell that its source speaks now. */
export function isTimely({ at, received }: { readonly at: number; readonly received: number }): boolean {
  return received - at <= HOUR;
}

/** What a source's stillness means. */
export interface FeedHealth {
  readonly state: FeedState;
  /** ms between events, as usual at this hour; null: it never said enough */
  readonly expectedEveryMs: number | null;
}

/** Events an hour that are usual now: last week at this hour where that is known, else the mean of the hours counted. */
function usualPerHour({ lastWeek, hours, minutes }: FeedCounts): number {
  if (lastWeek !== undefined && lastWeek > 0) return lastWeek;
  const counted = hours.filter((count) => count > 0);
  if (counted.length > 0) return counted.reduce((sum, count) => sum + count, 0) / hours.length;
  const heard = minutes.reduce((sum, count) => sum + count, 0);
  return heard < LEAST_HEARD ? 0 : heard;
}

/** The longest pause between events within the last hour, ms: a source that sends in heaps is not silent between two of them. */
function longestPause(minutes: readonly number[]): number {
  let longest = 0;
  let since: number | undefined;
  minutes.forEach((count, minute) => {
    if (count === 0) return;
    if (since !== undefined) longest = Math.max(longest, minute - since);
    since = minute;
  });
  return longest * MINUTE;
}

/**
 * Tells a source that speaks from one that is quiet or silent: by what its journey lets it be still, as the heatmap does, else by its own habit. Pure.
 */
export function feedHealth(counts: FeedCounts, now: number): FeedHealth {
  const perHour = usualPerHour(counts);
  const expectedEveryMs = perHour <= 0 ? null : Math.max(HOUR / perHour, longestPause(counts.minutes));
  const { lastAt, lastHeard, silentAfter } = counts;
  if (silentAfter !== undefined && lastAt !== null) {
    const half = { ...silentAfter, ms: silentAfter.ms / SILENT_AFTER };
    const isQuiet = now - lastAt > (expectedEveryMs ?? 0) && isOver(half, lastAt, now);
    return { state: isOver(silentAfter, lastAt, now) ? 'silent' : isQuiet ? 'quiet' : 'live', expectedEveryMs };
  }
  if (expectedEveryMs === null || lastHeard === null) return { state: 'unknown', expectedEveryMs: null };
  const still = now - lastHeard;
  const usual = Math.max(expectedEveryMs, LEAST_PAUSE_MS);
  const state = still > SILENT_AFTER * usual ? 'silent' : still > usual ? 'quiet' : 'live';
  return { state, expectedEveryMs };
}
