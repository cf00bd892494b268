import { Z_95, logGamma } from './statistics.ts';
import type { Interval } from './statistics.ts';

/** A term this much smaller than the sum so far cannot change it any more. */
const NEGLIGIBLE = 1e-17;
/** Masses that differ by less than this are equal: they were computed in different orders. */
const SAME = 1e-7;

/** How often two things occurred, alone and together, among so many: the four squares of a 2 x 2 table. Whole numbers, >= 0. */
export interface Together {
  readonly both: number;
  readonly first: number;
  readonly second: number;
  readonly all: number;
}

/** How often both would occur together if they had nothing to do with each other. */
export function expectedTogether({ first, second, all }: Together): number {
  return all > 0 ? (first * second) / all : 0;
}

/** Log-likelihood ratio G² of a 2 x 2 table against independence, >= 0; 1 degree of freedom. */
export function gSquared(table: Together): number {
  const { both, first, second, all } = table;
  if (!(all > 0)) return 0;
  const term = (seen: number, row: number, column: number): number => (seen > 0 ? seen * Math.log((seen * all) / (row * column)) : 0);
  const sum =
    term(both, first, second) +
    term(first - both, first, all - second) +
    term(second - both, all - first, second) +
    term(all - first - second + both, all - first, all - second);
  return Math.max(0, 2 * sum);
}

/**
 * P(X >= x) for chi-squared with 1 degree of freedom: the upper incomplete gamma function Q(1/2, x/2), by series where x is small and by
 * continued fraction (Lentz) where it is large, so that tiny tails keep their digits.
 */
export function chiSquaredTail(x: number): number {
  const half = x / 2;
  if (!(half > 0)) return 1;
  const front = Math.exp(-half + 0.5 * Math.log(half) - logGamma(0.5));
  return half < 1.5 ? 1 - front * lowerSeries(half) : front * upperFraction(half);
}

function lowerSeries(x: number): number {
  let term = 2;
  let sum = term;
  for (let n = 1; term > sum * NEGLIGIBLE; n++) {
    term *= x / (0.5 + n);
    sum += term;
  }
  return sum;
}

function upperFraction(x: number): number {
  let b = x + 0.5;
  let c = 1e300;
  let d = 1 / b;
  let product = d;
  for (let i = 1; i < 1000; i++) {
    const a = -i * (i - 0.5);
    b += 2;
    d = 1 / (a * d + b);
    c = b + a / c;
    const step = c * d;
    product *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return product;
}

/**
 * Two-sided p of Fisher's exact test: the share of all tables with these margins that are as improbable as this one, or more. Masses are found from
 * the most probable table outwards, so none is lost to underflow before it is negligible.
 */
export function fisherExact({ both, first, second, all }: Together): number {
  const [low, high] = [Math.max(0, first + second - all), Math.min(first, second)];
  const middle = Math.min(high, Math.max(low, Math.floor(((first + 1) * (second + 1)) / (all + 2))));
  const choose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  const most = Math.exp(choose(second, middle) + choose(all - second, first - middle) - choose(all, first));
  const up = (k: number): number => ((second - k) * (first - k)) / ((k + 1) * (all - second - first + k + 1));
  const masses = [most];
  for (let [k, mass] = [middle, most]; k < high && mass > 0; k++) masses.push((mass *= up(k)));
  const below: number[] = [];
  for (let [k, mass] = [middle, most]; k > low && mass > 0; k--) below.push((mass /= up(k - 1)));
  const own = (both >= middle ? masses[both - middle] : below[middle - both - 1]) ?? 0;
  return Math.min(
    1,
    [...masses, ...below].filter((mass) => mass <= own * (1 + SAME)).reduce((sum, mass) => sum + mass, 0),
  );
}

/**
 * Benjamini and Hochberg: which of many tests may be called clear so that, of all that are, at most this share is expected to be chance.
 * @param ps p of every test that was made, also of those that nobody shows
 * @returns the largest p that is clear; 0: none is
 */
export function clearUpTo(ps: readonly number[], share: number): number {
  const sorted = ps.toSorted((a, b) => a - b);
  for (let i = sorted.length; i > 0; i--) {
    const p = sorted[i - 1] ?? 1;
    if (p <= (share * i) / sorted.length) return p;
  }
  return 0;
}

/** One stratum of two groups: how many there were of each, and how many of these had the outcome. */
export interface Stratum {
  readonly group: { readonly n: number; readonly had: number };
  readonly others: { readonly n: number; readonly had: number };
}

/** A risk ratio over strata, with its 95 % interval and the test against 1. */
export interface RiskRatio extends Interval {
  readonly ratio: number;
  /** Mantel and Haenszel, corrected for continuity, 1 degree of freedom */
  readonly chiSquared: number;
  readonly p: number;
}

/**
 * Risk ratio of Mantel and Haenszel with the interval of Greenland and Robins (1985): like is compared with like, stratum by stratum.
 * Null: no stratum has both groups, or in one group nobody had the outcome.
 */
export function mantelHaenszel(strata: Iterable<Stratum>): RiskRatio | null {
  let [top, bottom, spread, over, variance] = [0, 0, 0, 0, 0];
  for (const { group, others } of strata) {
    const all = group.n + others.n;
    if (group.n === 0 || others.n === 0) continue;
    const had = group.had + others.had;
    top += (group.had * others.n) / all;
    bottom += (others.had * group.n) / all;
    spread += (had * group.n * others.n - group.had * others.had * all) / (all * all);
    over += group.had - (group.n * had) / all;
    variance += (group.n * others.n * had * (all - had)) / (all * all * (all - 1));
  }
  if (top === 0 || bottom === 0 || variance === 0) return null;
  const ratio = top / bottom;
  const half = Z_95 * Math.sqrt(spread / (top * bottom));
  const chiSquared = (Math.abs(over) - 0.5) ** 2 / variance;
  return { ratio, low: ratio * Math.exp(-half), high: ratio * Math.exp(half), chiSquared, p: chiSquaredTail(chiSquared) };
}
