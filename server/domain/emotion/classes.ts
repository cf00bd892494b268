import { EMOTIONS, type Emotion } from '#lib/contract/index.ts';

/** Valence each emotion stands for, -1..1. */
export const CLASS_VALENCE: Readonly<Record<Emotion, number>> = Object.freeze({
  frustrated: -0.8,
  anxious: -0.5,
  confused: -0.3,
  disappointed: -0.6,
  neutral: 0,
  satisfied: 0.6,
  delighted: 1,
});

/** A weight per emotion, in the order of `EMOTIONS`; where it is a distribution it sums to 1. */
export type ClassWeights = readonly number[];

/**
 * What a bare score says about the class. A number does not tell anger from disappointment, so most of its weight is shared between them:
 * the further down, the more anger. The rows are a pragmatic table, linear in between; a row reads in the order of `EMOTIONS`.
 */
const VALENCE_CLASSES: readonly (readonly [number, ClassWeights])[] = [
  [-1, [0.65, 0.05, 0.05, 0.25, 0, 0, 0]],
  [-0.5, [0.45, 0.05, 0.05, 0.4, 0.05, 0, 0]],
  [-0.3, [0.2, 0.05, 0.05, 0.5, 0.2, 0, 0]],
  [0, [0.05, 0.03, 0.05, 0.12, 0.7, 0.05, 0]],
  [0.2, [0.02, 0.02, 0.03, 0.05, 0.38, 0.48, 0.02]],
  [0.6, [0, 0.01, 0.02, 0.02, 0.1, 0.7, 0.15]],
  [1, [0, 0, 0, 0, 0.02, 0.28, 0.7]],
];

/**
 * Distribution over the emotions for a score's valence.
 * @param valence -1..1; values outside are clamped
 */
export function classesOfValence(valence: number): ClassWeights {
  let [fromValence, from] = VALENCE_CLASSES[0] ?? [-1, []];
  for (const [toValence, to] of VALENCE_CLASSES) {
    if (valence <= toValence) {
      const share = toValence === fromValence ? 1 : (valence - fromValence) / (toValence - fromValence);
      return EMOTIONS.map((_, index) => (1 - share) * (from[index] ?? 0) + share * (to[index] ?? 0));
    }
    [fromValence, from] = [toValence, to];
  }
  return from;
}

/** All weight on one emotion. */
export function classesOfLabel(label: Emotion): ClassWeights {
  return EMOTIONS.map((emotion) => (emotion === label ? 1 : 0));
}

/** The emotion with the greatest weight; of equals the earlier in `EMOTIONS`. */
export function strongestClass(weights: ClassWeights): Emotion {
  let best = 0;
  for (let index = 1; index < EMOTIONS.length; index++) if ((weights[index] ?? 0) > (weights[best] ?? 0)) best = index;
  return EMOTIONS[best] ?? 'neutral';
}

/**
 * The emotion to name for a score's valence: about -.47 and less is frustrated, up to -.2 disappointed, up to .17 neutral, up to .83 satisfied,
 * above delighted.
 */
export function labelOfValence(valence: number): Emotion {
  return strongestClass(classesOfValence(valence));
}

/** Valence of a distribution: the mean of the classes' own. */
export function valenceOfClasses(weights: ClassWeights): number {
  return EMOTIONS.reduce((sum, emotion, index) => sum + (weights[index] ?? 0) * CLASS_VALENCE[emotion], 0);
}
