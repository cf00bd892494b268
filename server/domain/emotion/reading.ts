import type { LexiconSigns } from './lexicon.ts';
import type { ModelWords, WordWeight } from './features.ts';
import type { LinearPart } from './model.ts';
import type { Signs } from './signs.ts';
import { negatedBucket, modelWords, pairBucket, PIECE_VALUE, wordBuckets } from './features.ts';
import { lexiconSigns } from './lexicon.ts';
import { EMOTION_COUNT } from './model.ts';
import { SIGN_NAMES, signsOf } from './signs.ts';
import type { Tokens } from './tokens.ts';

/** Words remembered with their weights; then the memory begins anew. */
const WORDS_REMEMBERED = 20_000;
/** Where a word's own weight stands among the inputs: they are sums of some dozen features. */
const WORD_SCALE = 0.25;
const LARGEST = 4;
/** sum, strongest word, second word, weakest word, last sentence: each per emotion */
const VIEWS = 5;

/** Inputs of the second stage. */
export const INPUT_COUNT = VIEWS * EMOTION_COUNT + SIGN_NAMES.length + 4;

/** A text in all the forms the model needs. */
export interface ReadText {
  readonly pieces: Tokens;
  readonly words: ModelWords;
  readonly lexicon: LexiconSigns;
  readonly signs: Signs;
}

/** Reads an English text once, for everything that follows. */
export function readPieces(pieces: Tokens): ReadText {
  const lexicon = lexiconSigns(pieces, 'en');
  return { pieces, words: modelWords(pieces), lexicon, signs: signsOf(pieces, lexicon) };
}

/** The weights of a linear part, by word. Remembers the words it has met; what it answers never depends on that. */
export class WordWeights {
  readonly #part: LinearPart;
  readonly #known = new Map<string, WordWeight>();

  constructor(part: LinearPart) {
    this.#part = part;
  }

  get bias(): Float32Array {
    return this.#part.bias;
  }

  get mask(): number {
    return this.#part.buckets - 1;
  }

  of(word: string): WordWeight {
    let known = this.#known.get(word);
    if (known === undefined) {
      const classes = new Float64Array(EMOTION_COUNT);
      const buckets = wordBuckets(word, this.mask);
      buckets.forEach((bucket, index) => this.add(bucket, { to: classes, at: 0, value: index === 0 ? 1 : PIECE_VALUE }));
      known = { classes, norm: 1 + (buckets.length - 1) * PIECE_VALUE * PIECE_VALUE };
      if (this.#known.size >= WORDS_REMEMBERED) this.#known.clear();
      this.#known.set(word, known);
    }
    return known;
  }

  /** Adds a bucket's weights, times a value, to a row of a table. */
  add(bucket: number, row: { readonly to: Float64Array; readonly at: number; readonly value: number }): void {
    const { weights, scales } = this.#part;
    const from = bucket * EMOTION_COUNT;
    for (let k = 0; k < EMOTION_COUNT; k++)
      row.to[row.at + k] = (row.to[row.at + k] ?? 0) + row.value * (weights[from + k] ?? 0) * (scales[k] ?? 0);
  }
}

/** What each word contributes to each emotion, and what all of them divide by. */
export interface Contributions {
  /** words x emotions */
  readonly table: Float64Array;
  /** 1 / length of the text's vector */
  readonly norm: number;
}

export function contributionsOf(words: ModelWords, weights: WordWeights): Contributions {
  const count = words.words.length;
  const table = new Float64Array(count * EMOTION_COUNT);
  let squares = 0;
  words.words.forEach((word, index) => {
    const at = index * EMOTION_COUNT;
    const own = weights.of(word);
    table.set(own.classes, at);
    squares += own.norm;
    const before = words.words[index - 1];
    if (before !== undefined) {
      weights.add(pairBucket(before, word, weights.mask), { to: table, at, value: 1 });
      squares++;
    }
    if (words.negated[index] === true) {
      weights.add(negatedBucket(word, weights.mask), { to: table, at, value: 1 });
      squares++;
    }
  });
  return { table, norm: squares === 0 ? 0 : 1 / Math.sqrt(squares) };
}

/** The inputs of the second stage: the words' weights seen in five ways, the signs, and how long the text is. */
export function inputsOf(read: ReadText, weights: WordWeights, { table, norm }: Contributions): Float64Array {
  const inputs = new Float64Array(INPUT_COUNT);
  const count = read.words.words.length;
  const { tokens } = read.pieces;
  const lastSentence = tokens[count - 1]?.sentence ?? 0;
  let lastFrom = count;
  while (lastFrom > 0 && tokens[lastFrom - 1]?.sentence === lastSentence) lastFrom--;
  for (let k = 0; k < EMOTION_COUNT; k++) {
    let [sum, last, first, second, weakest] = [0, 0, -Infinity, -Infinity, Infinity];
    for (let word = 0; word < count; word++) {
      const value = table[word * EMOTION_COUNT + k] ?? 0;
      sum += value;
      if (word >= lastFrom) last += value;
      if (value > first) [first, second] = [value, first];
      else if (value > second) second = value;
      if (value < weakest) weakest = value;
    }
    inputs[k] = (weights.bias[k] ?? 0) + sum * norm;
    inputs[EMOTION_COUNT + k] = bounded(first);
    inputs[2 * EMOTION_COUNT + k] = bounded(second);
    inputs[3 * EMOTION_COUNT + k] = bounded(weakest);
    inputs[4 * EMOTION_COUNT + k] = last * norm;
  }
  const at = VIEWS * EMOTION_COUNT;
  inputs.set(read.signs.values, at);
  inputs.set([read.signs.service, Math.min(1, count / 30), 1 / (1 + count), 1], at + SIGN_NAMES.length);
  return inputs;
}

function bounded(value: number): number {
  return Number.isFinite(value) ? Math.max(-LARGEST, Math.min(LARGEST, value * WORD_SCALE)) : 0;
}
