import { EMOTIONS, type Emotion } from '#lib/contract/index.ts';
import type { TextEmotion } from '../event/event.ts';
import { CLASS_VALENCE } from './classes.ts';
import { effortOf } from './effort.ts';
import { answerOf } from './head.ts';
import { hasEnglishWords, languagesOf, type ReadLanguage } from './language.ts';
import { scoreText } from './lexicon.ts';
import type { EmotionModel, Polarity } from './model.ts';
import { EMOTION_COUNT, POLARITIES } from './model.ts';
import { ownWords } from './own-words.ts';
import type { Contributions, ReadText } from './reading.ts';
import { contributionsOf, inputsOf, readPieces, WordWeights } from './reading.ts';
import { tokenise, type Tokens } from './tokens.ts';

/** Reads what a customer feels in a text. Pure: the same text is always read the same way. */
export interface EmotionScorer {
  /** name and version, stored with every score */
  readonly id: string;
  /** null: unknown. Never a neutral that nobody said */
  readonly score: (text: string, lang?: string) => TextEmotion | null;
  /** the same with everything it is based on, also where it is too unsure to be shown; null where there is nothing to read */
  readonly judge: (text: string, lang?: string) => Judgement | null;
}

/** How a text was read, sure or not. */
export interface Judgement {
  readonly lang: ReadLanguage;
  readonly label: Emotion;
  /** how likely the label is, 0..1 */
  readonly confidence: number;
  readonly polarity: Polarity;
  /** how likely the polarity is, 0..1 */
  readonly polarityConfidence: number;
  /** -1..1 */
  readonly valence: number;
  /** 0..1: how strongly it is put */
  readonly intensity: number;
  /** -1 hard .. 1 easy; null: not spoken of */
  readonly effort: number | null;
  readonly why: readonly { readonly word: string; readonly weight: number }[];
}

/** Below this likelihood the answer is "unknown". */
export const UNKNOWN_BELOW = 0.4;
/** Strength from which a phrase of the lexicon, a single word and a sign are believed beside the model. */
const CERTAIN = 0.7;
const CERTAIN_WORD = 0.9;
const CERTAIN_SIGN = 0.5;
/** So much stronger must a phrase be in a longer text without any word of customer service: among friends it more often means something else. */
const ELSEWHERE = 0.25;
const SHORT_TEXT = 8;
/** Where praise and complaint are both at least this strong, the model decides alone. */
const CONTRADICTED = 0.4;
/** Share of a text's words from which a formula speaks for the whole text. */
const FORMULA_SHARE = 0.4;
/** Emoji begin here. */
const SIGNS_FROM = 0x2000;
const EMOTICON = /^[:;<]/u;
const MOST_SHOWN = 6;
/** A word that says less than this for the label is no reason. */
const LEAST_REASON = 0.1;
const INTENSITY = { shouted: 0.25, exclaimed: 0.15, stressed: 0.25 };
const STRESS: ReadonlySet<string> = new Set(
  'very so really extremely absolutely totally completely utterly incredibly super too truly highly beyond sehr echt total absolut völlig extrem'.split(
    ' ',
  ),
);
/** Mean valence of a positive and of a negative text of unknown emotion. */
const POLARITY_VALENCE: Readonly<Record<Polarity, number>> = { negative: -0.7, neutral: 0, positive: 0.75 };

/** The scorer that ships: an English model fused with the lexicon and AFINN, and the lexicon alone in German. Other languages are unknown. */
export function createScorer(model: EmotionModel): EmotionScorer {
  const weights = new WordWeights(model.linear);
  const judge = (text: string, lang?: string): Judgement | null => {
    const own = ownWords(text);
    const pieces = tokenise(own);
    if (pieces.tokens.length === 0) return null;
    for (const spoken of languagesOf(pieces, lang)) {
      const judged = spoken === 'en' ? judgeEnglish(pieces, model, weights) : judgeGerman(own, pieces);
      if (judged !== null) return judged;
    }
    return null;
  };
  return {
    id: `${model.name}-${model.version}`,
    judge,
    score: (text, lang) => {
      const judged = judge(text, lang);
      if (judged === null || judged.confidence < UNKNOWN_BELOW) return null;
      return textEmotion(judged, judged.lang === 'de' ? 'lexicon-1' : `${model.name}-${model.version}`);
    },
  };
}

