import { chiSquaredTail, expectedTogether, fisherExact, gSquared } from '../kernel/contingency.ts';
import type { Together } from '../kernel/contingency.ts';

/** Occurrences that are imagined on either side of a lift: few real ones cannot make it large. */
const PRIOR = 5;
/** Expected less often than this, the approximation by chi-squared is not good enough. */
const LEAST_EXPECTED = 5;
/** Seen together less often than this, a pair is not told of. */
export const LEAST_TOGETHER = 10;
/** Of all pairs that are called clear, about so many may be chance. */
export const FALSE_SHARE = 0.05;

/** How strongly two things go together, and how sure that is. */
export interface Measured {
  /** how often both would come if they had nothing to do with each other */
  readonly expected: number;
  /** (both + 5) / (expected + 5); above 1: more often than by chance, below: less often */
  readonly lift: number;
  /** normalised pointwise mutual information, -1 (never) .. 0 (by chance) .. 1 (only together) */
  readonly npmi: number;
  /** against "they have nothing to do with each other": by G², by Fisher's exact test where fewer than 5 are expected */
  readonly p: number;
}

/** @param counts both <= first, second <= all; all > 0 */
export function measure(counts: Together): Measured {
  const { both, first, second, all } = counts;
  const expected = expectedTogether(counts);
  const p = expected < LEAST_EXPECTED ? fisherExact(counts) : chiSquaredTail(gSquared(counts));
  return { expected, lift: (both + PRIOR) / (expected + PRIOR), npmi: npmiOf({ both, first, second, all }), p };
}

/** Bouma (2009): ln(p(a,b) / (p(a) p(b))) / -ln p(a,b). */
function npmiOf({ both, first, second, all }: Together): number {
  if (both === 0) return -1;
  if (both === all) return 1;
  return Math.log((both * all) / (first * second)) / -Math.log(both / all);
}
