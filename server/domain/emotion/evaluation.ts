/** One judged text: what people said, what was answered, and how sure the answer was (0..1; null: it did not say). */
export interface Verdict<Label extends string> {
  readonly right: Label;
  readonly answered: Label;
  readonly confidence: number | null;
}

/** How well one class is found. Shares are 0..1. */
export interface ClassFigures<Label extends string> {
  readonly label: Label;
  /** texts that people gave this label */
  readonly count: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface Evaluation<Label extends string> {
  readonly count: number;
  readonly accuracy: number;
  /** mean of the F1 of every class that occurs in the labels */
  readonly macroF1: number;
  /** mean of the recalls of the same classes */
  readonly macroRecall: number;
  readonly classes: readonly ClassFigures<Label>[];
  /** rows: what people said; columns: what was answered; in the order of `classes` */
  readonly confusion: readonly (readonly number[])[];
  /** expected calibration error: mean distance between how sure and how right, over bins of equal width */
  readonly calibrationError: number;
  /** the same over ten bins, as some report it */
  readonly calibrationErrorInTen: number;
  /**
   * what the same error would be, by chance alone, of answers that are exactly as right as they say, on as many texts as sure of themselves as these:
   * the mean, and the value that 95 of 100 such sets stay below
   */
  readonly calibrationByChance: { readonly mean: number; readonly most: number };
  readonly bins: readonly { readonly from: number; readonly count: number; readonly confidence: number; readonly accuracy: number }[];
}

const BINS = 15;

/** Figures of answers against what people said. */
export function evaluate<Label extends string>(verdicts: readonly Verdict<Label>[], labels: readonly Label[]): Evaluation<Label> {
  const confusion = labels.map((right) =>
    labels.map((answered) => verdicts.filter((v) => v.right === right && v.answered === answered).length),
  );
  const classes = labels.map((label, k) => figuresOf(label, k, confusion));
  const occurring = classes.filter(({ count }) => count > 0);
  const mean = (of: (one: ClassFigures<Label>) => number): number =>
    occurring.length === 0 ? 0 : occurring.reduce((sum, one) => sum + of(one), 0) / occurring.length;
  const bins = binsOf(verdicts, BINS);
  return {
    count: verdicts.length,
    accuracy: share(verdicts.filter((v) => v.right === v.answered).length, verdicts.length),
    macroF1: mean(({ f1 }) => f1),
    macroRecall: mean(({ recall }) => recall),
    classes,
    confusion,
    calibrationError: errorOf(bins),
    calibrationErrorInTen: errorOf(binsOf(verdicts, 10)),
    calibrationByChance: calibrationByChance(verdicts.flatMap(({ confidence }) => confidence ?? [])),
    bins,
  };
}

const DRAWS = 200;

/** Draws what is right as the answers say, again and again, from the same numbers every time. */
function calibrationByChance(sure: readonly number[]): { readonly mean: number; readonly most: number } {
  if (sure.length === 0) return { mean: 0, most: 0 };
  const bins = sure.map((confidence) => Math.min(BINS - 1, Math.floor(confidence * BINS)));
  let state = 1;
  const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const errors = Array.from({ length: DRAWS }, () => {
    const off = new Array<number>(BINS).fill(0);
    sure.forEach((confidence, i) => {
      const bin = bins[i] ?? 0;
      off[bin] = (off[bin] ?? 0) + confidence - (next() < confidence ? 1 : 0);
    });
    return off.reduce((sum, one) => sum + Math.abs(one), 0) / sure.length;
  }).sort((a, b) => a - b);
  return { mean: errors.reduce((sum, error) => sum + error, 0) / DRAWS, most: errors[Math.floor(0.95 * DRAWS)] ?? 0 };
}

function figuresOf<Label extends string>(label: Label, k: number, confusion: readonly (readonly number[])[]): ClassFigures<Label> {
  const hits = confusion[k]?.[k] ?? 0;
  const count = confusion[k]?.reduce((sum, n) => sum + n, 0) ?? 0;
  const answered = confusion.reduce((sum, row) => sum + (row[k] ?? 0), 0);
  const precision = share(hits, answered);
  const recall = share(hits, count);
  return { label, count, precision, recall, f1: share(2 * hits, count + answered) };
}

/** Mean distance between how sure and how right, by the number of texts in each bin. */
function errorOf(bins: Evaluation<string>['bins']): number {
  const sure = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce((sum, bin) => sum + share(bin.count, sure) * Math.abs(bin.confidence - bin.accuracy), 0);
}

function binsOf<Label extends string>(verdicts: readonly Verdict<Label>[], count: number): Evaluation<Label>['bins'] {
  return Array.from({ length: count }, (_, bin) => {
    const inside = verdicts.filter(({ confidence }) => confidence !== null && Math.min(count - 1, Math.floor(confidence * count)) === bin);
    return {
      from: bin / count,
      count: inside.length,
      confidence: share(
        inside.reduce((sum, v) => sum + (v.confidence ?? 0), 0),
        inside.length,
      ),
      accuracy: share(inside.filter((v) => v.right === v.answered).length, inside.length),
    };
  }).filter((bin) => bin.count > 0);
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/**
 * McNemar's test with continuity correction, on the texts that only one of two got right (exact below 25 of them).
 * @returns the probability of a difference at least as large where both are equally good, 0..1
 */
export function mcNemar(onlyFirst: number, onlySecond: number): number {
  const n = onlyFirst + onlySecond;
  if (n === 0) return 1;
  if (n < 25) return Math.min(1, 2 * binomialTail(Math.min(onlyFirst, onlySecond), n));
  const z = (Math.abs(onlyFirst - onlySecond) - 1) / Math.sqrt(n);
  return z <= 0 ? 1 : 2 * (1 - normalBelow(z));
}

/** P(X <= k) for n fair coins. */
function binomialTail(k: number, n: number): number {
  let term = 0.5 ** n;
  let sum = term;
  for (let i = 1; i <= k; i++) {
    term *= (n - i + 1) / i;
    sum += term;
  }
  return sum;
}

/** Standard normal distribution function (Abramowitz and Stegun 26.2.17, error below 7.5e-8), for z >= 0. */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly;
}
