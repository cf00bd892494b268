/** Those of a group whose outcome is final: their conversion window is over. */
export interface ComparedSide {
  readonly entered: number;
  readonly converted: number;
}

/** A group's conversion against another's, with an interval that holds at every look. */
export interface Comparison {
  readonly these: ComparedSide;
  readonly others: ComparedSide;
  /** `more`, `less`: a difference is shown; `open`: none is shown yet; `few`: fewer than 20 are final on a side */
  readonly answer: 'more' | 'less' | 'open' | 'few';
  /** share of these minus share of the others, -1..1; with `few` all three are null */
  readonly difference: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** while `open`: whole days until it would show at the present difference and rate; null: never, or not told */
  readonly days: number | null;
}

/** Each group of a breakdown against all others together. */
export interface GroupComparisons {
  /** last hour of entry that is final, ms */
  readonly until: number;
  /** by group; empty where there is only one */
  readonly of: Readonly<Record<string, Comparison>>;
}

/** A version of a journey as one side of a comparison. */
export interface ComparedVersion {
  readonly version: number;
  readonly windowMs: number;
  /** last hour of entry that is final, ms */
  readonly until: number;
}

/** The cases entered under a version of a journey (`these`) against those under the one before (`others`). */
export interface VersionComparison extends Comparison {
  readonly newer: ComparedVersion;
  readonly older: ComparedVersion;
  /** when the newer was published, ms */
  readonly publishedAt: number;
  /** when the first case of the newer is final, ms */
  readonly firstFinalAt: number;
}
