import { EMOTIONS } from '#lib/contract/index.ts';
import { Fault } from '#lib/contract/index.ts';

/** Number of emotions, and of polarities (negative, neutral, positive). */
export const EMOTION_COUNT = EMOTIONS.length;
export const POLARITIES = ['negative', 'neutral', 'positive'] as const;
export type Polarity = (typeof POLARITIES)[number];

/** Outputs of the second stage: the emotions, then the polarities. */
export const OUTPUT_COUNT = EMOTION_COUNT + POLARITIES.length;

/** First stage: hashed words and pieces of words, each with a weight per emotion. */
export interface LinearPart {
  /** a power of two */
  readonly buckets: number;
  /** a row of weights per bucket, in steps of the emotion's scale */
  readonly weights: Int8Array;
  readonly scales: Float32Array;
  readonly bias: Float32Array;
}

/** Second stage: what the first stage and the signs say together. One hidden layer, and a direct way beside it. */
export interface Head {
  readonly inputs: number;
  readonly hidden: number;
  /** hidden x inputs */
  readonly inner: Float32Array;
  /** outputs x hidden */
  readonly outer: Float32Array;
  /** outputs x inputs */
  readonly direct: Float32Array;
  /** one row per group of outputs: scale, scale by service, offsets, offsets by service */
  readonly calibration: readonly Float32Array[];
}

/** A model of one language, as a file holds it. Immutable. */
export interface EmotionModel {
  readonly name: string;
  readonly lang: string;
  /** from the file's bytes: other weights are another version */
  readonly version: string;
  readonly linear: LinearPart;
  readonly head: Head;
  /** what it was trained on, in words */
  readonly trained: string;
}

const FORMAT = 'throughline-emotion-3';

interface Header {
  readonly format: string;
  readonly name: string;
  readonly lang: string;
  readonly trained: string;
  readonly buckets: number;
  readonly inputs: number;
  readonly hidden: number;
}

const calibrationSizes = [2 + 2 * EMOTION_COUNT, 2 + 2 * POLARITIES.length] as const;

/** Model -> bytes: one line of JSON, the weights as signed bytes, the rest as little-endian 32-bit floats. The same model gives the same bytes. */
export function encodeModel(model: Omit<EmotionModel, 'version'>): Uint8Array {
  const { linear, head } = model;
  const header: Header = {
    format: FORMAT,
    name: model.name,
    lang: model.lang,
    trained: model.trained,
    buckets: linear.buckets,
    inputs: head.inputs,
    hidden: head.hidden,
  };
  const line = new TextEncoder().encode(`${JSON.stringify(header)}\n`);
  const floats = [linear.scales, linear.bias, head.inner, head.outer, head.direct, ...head.calibration];
  const bytes = new Uint8Array(line.length + linear.weights.length + 4 * floats.reduce((sum, list) => sum + list.length, 0));
  bytes.set(line);
  bytes.set(new Uint8Array(linear.weights.buffer, linear.weights.byteOffset, linear.weights.length), line.length);
  const view = new DataView(bytes.buffer);
  let at = line.length + linear.weights.length;
  for (const list of floats)
    for (const value of list) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  return bytes;
}

/**
 * Bytes -> model.
 * @throws Fault `bad_config` where the bytes are no model of this format
 */
export function decodeModel(bytes: Uint8Array): EmotionModel {
  const end = bytes.indexOf(0x0a);
  const header = headerOf(bytes.subarray(0, Math.max(0, end)));
  const { buckets, inputs, hidden } = header;
  const sizes = [EMOTION_COUNT, EMOTION_COUNT, hidden * inputs, OUTPUT_COUNT * hidden, OUTPUT_COUNT * inputs, ...calibrationSizes];
  const weightCount = buckets * EMOTION_COUNT;
  let at = end + 1 + weightCount;
  if (bytes.length !== at + 4 * sizes.reduce((sum, size) => sum + size, 0)) throw notAModel('it is cut off or too long');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lists = sizes.map((size) => {
    const list = Float32Array.from({ length: size }, (_, index) => view.getFloat32(at + 4 * index, true));
    at += 4 * size;
    return list;
  });
  const [scales, bias, inner, outer, direct, ...calibration] = lists;
  if (scales === undefined || bias === undefined || inner === undefined || outer === undefined || direct === undefined)
    throw notAModel('parts are missing');
  // a copy: a Buffer's own slice would share the memory of the whole file
  const weights = new Int8Array(weightCount);
  weights.set(bytes.subarray(end + 1, end + 1 + weightCount));
  return {
    name: header.name,
    lang: header.lang,
    trained: header.trained,
    version: fingerprint(bytes),
    linear: { buckets, weights, scales, bias },
    head: { inputs, hidden, inner, outer, direct, calibration },
  };
}

function headerOf(line: Uint8Array): Header {
  try {
    const header = JSON.parse(new TextDecoder().decode(line)) as Header;
    const whole = [header.buckets, header.inputs, header.hidden].every((n) => Number.isInteger(n) && n > 0 && n <= 2 ** 20);
    if (header.format === FORMAT && whole && (header.buckets & (header.buckets - 1)) === 0) return header;
  } catch (cause) {
    throw notAModel('its first line is not JSON', cause);
  }
  throw notAModel(`its first line does not say ${FORMAT}`);
}

function notAModel(reason: string, cause?: unknown): Fault {
  return new Fault('bad_config', `This is not an emotion model of this version: ${reason}. Train it anew.`, { cause });
}

/** FNV-1a over all bytes, 8 hex digits: tells versions apart, keeps nobody from forging one. */
function fingerprint(bytes: Uint8Array): string {
  let h = 0x811c9dc5;
  for (const byte of bytes) h = Math.imul(h ^ byte, 0x01000193);
  return (h >>> 0).toString(16).padStart(8, '0');
}
