import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { EMOTIONS, Fault } from '#lib/contract/index.ts';
import { evaluate, mcNemar } from '#server/domain/emotion/evaluation.ts';
import type { Evaluation } from '#server/domain/emotion/evaluation.ts';
import type { EmotionModel } from '#server/domain/emotion/model.ts';
import { decodeModel, encodeModel, POLARITIES } from '#server/domain/emotion/model.ts';
import { createScorer } from '#server/domain/emotion/scorer.ts';
import type { EmotionScorer } from '#server/domain/emotion/scorer.ts';
import { trainModel } from '#server/domain/emotion/training/train.ts';
import type { LabelledFile, LabelledRow } from '#server/emotion/labelled-file.ts';

/** Fewer labels than this teach nothing that could be told from chance. */
const FEWEST = 100;
/** Every fifth text is kept to judge by. */
const HELD_OUT = 5;
/** A class with fewer texts to judge by is left out of the macro-F1 that decides: one text more or less would decide it. */
const FEWEST_OF_CLASS = 5;
/** A difference less likely by chance than this counts. */
const SIGNIFICANT = 0.05;

/**
 * Trains a copy of the model in use on labels, and lets it take the place of that model where it is better on labels neither has seen.
 * @returns what to print
 * @throws Fault `bad_request` where there are too few labels
 */
export function trainOwn(
  file: LabelledFile,
  at: { readonly model: EmotionModel; readonly to: string; readonly say: (line: string) => void },
): string {
  if (file.rows.length < FEWEST) throw new Fault('bad_request', `${file.rows.length} labels are too few: give at least ${FEWEST}.`);
  const { kept, judged } = split(file.rows);
  const bytes = encodeModel(
    trainModel(
      kept.map(({ text, emotion, polarity }) => ({
        text,
        emotions: emotion === undefined ? [] : [emotion],
        ...(polarity === undefined ? {} : { polarity }),
        weight: 1,
        own: true,
      })),
      {
        name: 'own',
        lang: at.model.lang,
        trained: `${at.model.trained}; then ${kept.length} labels of this installation`,
        from: at.model,
        onProgress: (done, what) => at.say(`${Math.round(done * 100)} % ${what}`),
      },
    ),
  );
  const [before, after] = [createScorer(at.model), createScorer(decodeModel(bytes))];
  const figures = [before, after].map((scorer) => figuresOf(scorer, judged, file.kind));
  const rights = [before, after].map((scorer) => judged.map((row) => isRight(scorer, row, file.kind)));
  const onlyBefore = judged.filter((_, i) => rights[0]?.[i] === true && rights[1]?.[i] === false).length;
  const onlyAfter = judged.filter((_, i) => rights[0]?.[i] === false && rights[1]?.[i] === true).length;
  const p = mcNemar(onlyBefore, onlyAfter);
  const better = onlyAfter > onlyBefore && (figures[1]?.macroF1 ?? 0) > (figures[0]?.macroF1 ?? 0) && p < SIGNIFICANT;
  if (better) store(bytes, at.to);
  return [
    `learned from ${kept.length} texts, judged on ${judged.length} that neither model has learned from (macro-F1 over the classes with ${FEWEST_OF_CLASS} of them or more)`,
    ...[before, after].map(
      ({ id }, i) =>
        `${i === 0 ? 'in use ' : 'trained'}  ${id}: accuracy ${percent(figures[i]?.accuracy)}, macro-F1 ${percent(figures[i]?.macroF1)}, calibration error ${(figures[i]?.calibrationError ?? 0).toFixed(3)}`,
    ),
    `only the one in use is right: ${onlyBefore}; only the trained one: ${onlyAfter}; McNemar p = ${p < 0.001 ? p.toExponential(1) : p.toFixed(3)}`,
    better
      ? `Better: it takes over when the product is started anew (${at.to}). Texts that are scored already keep their scores.`
      : 'Not better in macro-F1 beyond chance: the model in use stays. More labels, or more even ones, may help.',
  ].join('\n');
}

/** Same texts go to the same side, and the split is the same every time. */
function split(rows: readonly LabelledRow[]): { readonly kept: readonly LabelledRow[]; readonly judged: readonly LabelledRow[] } {
  const isJudged = (row: LabelledRow): boolean => textHash(row.text) % HELD_OUT === 0;
  return { kept: rows.filter((row) => !isJudged(row)), judged: rows.filter(isJudged) };
}

function textHash(text: string): number {
  let h = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) h = Math.imul(h ^ text.toLowerCase().charCodeAt(at), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}

function isRight(scorer: EmotionScorer, row: LabelledRow, kind: LabelledFile['kind']): boolean {
  const judged = scorer.judge(row.text);
  return kind === 'seven' ? (judged?.label ?? 'neutral') === row.emotion : (judged?.polarity ?? 'neutral') === row.polarity;
}

function figuresOf(
  scorer: EmotionScorer,
  rows: readonly LabelledRow[],
  kind: LabelledFile['kind'],
): { readonly accuracy: number; readonly macroF1: number; readonly calibrationError: number } {
  const judged = rows.map((row) => scorer.judge(row.text));
  if (kind === 'seven')
    return overCommonClasses(
      evaluate(
        rows.map(({ emotion = 'neutral' }, i) => ({
          right: emotion,
          answered: judged[i]?.label ?? 'neutral',
          confidence: judged[i]?.confidence ?? null,
        })),
        EMOTIONS,
      ),
    );
  return overCommonClasses(
    evaluate(
      rows.map(({ polarity = 'neutral' }, i) => ({
        right: polarity,
        answered: judged[i]?.polarity ?? 'neutral',
        confidence: judged[i]?.polarityConfidence ?? null,
      })),
      POLARITIES,
    ),
  );
}

/** The same figures, with the macro-F1 of those classes that have texts enough to judge by. */
function overCommonClasses({ accuracy, calibrationError, classes }: Evaluation<string>): ReturnType<typeof figuresOf> {
  const common = classes.filter(({ count }) => count >= FEWEST_OF_CLASS);
  return { accuracy, calibrationError, macroF1: common.reduce((sum, { f1 }) => sum + f1, 0) / Math.max(1, common.length) };
}

/** Written beside and moved, so that nobody reads half a model. */
function store(bytes: Uint8Array, path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, bytes, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function percent(share: number | undefined): string {
  return (100 * (share ?? 0)).toFixed(1);
}
