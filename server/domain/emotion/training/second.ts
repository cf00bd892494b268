import { EMOTION_COUNT, OUTPUT_COUNT } from '../model.ts';
import type { Head } from '../model.ts';
import { GROUPS, softmax } from '../head.ts';
import { INPUT_COUNT } from '../reading.ts';
import type { Example } from './example.ts';
import { targetOf } from './example.ts';
import { importanceOf } from './linear.ts';
import { Sequence } from './random.ts';

export interface HeadOptions {
  /** units of one member; three are trained apart and joined, which is less moved by chance. Going on from a head, there is only that one */
  readonly hidden: number;
  readonly rounds: number;
  readonly rate: number;
  readonly balance: readonly number[];
  readonly from?: Head;
}

/** Where the members' sequences begin. */
const SEEDS = [7, 165, 2020] as const;
const BATCH = 32;
const DECAY = 1e-4;
/** Share of the hidden layer that sits out a step, so that none relies on another. */
const DROPPED = 0.2;
/** Adam (Kingma and Ba 2015). */
const [FIRST, SECOND, TINY] = [0.9, 0.999, 1e-8];

/** Texts as the second stage sees them. */
interface HeadData {
  readonly examples: readonly Example[];
  readonly inputs: readonly Float64Array[];
}

/** Learns how the first stage and the signs go together. Without calibration. */
export function trainHead(data: HeadData, chosen: readonly number[], options: HeadOptions): Head {
  const [seed, ...others] = SEEDS;
  const first = trainMember(data, chosen, { ...options, seed });
  if (options.from !== undefined) return first;
  return joined(
    first,
    others.map((one) => trainMember(data, chosen, { ...options, seed: one })),
  );
}

function trainMember(data: HeadData, chosen: readonly number[], options: HeadOptions & { readonly seed: number }): Head {
  const run = new HeadRun(options);
  const order = [...chosen];
  for (let round = 0; round < options.rounds; round++) {
    run.sequence.shuffle(order);
    run.rate = options.rate * (1 - round / options.rounds);
    let inBatch = 0;
    for (const index of order) {
      const [example, inputs] = [data.examples[index], data.inputs[index]];
      if (example === undefined || inputs === undefined) continue;
      run.learn(example, inputs);
      if (++inBatch === BATCH) {
        run.move();
        inBatch = 0;
      }
    }
    if (inBatch > 0) run.move();
  }
  return run.head();
}

/** Several as one: their hidden layers side by side, so that what it says is the mean of what each says. */
function joined(first: Head, others: readonly Head[]): Head {
  const heads = [first, ...others];
  const hidden = heads.reduce((sum, head) => sum + head.hidden, 0);
  const inner = new Float32Array(hidden * first.inputs);
  const outer = new Float32Array(OUTPUT_COUNT * hidden);
  const direct = new Float32Array(first.direct.length);
  let at = 0;
  for (const head of heads) {
    inner.set(head.inner, at * head.inputs);
    for (let k = 0; k < OUTPUT_COUNT; k++)
      for (let h = 0; h < head.hidden; h++) outer[k * hidden + at + h] = (head.outer[k * head.hidden + h] ?? 0) / heads.length;
    head.direct.forEach((weight, i) => (direct[i] = (direct[i] ?? 0) + weight / heads.length));
    at += head.hidden;
  }
  return { ...first, hidden, inner, outer, direct };
}

/** Parameters of one layer, with what Adam remembers of them. */
class Layer {
  readonly values: Float64Array;
  readonly gradient: Float64Array;
  readonly #mean: Float64Array;
  readonly #square: Float64Array;

  constructor(values: Float64Array) {
    this.values = values;
    this.gradient = new Float64Array(values.length);
    this.#mean = new Float64Array(values.length);
    this.#square = new Float64Array(values.length);
  }

