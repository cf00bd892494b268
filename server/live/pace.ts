/** All rooms together take at most a third of the time: where their views are many or slow to compute, all speak less often. */
const COST_FACTOR = 3;
/**
 * While accepted events wait longer than this, views take down to a twentieth of the time, as far as each can still be told once a second: what
 * they show is older than that anyway, and what they do not take lets the numbers catch up sooner. Views that cost more than a third of a second
 * together are told less often than that with or without a backlog: there nothing is gained.
 */
const BEHIND_MS = 1500;
const BEHIND_COST_FACTOR = 20;
const BEHIND_TICK_MS = 1000;

/**
 * How long a room keeps silent after it has spoken, ms.
 * @param tickMs the least, by the kind of its view
 * @param costMs what it takes to compute every room once
 * @param lagMs age of the oldest accepted event that is not in the numbers yet
 */
export function pauseOf({ tickMs, costMs, lagMs }: { readonly tickMs: number; readonly costMs: number; readonly lagMs: number }): number {
  const usual = Math.max(tickMs, COST_FACTOR * costMs);
  return lagMs <= BEHIND_MS ? usual : Math.max(usual, Math.min(BEHIND_COST_FACTOR * costMs, BEHIND_TICK_MS));
}

/** While the numbers are behind, what is read in the background takes a tenth of the time. */
const BEHIND_REST_FACTOR = 9;

/**
 * How long what is read in the background rests after it has worked, ms: as long as it worked, so that it never has more than half of the time.
 * @param workedMs without a rest
 * @param lagMs age of the oldest accepted event that is not in the numbers yet
 */
export function restOf({ workedMs, lagMs }: { readonly workedMs: number; readonly lagMs: number }): number {
  return Math.ceil(workedMs * (lagMs <= BEHIND_MS ? 1 : BEHIND_REST_FACTOR));
}
