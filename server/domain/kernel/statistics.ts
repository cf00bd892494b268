/** 97.5 % point of the standard normal distribution: two-sided 95 %. */
export const Z_95 = 1.959963984540054;
/** A term this much smaller than the sum so far cannot change it any more. */
const NEGLIGIBLE = 1e-18;
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;

/** Two bounds of an interval, low <= high. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson 95 % interval of a mean of values in [0,1]: safe (if anything too wide) for any such variable, not only for shares.
 * @param mean 0..1
 * @param n number of values, >= 0, may be fractional; 0 knows nothing: 0..1
 */
export function wilson(mean: number, n: number): Interval {
  if (!(n > 0)) return { low: 0, high: 1 };
  const square = (Z_95 * Z_95) / n;
  const middle = (mean + square / 2) / (1 + square);
  const half = (Z_95 * Math.sqrt(Math.max(0, mean * (1 - mean)) / n + square / (4 * n))) / (1 + square);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * Mean of n values, pulled towards the parent's mean as if kappa values of the parent stood beside them.
 * @param kappa strength of the pull in values, >= 0; with n = kappa = 0 the parent stands alone
 */
export function shrink(mean: number, n: number, parent: number, kappa: number): number {
  return n + kappa > 0 ? (n * mean + kappa * parent) / (n + kappa) : parent;
}

/**
 * P(X <= k) for X ~ Poisson(lambda).
 * @param k whole number; below 0 the answer is 0
 * @param lambda mean, >= 0
 */
export function poissonLowerTail(k: number, lambda: number): number {
  if (k < 0) return 0;
  if (!(lambda > 0)) return 1;
  const logMass = (i: number): number => i * Math.log(lambda) - lambda - logGamma(i + 1);
  return lowerTail(k, lambda, logMass, (i) => lambda / i);
}

/**
 * P(X <= k) for a negative binomial with mean lambda and variance phi * lambda (size lambda / (phi - 1)).
 * @param phi variance over mean; at 1 or below it is the Poisson distribution
 */
export function negativeBinomialLowerTail(k: number, lambda: number, phi: number): number {
  if (!(phi > 1)) return poissonLowerTail(k, lambda);
  if (k < 0) return 0;
  if (!(lambda > 0)) return 1;
  const size = lambda / (phi - 1);
  const miss = 1 - 1 / phi;
  const logMass = (i: number): number => logGamma(i + size) - logGamma(i + 1) - logGamma(size) - size * Math.log(phi) + i * Math.log(miss);
  return lowerTail(k, lambda, logMass, (i) => ((size + i - 1) * miss) / i);
}

/**
 * Sums the masses of 0..k outwards from k, on the side of k that is the tail, so that tiny tails keep their digits.
 * @param ratio mass(i) / mass(i - 1)
 */
function lowerTail(k: number, mean: number, logMass: (i: number) => number, ratio: (i: number) => number): number {
  if (k < mean) {
    let term = Math.exp(logMass(k));
    let sum = term;
    for (let i = k; i > 0 && term > sum * NEGLIGIBLE; i--) {
      term /= ratio(i);
      sum += term;
    }
    return Math.min(1, sum);
  }
  let term = Math.exp(logMass(k + 1));
  let sum = term;
  for (let i = k + 2; term > sum * NEGLIGIBLE; i++) {
    term *= ratio(i);
    sum += term;
  }
  return Math.max(0, 1 - sum);
}

/** ln of the gamma function for x > 0 (Lanczos, g = 7): 14 to 15 digits. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const base = x + 6.5;
  let sum: number = LANCZOS[0];
  for (let i = 1; i < LANCZOS.length; i++) sum += (LANCZOS[i] ?? 0) / (x - 1 + i);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(sum);
}
