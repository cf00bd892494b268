import { DateTime } from 'luxon';
import { MINUTE } from '../kernel/time.ts';

/** Weeks looked back for what is usual at this weekday and hour. */
const BASELINE_WEEKS = 8;
/** Fewer weeks than these are no baseline. */
const FEWEST_WEEKS = 3;
/** Weeks from which on their spread tells anything. */
const SPREAD_WEEKS = 4;
/** Entries into the stage before, usually, from which on they tell how busy it is. */
const DEMAND_FROM = 20;
/** However idle it is, at least this part of the usual number is expected. */
const LEAST_DEMAND = 0.25;

/** What is usual: expected count, and variance over mean. */
export interface Baseline {
  readonly expected: number;
  /** 1 where too few weeks are known: Poisson */
  readonly phi: number;
}

/**
 * The same minute in earlier weeks, newest first: by the local clock of a zone, so that Monday nine o'clock stays Monday nine o'clock when the clock changes.
 * @param minute minutes since 1970
 */
export function weeksBefore(minute: number, zone: string, weeks = BASELINE_WEEKS): readonly number[] {
  const at = DateTime.fromMillis(minute * MINUTE, { zone });
  return Array.from({ length: weeks }, (_, i) => Math.floor(at.minus({ weeks: i + 1 }).toMillis() / MINUTE));
}

/** Median of amounts: of an even number, the middle of the two in the middle. */
export function median(counts: readonly number[]): number {
  const sorted = [...counts].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2;
}

/** What the same time in earlier weeks tells: the median, which one strange week does not move. Null: too few weeks are known. */
export function baselineOf(counts: readonly number[]): Baseline | null {
  if (counts.length < FEWEST_WEEKS) return null;
  const mean = counts.reduce((sum, n) => sum + n, 0) / counts.length;
  const variance = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (counts.length - 1);
  return { expected: median(counts), phi: counts.length < SPREAD_WEEKS || mean === 0 ? 1 : variance / mean };
}

/**
 * What part of the usual number came into the stage before, 0.25 to 1; 1 where they are too few to tell. It only excuses: however many more came before,
 * a place that is as loud as in earlier weeks is not silent.
 * @param usual null: not known
 */
export function demandOf(entries: number, usual: number | null): number {
  if (usual === null || usual < DEMAND_FROM) return 1;
  return Math.min(1, Math.max(LEAST_DEMAND, entries / usual));
}
