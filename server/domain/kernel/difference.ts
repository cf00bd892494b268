import type { Interval } from './statistics.ts';

/** Chance, over all looks together, that a difference is shown where there is none. */
const ALPHA = 0.05;
/** The sequence is tightest at about so many values a side: variance of the mixture in variances of one value. */
const MIXTURE = 250;
/** As though at least so many of each outcome had been seen: a rate of exactly 0 or 1 is not known without doubt. */
const LEAST_SEEN = 5;
/** With fewer values on a side no normal approximation holds. */
export const FEWEST_COMPARED = 20;
/** Further ahead than this is never. */
const MOST_DAYS = 100_000;

/** So many of `n` did it: 0 <= hits <= n, whole numbers. */
export interface Counted {
  readonly n: number;
  readonly hits: number;
}

/** How far apart two shares are, and how surely. */
export interface DifferenceSequence extends Interval {
  /** share of the one minus share of the other, -1..1 */
  readonly difference: number;
  /** half-width of the confidence sequence, above 0; `low` and `high` are held within -1..1 */
  readonly half: number;
  /** 0 is outside: there is a difference */
  readonly decides: boolean;
}

/** p(1 - p) of a share, kept off 0. @param counted of at least twice the least values of each outcome */
function variance({ n, hits }: Counted): number {
  const share = Math.min(Math.max(hits, LEAST_SEEN), n - LEAST_SEEN) / n;
  return share * (1 - share);
}

/** Values a side that are worth as much as two sides of unequal size: the harmonic mean; 0 where a side is empty. */
function evenSize(one: number, other: number): number {
  return one > 0 && other > 0 ? (2 * one * other) / (one + other) : 0;
}

/** @param spread square root of the sum of both variances of one value @param n values a side, above 0 */
function halfWidth(spread: number, n: number, alpha: number): number {
  return (spread * Math.sqrt((n + MIXTURE) * Math.log((n + MIXTURE) / (MIXTURE * alpha * alpha)))) / n;
}

/**
 * Difference of two shares with a confidence sequence: an interval that holds at every look, however often somebody looks while values come in.
 * An ordinary interval holds at one look that was fixed before. Normal mixture (Robbins 1970; Howard and others 2021): V = s^2 n, rho^2 = 250 s^2,
 * half = sqrt((V + rho^2) ln((V + rho^2) / (rho^2 alpha^2))) / n with s^2 = p1 q1 + p0 q0 and n the harmonic mean of both sizes.
 * @param alpha chance of ever showing a difference that is not there; where several are compared side by side, each gets its part
 * @returns null with fewer than 20 values on a side
 */
export function differenceSequence(one: Counted, other: Counted, alpha = ALPHA): DifferenceSequence | null {
  if (one.n < FEWEST_COMPARED || other.n < FEWEST_COMPARED) return null;
  const difference = one.hits / one.n - other.hits / other.n;
  const half = halfWidth(Math.sqrt(variance(one) + variance(other)), evenSize(one.n, other.n), alpha);
  return {
    difference,
    half,
    low: Math.max(-1, difference - half),
    high: Math.min(1, difference + half),
    decides: Math.abs(difference) > half,
  };
}

/** Values that come in on each side, a day. */
export interface Rates {
  readonly one: number;
  readonly other: number;
}

/**
 * After how many days the sequence would decide, were the difference to stay as it is and values to come in as they do.
 * @returns 0 where it decides already; Infinity where it never would: no difference, or too little comes in
 */
export function daysToDecide(one: Counted, other: Counted, rates: Rates, alpha = ALPHA): number {
  const now = differenceSequence(one, other, alpha);
  if (now === null || now.difference === 0) return Infinity;
  if (now.decides) return 0;
  const spread = Math.sqrt(variance(one) + variance(other));
  const decides = (days: number): boolean => {
    const size = evenSize(one.n + days * rates.one, other.n + days * rates.other);
    return halfWidth(spread, size, alpha) < Math.abs(now.difference);
  };
  let [low, high] = [0, 1];
  while (!decides(high)) {
    if (high > MOST_DAYS) return Infinity;
    [low, high] = [high, 2 * high];
  }
  while (high - low > 0.01 * high) {
    const middle = (low + high) / 2;
    if (decides(middle)) high = middle;
    else low = middle;
  }
  return high;
}
