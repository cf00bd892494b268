import { EMOTIONS, type Emotion } from '#lib/contract/index.ts';
import { CLASS_VALENCE, labelOfValence } from '#server/domain/emotion/classes.ts';
import type { Polarity } from '#server/domain/emotion/model.ts';
import { emotionOfName, polarityOfName } from '../label-names.ts';

/** What one label of a model stands for. */
type Meaning = { readonly emotion: Emotion } | { readonly valence: number };

/** One label with how likely the model holds it, 0..1. */
export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

/** What a model's answer says of a text. */
export interface ModelAnswer {
  readonly label: Emotion;
  /** -1..1 */
  readonly valence: number;
  /** 0..1: the model's own share for what it says, not calibrated here */
  readonly confidence: number;
}

const POLARITY_VALENCE: Readonly<Record<Polarity, number>> = { negative: -0.7, neutral: 0, positive: 0.75 };
/** A score this far from the middle is on a side. */
const LEAST_SIDE = 0.3;
const STARS = /^([1-5])[ _-]?stars?$/iu;

/** @returns undefined where the label is none of our emotions, of GoEmotions' names, of negative, neutral and positive, or of 1 to 5 stars */
function meaningOf(label: string): Meaning | undefined {
  const emotion = emotionOfName(label);
  const polarity = polarityOfName(label);
  const stars = STARS.exec(label.trim())?.[1];
  if (stars !== undefined) return { valence: (Number(stars) - 3) / 2 };
  // "neutral" is both: it stands for the same
  if (emotion !== undefined) return { emotion };
  return polarity === undefined ? undefined : { valence: POLARITY_VALENCE[polarity] };
}

/** The labels that say nothing to us. */
export function unknownLabels(labels: readonly string[]): readonly string[] {
  return labels.filter((label) => meaningOf(label) === undefined);
}

/**
 * Brings a model's labels to ours. Labels that mean the same are added up; the scores of a model that judges each label by itself are taken as
 * shares of their sum. Where the labels only say good or bad, the emotion is the one that a bare score of that valence stands for.
 * @returns null where the model holds nothing likely
 */
export function answerOfLabels(scores: readonly LabelScore[]): ModelAnswer | null {
  const total = scores.reduce((sum, { score }) => sum + score, 0);
  if (!(total > 0)) return null;
  const shares = new Map<string, number>();
  let valence = 0;
  let graded = false;
  for (const { label, score } of scores) {
    const meaning = meaningOf(label);
    if (meaning === undefined) continue;
    const share = score / total;
    const value = 'emotion' in meaning ? CLASS_VALENCE[meaning.emotion] : meaning.valence;
    const name = 'emotion' in meaning && meaning.emotion !== 'neutral' ? meaning.emotion : sideOf(value);
    graded ||= !('emotion' in meaning);
    shares.set(name, (shares.get(name) ?? 0) + share);
    valence += share * value;
  }
  const [name, confidence] = [...shares].reduce((best, one) => (one[1] > best[1] ? one : best), ['neutral', 0] as const);
  const label = graded ? labelOfSide(name, valence) : (EMOTIONS.find((emotion) => emotion === name) ?? 'neutral');
  return { label, valence: onSideOf(label, valence), confidence };
}

/** The emotion of a bare score: on the side that is likeliest, the further out, the stronger. */
function labelOfSide(side: string, valence: number): Emotion {
  if (side === 'positive') return labelOfValence(Math.max(LEAST_SIDE, valence));
  return side === 'negative' ? labelOfValence(Math.min(-LEAST_SIDE, valence)) : 'neutral';
}

/** A valence never says the opposite of its label. */
function onSideOf(label: Emotion, valence: number): number {
  const stands = CLASS_VALENCE[label];
  if (stands === 0) return Math.max(-0.15, Math.min(0.15, valence));
  return stands > 0 ? Math.max(0.05, valence) : Math.min(-0.05, valence);
}

function sideOf(valence: number): Polarity {
  return valence < 0 ? 'negative' : valence > 0 ? 'positive' : 'neutral';
}
