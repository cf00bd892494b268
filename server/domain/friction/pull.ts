/** Strength of the pull to the parent where nothing is estimated yet, in visits. */
export const DEFAULT_KAPPA = 8;
/** An estimate beyond these is noise: a square always keeps some of its own, and always leans a little on its parent. */
const LEAST_KAPPA = 3;
const MOST_KAPPA = 50;

/** Visits of one square: how many, the sum of their friction 0..1, and of its square. */
export interface SquareMoments {
  readonly stage: string;
  readonly n: number;
  readonly sum: number;
  readonly squares: number;
}

/** Strength of the pull from data. */
export interface KappaEstimate {
  /** visits */
  readonly kappa: number;
  /** variance of the visits of a square around its mean */
  readonly within: number;
  /** variance of the squares of a stage around the stage's mean, beyond what chance makes */
  readonly between: number;
  readonly visits: number;
  readonly squares: number;
}

/**
 * Re-estimates the pull by moments: kappa = variance within squares / variance between the squares of a stage. Null where there is too little to
 * go by: fewer than three squares beyond the first of their stage, or nobody in them.
 */
export function estimateKappa(moments: readonly SquareMoments[]): KappaEstimate | null {
  const squares = moments.filter((square) => square.n >= 2);
  const stages = new Map<string, SquareMoments[]>();
  for (const square of squares) stages.set(square.stage, [...(stages.get(square.stage) ?? []), square]);
  const total = (of: (square: SquareMoments) => number, among: readonly SquareMoments[] = squares): number =>
    among.reduce((sum, square) => sum + of(square), 0);
  const visits = total(({ n }) => n);
  const freedom = visits - squares.length;
  const spread = squares.length - stages.size;
  if (spread < 3 || freedom < 1) return null;
  const within = total(({ n, sum, squares: sq }) => Math.max(0, sq - (sum * sum) / n)) / freedom;
  let chance = 0;
  let around = 0;
  for (const among of stages.values()) {
    const n = total((square) => square.n, among);
    const mean = total((square) => square.sum, among) / n;
    around += total((square) => square.n * (square.sum / square.n - mean) ** 2, among);
    chance += n - total((square) => square.n * square.n, among) / n;
  }
  const between = chance > 0 ? Math.max(0, (around - spread * within) / chance) : 0;
  const kappa = between > 0 ? within / between : MOST_KAPPA;
  return { kappa: Math.min(MOST_KAPPA, Math.max(LEAST_KAPPA, kappa)), within, between, visits, squares: squares.length };
}
