import { EMOTIONS } from '#lib/contract/index.ts';
import { evaluate } from '#server/domain/emotion/evaluation.ts';
import type { Evaluation, Verdict } from '#server/domain/emotion/evaluation.ts';
import { POLARITIES } from '#server/domain/emotion/model.ts';
import { UNKNOWN_BELOW } from '#server/domain/emotion/scorer.ts';
import type { EmotionScorer, Judgement } from '#server/domain/emotion/scorer.ts';
import type { LabelledFile, LabelledRow } from '#server/emotion/labelled-file.ts';

/** Timed passes over the file go on until this has gone by. */
const TIMED_MS = 1500;
/** Reasons for leaving rows out that are printed. */
const MOST_REASONS = 8;

/** Scores a file and says how well. @returns what to print */
export function evaluateFile(file: LabelledFile, scorer: EmotionScorer, name: string): string {
  const started = performance.now();
  const judged = file.rows.map((row) => scorer.judge(row.text));
  const first = performance.now() - started;
  const figures =
    file.kind === 'seven' ? evaluate(sevenVerdicts(file.rows, judged), EMOTIONS) : evaluate(threeVerdicts(file.rows, judged), POLARITIES);
  return [
    `${name}: ${file.rows.length} texts, ${file.kind === 'seven' ? 'seven emotions' : 'three classes'}, scorer ${scorer.id}`,
    ...leftOut(file),
    '',
    ...tableOf(figures),
    '',
    `accuracy ${percent(figures.accuracy)}   macro-F1 ${percent(figures.macroF1)}   macro-recall ${percent(figures.macroRecall)}`,
    `calibration error (ECE) ${figures.calibrationError.toFixed(3)} in 15 bins, ${figures.calibrationErrorInTen.toFixed(3)} in 10; answers exactly as right as they say would show ${figures.calibrationByChance.mean.toFixed(3)} in 15 bins on as many texts, and below ${figures.calibrationByChance.most.toFixed(3)} in 95 of 100 cases`,
    ...figures.bins.map(
      ({ from, count, confidence, accuracy }) =>
        `  sure ${percent(from).padStart(5)} and more: ${String(count).padStart(6)} texts, mean ${percent(confidence)} sure, ${percent(accuracy)} right`,
    ),
    '',
    ...coverageOf(file, judged),
    ...speedOf(file.rows, scorer, first),
  ].join('\n');
}

/** The commonest reasons why rows are left out. */
function leftOut({ skipped }: LabelledFile): string[] {
  const reasons = [...skipped].sort(([, a], [, b]) => b - a);
  const more = reasons.slice(MOST_REASONS).reduce((sum, [, count]) => sum + count, 0);
  return [
    ...reasons.slice(0, MOST_REASONS).map(([reason, count]) => `left out: ${count} x ${reason}`),
    ...(more > 0 ? [`left out: ${more} x other labels`] : []),
  ];
}

/** Where there is nothing to read, neutral is counted as the answer, without a confidence. */
function sevenVerdicts(rows: readonly LabelledRow[], judged: readonly (Judgement | null)[]): Verdict<(typeof EMOTIONS)[number]>[] {
  return rows.map(({ emotion = 'neutral' }, index) => {
    const one = judged[index] ?? null;
    return { right: emotion, answered: one?.label ?? 'neutral', confidence: one?.confidence ?? null };
  });
}

function threeVerdicts(rows: readonly LabelledRow[], judged: readonly (Judgement | null)[]): Verdict<(typeof POLARITIES)[number]>[] {
  return rows.map(({ polarity = 'neutral' }, index) => {
    const one = judged[index] ?? null;
    return { right: polarity, answered: one?.polarity ?? 'neutral', confidence: one?.polarityConfidence ?? null };
  });
}

function tableOf<Label extends string>({ classes, confusion }: Evaluation<Label>): string[] {
  const width = 14;
  const cells = (values: readonly string[]): string => values.map((value) => value.padStart(width)).join('');
  return [
    `${cells(['said by people', 'texts', 'precision', 'recall', 'F1'])}   answered: ${classes.map(({ label }) => label).join(', ')}`,
    ...classes.map(
      ({ label, count, precision, recall, f1 }, k) =>
        `${cells([label, String(count), percent(precision), percent(recall), percent(f1)])}   ${(confusion[k] ?? []).join(' ')}`,
    ),
  ];
}

/** What the product would show of it: the unsure stays unknown. */
function coverageOf(file: LabelledFile, judged: readonly (Judgement | null)[]): string[] {
  const silent = judged.filter((one) => one === null).length;
  const shown = judged.filter((one) => one !== null && one.confidence >= UNKNOWN_BELOW).length;
  const lines = [
    `nothing to read in ${silent} texts (counted as neutral above); the product would show an emotion for ${percent(shown / judged.length)}, "unknown" for the rest`,
  ];
  if (file.kind === 'seven') {
    const right = judged.filter((one, i) => one !== null && one.confidence >= UNKNOWN_BELOW && one.label === file.rows[i]?.emotion).length;
    lines.push(`of the emotions it would show, ${percent(shown === 0 ? 0 : right / shown)} agree with people`);
  }
  return lines;
}

/** By processor time, which a busy machine does not change much, and by the clock. */
function speedOf(rows: readonly LabelledRow[], scorer: EmotionScorer, first: number): string[] {
  let passes = 0;
  const started = performance.now();
  const used = process.cpuUsage();
  let elapsed = 0;
  while (elapsed < TIMED_MS) {
    for (const row of rows) scorer.score(row.text);
    passes++;
    elapsed = performance.now() - started;
  }
  const { user, system } = process.cpuUsage(used);
  const perSecond = (ms: number): number => Math.round((rows.length * passes * 1000) / ms);
  return [
    `speed on one core: ${perSecond((user + system) / 1000)} texts per second of processor time, ${perSecond(elapsed)} by the clock (first pass, everything cold: ${Math.round((rows.length * 1000) / first)})`,
  ];
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
