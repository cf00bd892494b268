/** Each bin reaches 2 % further than the one before. */
const GROWTH = 1.02;
const LOG_GROWTH = Math.log(GROWTH);

/** Largest relative error of a duration read back from its bin: sqrt(1.02) - 1, just under 1 %. */
export const BIN_ERROR = Math.sqrt(GROWTH) - 1;

/**
 * Bin of a duration: 0 holds everything under one millisecond, bin b >= 1 holds 1.02^(b-1) <= ms < 1.02^b (at most 1,468 until the year 2100).
 * @param ms duration in milliseconds; negative durations count as none
 */
export function binOf(ms: number): number {
  return ms >= 1 ? Math.floor(Math.log(ms) / LOG_GROWTH) + 1 : 0;
}

/** Geometric middle of a bin in milliseconds, not rounded: within `BIN_ERROR` of every duration in it. Bin 0 is 0 ms. */
export function valueOf(bin: number): number {
  return bin >= 1 ? GROWTH ** (bin - 0.5) : 0;
}

/**
 * Quantile by nearest rank: the shortest duration such that at least the share q of all durations is no longer, within `BIN_ERROR`.
 * @param countsByBin number of durations per bin; counts of zero or less are passed over
 * @param q 0..1
 * @returns milliseconds, not rounded; null where nothing was counted
 */
export function quantile(countsByBin: ReadonlyMap<number, number>, q: number): number | null {
  const filled = [...countsByBin].filter(([, count]) => count > 0).sort(([a], [b]) => a - b);
  const total = filled.reduce((sum, [, count]) => sum + count, 0);
  // 0.9 * 10 is a hair over 9 in binary: without the slack the rank would slip by one
  const rank = Math.max(1, Math.ceil(q * total - 1e-9));
  let passed = 0;
  for (const [bin, count] of filled) {
    passed += count;
    if (passed >= rank) return valueOf(bin);
  }
  return null;
}

/**
 * Quantile of signed durations that are kept in two sets of bins, by nearest rank, within `BIN_ERROR`.
 * @param bins `below`: durations under zero by their size; `above`: zero and more
 * @param q 0..1
 * @returns milliseconds, negative where the quantile lies below zero; null where nothing was counted
 */
export function signedQuantile(
  bins: { readonly below: ReadonlyMap<number, number>; readonly above: ReadonlyMap<number, number> },
  q: number,
): number | null {
  const size = (counts: ReadonlyMap<number, number>): number => [...counts.values()].reduce((sum, n) => sum + Math.max(0, n), 0);
  const [below, above] = [size(bins.below), size(bins.above)];
  if (below + above === 0) return null;
  const rank = Math.max(1, Math.ceil(q * (below + above) - 1e-9));
  if (rank > below) return quantile(bins.above, (rank - below) / above);
  // the rank-th smallest below zero is the (below - rank + 1)-th shortest
  const value = quantile(bins.below, (below - rank + 1) / below) ?? 0;
  return value === 0 ? 0 : -value;
}
