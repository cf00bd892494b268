import { EMOTIONS } from '#lib/contract/index.ts';
import type { EmotionModel } from '../model.ts';
import { EMOTION_COUNT, POLARITIES } from '../model.ts';
import { answerOf } from '../head.ts';
import { contributionsOf, inputsOf, WordWeights } from '../reading.ts';
import type { ReadText } from '../reading.ts';
import { fitCalibration } from './calibration.ts';
import type { Judged } from './calibration.ts';
import type { Example, Labelled } from './example.ts';
import { exampleOf } from './example.ts';
import { sparseTexts, trainLinear } from './linear.ts';
import { trainHead } from './second.ts';

export interface TrainOptions {
  readonly name: string;
  readonly lang: string;
  /** what it is trained on, in words */
  readonly trained: string;
  /** go on from this model instead of beginning anew */
  readonly from?: EmotionModel;
  /** told what is being done, with the share that is done, 0..1 */
  readonly onProgress?: (done: number, what: string) => void;
}

/** 2^16 buckets x 7 emotions of one byte: 448 KB, the largest that stays below half a megabyte. */
const BUCKETS = 65_536;
const HIDDEN = 32;
/** Parts of the data, each read by a model that has learned from the others only. */
const FOLDS = 4;
/** One in so many general texts is enough to say how sure the answers are. */
const THINNED = 4;
/**
 * Share of service posts that others would label otherwise. Posts that one author writes and labels are clearer than what comes in: on 301 posts and
 * 418 turns of chats that were labelled before anything was learned from their kind, answers were less often right than they said by 5 and more in
 * a hundred. Between those and the posts held out, this leaves an error on either side that is about as large.
 */
const DISAGREED = 0.08;
/**
 * How far the emotions of general conversation are evened out, from 0 (as they come) to 1 (all the same), in the words and in the second stage. The
 * second is chosen by the macro-F1 of answers on the training texts themselves, by models that had not seen them: .3 59.0, .4 59.0, .5 58.7.
 */
const EVENED = { words: 0.5, together: 0.4 };
const FRESH = { rounds: 5, rate: 0.1, headRounds: 15, headRate: 0.003 };
const FURTHER = { rounds: 4, rate: 0.05, headRounds: 8, headRate: 0.002 };

/**
 * Trains a model. The same texts in the same order give the same bytes, on any machine: the only functions used whose last digit could differ,
 * exponential, logarithm and power, are the ones of the JavaScript engine itself.
 */
export function trainModel(labelled: readonly Labelled[], options: TrainOptions): Omit<EmotionModel, 'version'> {
  const { from, onProgress } = options;
  const pace = from === undefined ? FRESH : FURTHER;
  const examples = labelled.map(exampleOf);
  const balance = balanceOf(examples, EVENED.words);
  const buckets = from?.linear.buckets ?? BUCKETS;
  const data = { examples, texts: sparseTexts(examples, buckets) };
  const everything = examples.map((_, index) => index);
  const linearOptions = { buckets, rounds: pace.rounds, rate: pace.rate, balance, ...(from === undefined ? {} : { from: from.linear }) };
  const headOptions = {
    hidden: from?.head.hidden ?? HIDDEN,
    rounds: pace.headRounds,
    rate: pace.headRate,
    balance: balanceOf(examples, EVENED.together),
    ...(from === undefined ? {} : { from: from.head }),
  };
  const inputs: Float64Array[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    onProgress?.(0.15 * fold, 'words');
    const weights = new WordWeights(trainLinear(data, outside(everything, fold), linearOptions));
    for (const index of inside(everything, fold)) inputs[index] = inputsFor(examples[index]?.read, weights);
  }
  onProgress?.(0.6, 'words');
  const linear = trainLinear(data, everything, linearOptions);
  const judged = judgedOutside({ examples, inputs, everything }, (chosen) => trainHead({ examples, inputs }, chosen, headOptions), {
    onProgress,
    doubt: from === undefined ? DISAGREED : 0,
  });
  onProgress?.(0.95, 'second stage');
  const head = trainHead({ examples, inputs }, everything, headOptions);
  const calibration = [fitCalibration(judged.emotions, EMOTION_COUNT), fitCalibration(judged.polarity, POLARITIES.length)];
  return { name: options.name, lang: options.lang, trained: options.trained, linear, head: { ...head, calibration } };
}

const inside = (all: readonly number[], fold: number): number[] => all.filter((index) => index % FOLDS === fold);
const outside = (all: readonly number[], fold: number): number[] => all.filter((index) => index % FOLDS !== fold);

function inputsFor(read: ReadText | undefined, weights: WordWeights): Float64Array {
  return read === undefined ? new Float64Array(0) : inputsOf(read, weights, contributionsOf(read.words, weights));
}

/** Answers on each part of the data, by a second stage that has learned from the others. */
function judgedOutside(
  data: { readonly examples: readonly Example[]; readonly inputs: readonly Float64Array[]; readonly everything: readonly number[] },
  train: (chosen: readonly number[]) => ReturnType<typeof trainHead>,
  { onProgress, doubt }: { readonly onProgress: TrainOptions['onProgress']; readonly doubt: number },
): { readonly emotions: Judged[]; readonly polarity: Judged[] } {
  const emotions: Judged[] = [];
  const polarity: Judged[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    onProgress?.(0.7 + 0.06 * fold, 'second stage');
    const head = train(outside(data.everything, fold));
    for (const index of inside(data.everything, fold)) {
      const [example, inputs] = [data.examples[index], data.inputs[index]];
      if (example === undefined || inputs === undefined) continue;
      const { service } = example.read.signs;
      const answer = answerOf(head, inputs, service);
      if (!example.own && Math.floor(index / FOLDS) % THINNED !== 0) continue;
      const weight = example.own ? example.weight : THINNED * example.weight;
      if (example.emotions !== null)
        emotions.push({
          shares: answer.emotions,
          right: example.own ? doubted(example.emotions, doubt) : example.emotions,
          service,
          weight,
        });
      polarity.push({ shares: answer.polarity, right: example.own ? doubted(example.polarity, doubt) : example.polarity, service, weight });
    }
  }
  return { emotions, polarity };
}

/** What people say of a service's posts, with the doubt that others would say otherwise. An installation's own labels are what comes in: no doubt there. */
function doubted(shares: Float64Array, doubt: number): Float64Array {
  return shares.map((share) => (1 - doubt) * share + doubt / shares.length);
}

function balanceOf(examples: readonly Example[], evened: number): readonly number[] {
  const counts = new Float64Array(EMOTION_COUNT);
  let total = 0;
  for (const { emotions, own } of examples) {
    if (own || emotions === null) continue;
    total++;
    emotions.forEach((share, k) => (counts[k] = (counts[k] ?? 0) + share));
  }
  return EMOTIONS.map((_, k) => (total === 0 ? 1 : (total / EMOTIONS.length / Math.max(1, counts[k] ?? 0)) ** evened));
}