  move(rate: number, corrections: { readonly first: number; readonly second: number }): void {
    const { values, gradient } = this;
    for (let i = 0; i < values.length; i++) {
      const slope = (gradient[i] ?? 0) / BATCH + DECAY * (values[i] ?? 0);
      const mean = (this.#mean[i] = FIRST * (this.#mean[i] ?? 0) + (1 - FIRST) * slope);
      const square = (this.#square[i] = SECOND * (this.#square[i] ?? 0) + (1 - SECOND) * slope * slope);
      values[i] = (values[i] ?? 0) - (rate * (mean / corrections.first)) / (Math.sqrt(square / corrections.second) + TINY);
    }
    gradient.fill(0);
  }
}

class HeadRun {
  readonly sequence: Sequence;
  rate = 0;
  readonly #o: HeadOptions;
  readonly #inner: Layer;
  readonly #outer: Layer;
  readonly #direct: Layer;
  readonly #active: Float64Array;
  readonly #kept: Float64Array;
  readonly #back: Float64Array;
  readonly #target = new Float64Array(EMOTION_COUNT);
  #firstPower = 1;
  #secondPower = 1;

  constructor(options: HeadOptions & { readonly seed: number }) {
    const { hidden, from } = options;
    this.sequence = new Sequence(options.seed);
    this.#o = options;
    this.#active = new Float64Array(hidden);
    this.#kept = new Float64Array(hidden);
    this.#back = new Float64Array(hidden);
    const random = (length: number, width: number): Float64Array =>
      Float64Array.from({ length }, () => (2 * this.sequence.next() - 1) * width);
    this.#inner = new Layer(from === undefined ? random(hidden * INPUT_COUNT, Math.sqrt(3 / INPUT_COUNT)) : Float64Array.from(from.inner));
    this.#outer = new Layer(from === undefined ? random(OUTPUT_COUNT * hidden, 0.15) : Float64Array.from(from.outer));
    this.#direct = new Layer(from === undefined ? passOn() : Float64Array.from(from.direct));
  }

  /** Adds one example's slope. */
  learn(example: Example, inputs: Float64Array): void {
    const outputs = this.#forward(inputs);
    const [emotions, polarity] = GROUPS.map(({ from, count }) => softmax(outputs.subarray(from, from + count)));
    if (emotions === undefined || polarity === undefined) return;
    const importance = importanceOf(example, targetOf(example, emotions, this.#target), this.#o.balance);
    for (let k = 0; k < emotions.length; k++) outputs[k] = ((emotions[k] ?? 0) - (this.#target[k] ?? 0)) * importance;
    for (let k = 0; k < polarity.length; k++) outputs[EMOTION_COUNT + k] = ((polarity[k] ?? 0) - (example.polarity[k] ?? 0)) * importance;
    this.#backward(inputs, outputs);
  }

  move(): void {
    this.#firstPower *= FIRST;
    this.#secondPower *= SECOND;
    const corrections = { first: 1 - this.#firstPower, second: 1 - this.#secondPower };
    for (const layer of [this.#inner, this.#outer, this.#direct]) layer.move(this.rate, corrections);
  }

  head(): Head {
    const [inner, outer, direct] = [this.#inner, this.#outer, this.#direct].map((layer) => Float32Array.from(layer.values));
    const none = new Float32Array(0);
    return {
      inputs: INPUT_COUNT,
      hidden: this.#o.hidden,
      inner: inner ?? none,
      outer: outer ?? none,
      direct: direct ?? none,
      calibration: GROUPS.map(({ count }) => Float32Array.from({ length: 2 + 2 * count }, (_, i) => (i === 0 ? 1 : 0))),
    };
  }

  #forward(inputs: Float64Array): Float64Array {
    const { hidden } = this.#o;
    const [inner, outer, direct] = [this.#inner.values, this.#outer.values, this.#direct.values];
    const outputs = new Float64Array(OUTPUT_COUNT);
    for (let h = 0; h < hidden; h++) {
      let sum = 0;
      for (let i = 0; i < INPUT_COUNT; i++) sum += (inner[h * INPUT_COUNT + i] ?? 0) * (inputs[i] ?? 0);
      const kept = (this.#kept[h] = this.sequence.next() < DROPPED ? 0 : 1 / (1 - DROPPED));
      this.#active[h] = sum > 0 ? sum * kept : 0;
    }
    for (let k = 0; k < OUTPUT_COUNT; k++) {
      let sum = 0;
      for (let h = 0; h < hidden; h++) sum += (outer[k * hidden + h] ?? 0) * (this.#active[h] ?? 0);
      for (let i = 0; i < INPUT_COUNT; i++) sum += (direct[k * INPUT_COUNT + i] ?? 0) * (inputs[i] ?? 0);
      outputs[k] = sum;
    }
    return outputs;
  }

  #backward(inputs: Float64Array, slopes: Float64Array): void {
    const { hidden } = this.#o;
    const [inner, outer, direct] = [this.#inner, this.#outer, this.#direct];
    this.#back.fill(0);
    for (let k = 0; k < OUTPUT_COUNT; k++) {
      const slope = slopes[k] ?? 0;
      for (let h = 0; h < hidden; h++) {
        const at = k * hidden + h;
        outer.gradient[at] = (outer.gradient[at] ?? 0) + slope * (this.#active[h] ?? 0);
        this.#back[h] = (this.#back[h] ?? 0) + slope * (outer.values[at] ?? 0);
      }
      for (let i = 0; i < INPUT_COUNT; i++) {
        const at = k * INPUT_COUNT + i;
        direct.gradient[at] = (direct.gradient[at] ?? 0) + slope * (inputs[i] ?? 0);
      }
    }
    for (let h = 0; h < hidden; h++) {
      if ((this.#active[h] ?? 0) <= 0) continue;
      const slope = (this.#back[h] ?? 0) * (this.#kept[h] ?? 0);
      for (let i = 0; i < INPUT_COUNT; i++) {
        const at = h * INPUT_COUNT + i;
        inner.gradient[at] = (inner.gradient[at] ?? 0) + slope * (inputs[i] ?? 0);
      }
    }
  }
}

/** To begin with, what the first stage says is passed on. */
function passOn(): Float64Array {
  const direct = new Float64Array(OUTPUT_COUNT * INPUT_COUNT);
  for (let k = 0; k < EMOTION_COUNT; k++) direct[k * INPUT_COUNT + k] = 1;
  return direct;
}
