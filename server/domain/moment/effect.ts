/** 97.5 % point of the standard normal distribution: two-sided 95 %. */
const Z_95 = 1.959963984540054;
/** Squared distance of one imagined value: so that a handful of equal outcomes does not pass for certainty. */
const DOUBT = 0.25;

/** Outcomes of one group, added up: 0 or 1, or feelings of -1..1. */
export class Sample {
  n = 0;
  sum = 0;
  squares = 0;

  add(value: number): void {
    this.n++;
    this.sum += value;
    this.squares += value * value;
  }

  /** 0 without values */
  get mean(): number {
    return this.n === 0 ? 0 : this.sum / this.n;
  }

  /** variance of the mean, never 0 */
  get doubt(): number {
    if (this.n === 0) return Infinity;
    const spread = Math.max(0, this.squares - (this.sum * this.sum) / this.n);
    return (spread + DOUBT) / this.n / this.n;
  }
}

/** A difference of two means, with its 95 % interval. */
export interface Difference {
  readonly effect: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The difference of two groups within strata, weighed as by Mantel and Haenszel (n1 n0 / N), with the variance of Greenland and Robins: like is
 * compared with like, so that a segment that fares worse anyway does not pass for an effect of the touchpoint. Strata with one side only say nothing.
 * Null: no stratum has both sides.
 */
export function stratifiedDifference(strata: Iterable<{ readonly group: Sample; readonly others: Sample }>): Difference | null {
  let [weights, weighed, variance] = [0, 0, 0];
  for (const { group, others } of strata) {
    if (group.n === 0 || others.n === 0) continue;
    const weight = (group.n * others.n) / (group.n + others.n);
    weights += weight;
    weighed += weight * (group.mean - others.mean);
    variance += weight * weight * (group.doubt + others.doubt);
  }
  if (weights === 0) return null;
  const effect = weighed / weights;
  const half = (Z_95 * Math.sqrt(variance)) / weights;
  return { effect, low: effect - half, high: effect + half };
}
