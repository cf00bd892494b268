import type { Head } from './model.ts';
import { EMOTION_COUNT, OUTPUT_COUNT, POLARITIES } from './model.ts';

/** The groups of outputs that each sum to 1: where they begin, and how many. */
export const GROUPS = [
  { from: 0, count: EMOTION_COUNT },
  { from: EMOTION_COUNT, count: POLARITIES.length },
] as const;

/** What the second stage answers for a text. Each sums to 1. */
export interface Answer {
  /** by which the emotion is decided: the rare ones count for more than they would by their frequency */
  readonly emotions: Float64Array;
  readonly polarity: Float64Array;
  /** how likely each is, calibrated */
  readonly likelyEmotions: Float64Array;
  readonly likelyPolarity: Float64Array;
}

/** Runs the second stage. `service` 0..1: how much the text sounds like somebody speaking to a company. */
export function answerOf(head: Head, inputs: Float64Array, service: number): Answer {
  const outputs = outputsOf(head, inputs);
  const [emotions, polarity] = GROUPS.map(({ from, count }) => softmax(outputs.slice(from, from + count)));
  const [byEmotion, byPolarity] = head.calibration;
  const none = new Float64Array(0);
  return {
    emotions: emotions ?? none,
    polarity: polarity ?? none,
    likelyEmotions: calibrated(emotions ?? none, byEmotion, service),
    likelyPolarity: calibrated(polarity ?? none, byPolarity, service),
  };
}

/** Raw outputs: through the hidden layer, and past it. */
function outputsOf(head: Head, inputs: Float64Array): Float64Array {
  const { hidden, inner, outer, direct } = head;
  const count = head.inputs;
  const outputs = new Float64Array(OUTPUT_COUNT);
  for (let k = 0; k < OUTPUT_COUNT; k++) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += (direct[k * count + i] ?? 0) * (inputs[i] ?? 0);
    outputs[k] = sum;
  }
  for (let h = 0; h < hidden; h++) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += (inner[h * count + i] ?? 0) * (inputs[i] ?? 0);
    if (sum > 0) for (let k = 0; k < OUTPUT_COUNT; k++) outputs[k] = (outputs[k] ?? 0) + (outer[k * hidden + h] ?? 0) * sum;
  }
  return outputs;
}

/** In place. Sums to 1. */
export function softmax(values: Float64Array): Float64Array {
  let most = -Infinity;
  for (const value of values) if (value > most) most = value;
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k] = Math.exp((values[k] ?? 0) - most);
  for (let k = 0; k < values.length; k++) values[k] = (values[k] ?? 0) / sum;
  return values;
}

/** Corrects how sure the answers are: `row` is scale, scale by service, an offset per class, an offset per class by service. */
export function calibrated(shares: Float64Array, row: Float32Array | undefined, service: number): Float64Array {
  if (row === undefined) return shares;
  const scale = (row[0] ?? 1) + service * (row[1] ?? 0);
  return softmax(
    shares.map((share, k) => scale * Math.log(Math.max(1e-9, share)) + (row[2 + k] ?? 0) + service * (row[2 + shares.length + k] ?? 0)),
  );
}