/** A judgement in the form in which it is stored with an event. */
function textEmotion(judged: Judgement, scorer: string): TextEmotion {
  return {
    label: judged.label,
    valence: judged.valence,
    confidence: judged.confidence,
    intensity: judged.intensity,
    effort: judged.effort,
    scorer,
    why: judged.why.map(({ word }) => word),
    weights: judged.why.map(({ weight }) => weight),
  };
}

function judgeGerman(text: string, pieces: Tokens): Judgement | null {
  const reading = scoreText(text, 'de');
  if (reading === null) return null;
  const { label, valence, confidence } = reading;
  const polarity = CLASS_VALENCE[label] < 0 ? 'negative' : CLASS_VALENCE[label] > 0 ? 'positive' : 'neutral';
  const why = reading.why.map((word, index) => ({ word, weight: rounded(1 / (1 + index)) }));
  return {
    lang: 'de',
    label,
    confidence,
    polarity,
    polarityConfidence: confidence,
    valence,
    intensity: intensityOf(valence, pieces),
    effort: effortOf(pieces, 'de'),
    why,
  };
}

function judgeEnglish(pieces: Tokens, model: EmotionModel, weights: WordWeights): Judgement | null {
  const read = readPieces(pieces);
  if (!hasEnglishWords(pieces) && read.lexicon.phrases.length === 0) return null;
  const contributions = contributionsOf(read.words, weights);
  const { emotions, polarity, likelyEmotions, likelyPolarity } = answerOf(
    model.head,
    inputsOf(read, weights, contributions),
    read.signs.service,
  );
  const certain = certainPhrase(read) ?? formula(read);
  if (certain !== null) {
    for (const shares of [emotions, likelyEmotions]) lean(shares, EMOTIONS.indexOf(certain.label), certain.strength);
    const valence = CLASS_VALENCE[certain.label];
    const side = valence < 0 ? 0 : valence > 0 ? 2 : 1;
    for (const shares of [polarity, likelyPolarity]) lean(shares, side, certain.strength);
  }
  const k = strongest(emotions);
  const label = EMOTIONS[k] ?? 'neutral';
  const p = strongest(polarity);
  const valence = valenceOf(label, likelyEmotions, likelyPolarity);
  return {
    lang: 'en',
    label,
    confidence: rounded(likelyEmotions[k] ?? 0),
    polarity: POLARITIES[p] ?? 'neutral',
    polarityConfidence: rounded(likelyPolarity[p] ?? 0),
    valence,
    intensity: intensityOf(valence, read.pieces),
    effort: effortOf(read.pieces, 'en'),
    why: reasonsFor(k, read, contributions),
  };
}

/**
 * The strongest phrase of the lexicon that hardly ever means anything else: several words such as "thanks for nothing", or a sign, with none that
 * speaks for the other side. General conversation, from which the model learned most, hardly has them.
 */
function certainPhrase({ lexicon, signs, pieces }: ReadText): ReadText['lexicon']['phrases'][number] | null {
  let best: ReadText['lexicon']['phrases'][number] | null = null;
  const more = signs.service === 0 && pieces.tokens.length > SHORT_TEXT ? ELSEWHERE : 0;
  let [good, bad] = [0, 0];
  for (const phrase of lexicon.phrases) {
    const valence = CLASS_VALENCE[phrase.label];
    if (valence > 0) good = Math.max(good, phrase.strength);
    if (valence < 0) bad = Math.max(bad, phrase.strength);
    if (phrase.strength >= leastFor(phrase.phrase) + more && (best === null || phrase.strength > best.strength)) best = phrase;
  }
  return Math.min(good, bad) > CONTRADICTED ? null : best;
}

