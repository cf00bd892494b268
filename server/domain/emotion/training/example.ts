import { EMOTIONS, type Emotion } from '#lib/contract/index.ts';
import { POLARITIES, type Polarity } from '../model.ts';
import type { ReadText } from '../reading.ts';
import { readPieces } from '../reading.ts';
import { ownWords } from '../own-words.ts';
import { tokenise } from '../tokens.ts';

/** A text with what people said of it. */
export interface Labelled {
  readonly text: string;
  /** one emotion or several that were named together; empty: only the polarity is known */
  readonly emotions: readonly Emotion[];
  /** absent: follows from the emotions */
  readonly polarity?: Polarity;
  /** how much it counts, > 0; usually 1 */
  readonly weight: number;
  /** comes from the service's own texts and not from general conversation: the balance of the emotions is not evened out */
  readonly own: boolean;
}

/** A labelled text, read. */
export interface Example {
  readonly read: ReadText;
  /** a share per emotion; null: only the polarity is known */
  readonly emotions: Float64Array | null;
  readonly polarity: Float64Array;
  readonly weight: number;
  readonly own: boolean;
}

/** Polarity of each emotion; being confused is as often a plain question as a complaint. */
const POLARITY_OF: Readonly<Record<Emotion, readonly number[]>> = {
  frustrated: [1, 0, 0],
  anxious: [1, 0, 0],
  confused: [0.5, 0.5, 0],
  disappointed: [1, 0, 0],
  neutral: [0, 1, 0],
  satisfied: [0, 0, 1],
  delighted: [0, 0, 1],
};

export function exampleOf(labelled: Labelled): Example {
  const { text, emotions, weight, own } = labelled;
  const shares = new Float64Array(EMOTIONS.length);
  const polarity = new Float64Array(POLARITIES.length);
  for (const emotion of emotions) {
    const k = EMOTIONS.indexOf(emotion);
    shares[k] = (shares[k] ?? 0) + 1 / emotions.length;
    if (labelled.polarity === undefined)
      POLARITY_OF[emotion].forEach((share, p) => (polarity[p] = (polarity[p] ?? 0) + share / emotions.length));
  }
  if (labelled.polarity !== undefined) polarity[POLARITIES.indexOf(labelled.polarity)] = 1;
  return { read: readPieces(tokenise(ownWords(text))), emotions: emotions.length === 0 ? null : shares, polarity, weight, own };
}

/**
 * What the emotions should have been, given what the model thinks: where only the polarity is known, the model's own shares among the emotions of
 * that polarity.
 */
export function targetOf(example: Example, shares: Float64Array, into: Float64Array): Float64Array {
  if (example.emotions !== null) {
    into.set(example.emotions);
    return into;
  }
  let sum = 0;
  EMOTIONS.forEach((emotion, k) => {
    let fits = 0;
    POLARITY_OF[emotion].forEach((share, p) => (fits += share * (example.polarity[p] ?? 0)));
    sum += into[k] = fits * (shares[k] ?? 0);
  });
  for (let k = 0; k < into.length; k++) into[k] = sum > 0 ? (into[k] ?? 0) / sum : 0;
  return into;
}
