import { EMOTION_COUNT } from '../model.ts';
import type { LinearPart } from '../model.ts';
import { negatedBucket, pairBucket, PIECE_VALUE, wordBuckets } from '../features.ts';
import { softmax } from '../head.ts';
import type { Example } from './example.ts';
import { targetOf } from './example.ts';
import { Sequence } from './random.ts';

/** A text as a vector: buckets and values, of length 1. */
export interface SparseText {
  readonly buckets: Int32Array;
  readonly values: Float32Array;
}

export interface LinearOptions {
  readonly buckets: number;
  readonly rounds: number;
  readonly rate: number;
  /** weight per emotion of examples from general conversation: the rare ones count for more */
  readonly balance: readonly number[];
  /** go on from here */
  readonly from?: LinearPart;
}

/** First step of AdaGrad is divided by the root of this where training begins anew, and of the second where it goes on from a model. */
const FRESH = 1e-6;
const LEARNED = 0.05;

/** Vectors of texts; a word's buckets are worked out once. */
export function sparseTexts(examples: readonly Example[], buckets: number): readonly SparseText[] {
  const mask = buckets - 1;
  const known = new Map<string, readonly number[]>();
  return examples.map(({ read: { words } }) => {
    const at: number[] = [];
    const values: number[] = [];
    words.words.forEach((word, index) => {
      let own = known.get(word);
      if (own === undefined) known.set(word, (own = wordBuckets(word, mask)));
      own.forEach((bucket, piece) => {
        at.push(bucket);
        values.push(piece === 0 ? 1 : PIECE_VALUE);
      });
      const before = words.words[index - 1];
      if (before !== undefined) {
        at.push(pairBucket(before, word, mask));
        values.push(1);
      }
      if (words.negated[index] === true) {
        at.push(negatedBucket(word, mask));
        values.push(1);
      }
    });
    const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) || 1;
    return { buckets: Int32Array.from(at), values: Float32Array.from(values, (value) => value / norm) };
  });
}

/**
 * Multinomial logistic regression by AdaGrad, one example at a time in an order that is the same every time; the mean of the rounds after the first
 * is the result, in steps of an 8-bit integer.
 * @param chosen indices of the examples to learn from
 */
export function trainLinear(
  data: { readonly examples: readonly Example[]; readonly texts: readonly SparseText[] },
  chosen: readonly number[],
  options: LinearOptions,
): LinearPart {
  const size = options.buckets * EMOTION_COUNT;
  const weights = options.from === undefined ? new Float64Array(size) : unpacked(options.from);
  const bias = Float64Array.from(options.from?.bias ?? new Float64Array(EMOTION_COUNT));
  const start = options.from === undefined ? FRESH : LEARNED;
  const state = { weights, bias, squares: new Float64Array(size).fill(start), biasSquares: new Float64Array(EMOTION_COUNT).fill(start) };
  const means = { weights: new Float64Array(size), bias: new Float64Array(EMOTION_COUNT) };
  const order = [...chosen];
  const sequence = new Sequence(165);
  const counted = Math.max(1, options.rounds - 1);
  for (let round = 0; round < options.rounds; round++) {
    sequence.shuffle(order);
    for (const index of order) {
      const [example, text] = [data.examples[index], data.texts[index]];
      if (example !== undefined && text !== undefined) step(state, { example, text, options });
    }
    if (round < options.rounds - counted) continue;
    for (let i = 0; i < size; i++) means.weights[i] = (means.weights[i] ?? 0) + (weights[i] ?? 0) / counted;
    for (let k = 0; k < EMOTION_COUNT; k++) means.bias[k] = (means.bias[k] ?? 0) + (bias[k] ?? 0) / counted;
  }
  return packed(means.weights, means.bias, options.buckets);
}

interface State {
  readonly weights: Float64Array;
  readonly bias: Float64Array;
  readonly squares: Float64Array;
  readonly biasSquares: Float64Array;
}

const slope = new WeakMap<State, { shares: Float64Array; target: Float64Array }>();

function step(state: State, at: { readonly example: Example; readonly text: SparseText; readonly options: LinearOptions }): void {
  const { weights, bias, squares, biasSquares } = state;
  const { buckets, values } = at.text;
  let room = slope.get(state);
  if (room === undefined) slope.set(state, (room = { shares: new Float64Array(EMOTION_COUNT), target: new Float64Array(EMOTION_COUNT) }));
  const { shares, target } = room;
  shares.set(bias);
  for (let j = 0; j < buckets.length; j++) {
    const from = (buckets[j] ?? 0) * EMOTION_COUNT;
    const value = values[j] ?? 0;
    for (let k = 0; k < EMOTION_COUNT; k++) shares[k] = (shares[k] ?? 0) + value * (weights[from + k] ?? 0);
  }
  softmax(shares);
  targetOf(at.example, shares, target);
  const importance = importanceOf(at.example, target, at.options.balance);
  for (let k = 0; k < EMOTION_COUNT; k++) {
    const gradient = (shares[k] = ((shares[k] ?? 0) - (target[k] ?? 0)) * importance);
    const square = (biasSquares[k] = (biasSquares[k] ?? 0) + gradient * gradient);
    bias[k] = (bias[k] ?? 0) - (at.options.rate * gradient) / Math.sqrt(square);
  }
  for (let j = 0; j < buckets.length; j++) {
    const from = (buckets[j] ?? 0) * EMOTION_COUNT;
    const value = values[j] ?? 0;
    for (let k = 0; k < EMOTION_COUNT; k++) {
      const gradient = (shares[k] ?? 0) * value;
      const square = (squares[from + k] = (squares[from + k] ?? 0) + gradient * gradient);
      weights[from + k] = (weights[from + k] ?? 0) - (at.options.rate * gradient) / Math.sqrt(square);
    }
  }
}

/** How much an example counts: general conversation is evened out between the emotions, a service's own texts are taken as they come. */
export function importanceOf(example: Example, target: Float64Array, balance: readonly number[]): number {
  if (example.own) return example.weight;
  let sum = 0;
  for (let k = 0; k < target.length; k++) sum += (target[k] ?? 0) * (balance[k] ?? 1);
  return example.weight * sum;
}

function packed(weights: Float64Array, bias: Float64Array, buckets: number): LinearPart {
  const scales = new Float32Array(EMOTION_COUNT);
  for (let i = 0; i < weights.length; i++) {
    const k = i % EMOTION_COUNT;
    scales[k] = Math.max(scales[k] ?? 0, Math.abs(weights[i] ?? 0));
  }
  // The few largest weights are cut, so that the many others keep their steps.
  for (let k = 0; k < EMOTION_COUNT; k++) scales[k] = Math.max(1e-6, (0.6 * (scales[k] ?? 0)) / 127);
  const steps = new Int8Array(weights.length);
  for (let i = 0; i < weights.length; i++)
    steps[i] = Math.max(-127, Math.min(127, Math.round((weights[i] ?? 0) / (scales[i % EMOTION_COUNT] ?? 1))));
  return { buckets, weights: steps, scales, bias: Float32Array.from(bias) };
}

function unpacked(part: LinearPart): Float64Array {
  return Float64Array.from(part.weights, (weight, i) => weight * (part.scales[i % EMOTION_COUNT] ?? 0));
}