/** A text that is mostly formula, such as "that's all, have a good day" or "sorry, my number is 4417": polite, and without a feeling. */
function formula({ lexicon, pieces }: ReadText): ReadText['lexicon']['phrases'][number] | null {
  let words = 0;
  let longest: ReadText['lexicon']['phrases'][number] | null = null;
  for (const phrase of lexicon.phrases) {
    if (phrase.label !== 'neutral') return null;
    words += phrase.phrase.split(' ').length;
    if (longest === null || phrase.strength > longest.strength) longest = phrase;
  }
  return words >= FORMULA_SHARE * pieces.tokens.length ? longest : null;
}

function leastFor(phrase: string): number {
  if (phrase.charCodeAt(0) > SIGNS_FROM || EMOTICON.test(phrase)) return CERTAIN_SIGN;
  return phrase.includes(' ') ? CERTAIN : CERTAIN_WORD;
}

/** Moves shares towards one of them, by the greater part of how strong the phrase is. */
function lean(shares: Float64Array, towards: number, strength: number): void {
  const share = 0.8 * Math.min(1, strength);
  for (let k = 0; k < shares.length; k++) shares[k] = (1 - share) * (shares[k] ?? 0) + (k === towards ? share : 0);
}

function strongest(shares: Float64Array): number {
  let best = 0;
  for (let k = 1; k < shares.length; k++) if ((shares[k] ?? 0) > (shares[best] ?? 0)) best = k;
  return best;
}

/** The mean of what the emotions and what the polarity stand for; never on the other side of the label. */
function valenceOf(label: Emotion, emotions: Float64Array, polarity: Float64Array): number {
  let valence = 0;
  EMOTIONS.forEach((emotion, k) => (valence += 0.5 * (emotions[k] ?? 0) * CLASS_VALENCE[emotion]));
  POLARITIES.forEach((name, k) => (valence += 0.5 * (polarity[k] ?? 0) * POLARITY_VALENCE[name]));
  if (label === 'neutral') return rounded(Math.max(-0.15, Math.min(0.15, valence)));
  return rounded(CLASS_VALENCE[label] > 0 ? Math.max(0.05, valence) : Math.min(-0.05, valence));
}

/** How strongly a feeling is put, 0..1: its valence, stronger with capitals, `!` and words such as "very". */
export function intensityOf(valence: number, pieces: Tokens): number {
  const shouted = pieces.tokens.some((token) => token.shouted) ? INTENSITY.shouted : 0;
  const exclaimed = pieces.exclamations > 0 ? INTENSITY.exclaimed : 0;
  const stressed = pieces.tokens.some((token) => STRESS.has(token.word)) ? INTENSITY.stressed : 0;
  return rounded(Math.min(1, Math.abs(valence) * (1 + shouted + exclaimed + stressed)));
}

/** The phrases of the lexicon that speak for the label, then the words that weigh most for it in the model. */
function reasonsFor(k: number, read: ReadText, contributions: Contributions): Judgement['why'] {
  const label = EMOTIONS[k];
  const phrases = read.lexicon.phrases
    .filter((phrase) => phrase.label === label)
    .map(({ phrase, strength }) => ({ word: phrase, weight: rounded(Math.min(1, strength)) }));
  const covered = new Set(phrases.flatMap(({ word }) => word.split(' ')));
  const reasons = phrases;
  read.pieces.tokens.forEach(({ word }, index) => {
    const weight = leadOf(k, contributions, index);
    if (weight >= LEAST_REASON && !covered.has(word)) reasons.push({ word, weight: rounded(Math.min(1, weight)) });
  });
  const seen = new Set<string>();
  return reasons
    .sort((a, b) => b.weight - a.weight)
    .filter(({ word }) => !seen.has(word) && seen.add(word))
    .slice(0, MOST_SHOWN);
}

/** How far a word speaks for an emotion beyond what it says for all. */
function leadOf(k: number, { table, norm }: Contributions, word: number): number {
  let mean = 0;
  for (let other = 0; other < EMOTION_COUNT; other++) mean += (table[word * EMOTION_COUNT + other] ?? 0) / EMOTION_COUNT;
  return norm * ((table[word * EMOTION_COUNT + k] ?? 0) - mean);
}

/** Two decimals: more would claim what a model of words cannot know. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
