import { EMOTIONS, type Emotion, type EmotionOrUnknown, type EmotionSource } from '#lib/contract/index.ts';
import { classesOfLabel, classesOfValence, strongestClass, valenceOfClasses, type ClassWeights } from './classes.ts';

const HOUR_MS = 3_600_000;
/** Weight of knowing nothing, and what one then assumes, in the order of `EMOTIONS`. */
const PRIOR_WEIGHT = 0.5;
const PRIOR: ClassWeights = [0.1, 0.03, 0.05, 0.07, 0.55, 0.15, 0.05];
/** Evidence lighter than this is no answer. */
const UNKNOWN_BELOW = 0.25;
/** What is left of a statement after each newer one. */
const SUPERSEDED = 0.5;
/** Stars are given for the whole and keep longer than an answer about one contact. */
const STARS_HALF_LIFE_HOURS = 72;

const TRUST: Readonly<Record<EmotionSource, { readonly reliability: number; readonly halfLifeHours: number }>> = {
  survey: { reliability: 1, halfLifeHours: 24 },
  agent: { reliability: 0.9, halfLifeHours: 24 },
  text: { reliability: 0.8, halfLifeHours: 6 },
  behaviour: { reliability: 0.5, halfLifeHours: 12 },
};

/** One piece of evidence about what a customer feels. */
export interface Evidence {
  readonly source: EmotionSource;
  /** when it was given, ms since 1970 */
  readonly at: number;
  /** how far this kind of evidence can be trusted, 0..1 */
  readonly reliability: number;
  /** how sure this one is, 0..1 */
  readonly confidence: number;
  /** hours after which it counts half, > 0 */
  readonly halfLifeHours: number;
  /** distribution over the emotions, in the order of `EMOTIONS` */
  readonly classes: ClassWeights;
  /** -1..1; without it, the distribution's own */
  readonly valence?: number;
}

/** A customer's current emotion. */
export interface Fused {
  readonly label: EmotionOrUnknown;
  /** -1..1, pulled towards 0 where the evidence is thin */
  readonly valence: number;
  /** 0..1 */
  readonly confidence: number;
  /** sum of the evidence's weights at `now` */
  readonly weight: number;
  /** distribution over the emotions, in the order of `EMOTIONS`, the prior included */
  readonly classes: ClassWeights;
  /** where the evidence comes from that says most for the label; null where the label is unknown */
  readonly source: EmotionSource | null;
  /** what that evidence says by itself: another label where it has faded, or others speak against it */
  readonly said: Emotion | null;
  /** when that evidence was given, ms since 1970 */
  readonly since: number | null;
}

/**
 * Fuses evidence into one current emotion: each piece decays with its age, and a statement (anything but behaviour) halves with each newer one.
 * Evidence from after `now` is passed over, so any past instant can be read. The order of the list does not matter, except among equals in time.
 * @param now ms since 1970
 */
export function fuse(evidence: readonly Evidence[], now: number): Fused {
  // newest first: one pass counts what supersedes each piece, and the sums do not depend on the caller's order
  const seen = evidence.filter((item) => item.at <= now).sort((a, b) => b.at - a.at);
  const weights = weightsOf(seen, now);
  const weight = weights.reduce((sum, value) => sum + value, 0);
  const total = PRIOR_WEIGHT + weight;
  const mix = (of: (item: Evidence) => number): number => seen.reduce((sum, item, index) => sum + (weights[index] ?? 0) * of(item), 0);
  const classes = EMOTIONS.map((_, k) => (PRIOR_WEIGHT * (PRIOR[k] ?? 0) + mix((item) => item.classes[k] ?? 0)) / total);
  const valence = mix((item) => item.valence ?? valenceOfClasses(item.classes)) / total;
  const confidence = weight / total;
  if (weight < UNKNOWN_BELOW) return { label: 'unknown', valence, confidence, weight, classes, source: null, said: null, since: null };
  const label = strongestClass(classes);
  const leading = leadingFor(label, seen, weights);
  const said = leading === undefined ? null : strongestClass(leading.classes);
  return { label, valence, confidence, weight, classes, source: leading?.source ?? null, said, since: leading?.at ?? null };
}

/** @param newestFirst statements of one instant do not supersede one another */
function weightsOf(newestFirst: readonly Evidence[], now: number): number[] {
  let statements = 0;
  let newer = 0;
  let instant = Infinity;
  return newestFirst.map((item) => {
    if (item.at < instant) [instant, newer] = [item.at, statements];
    const superseded = item.source === 'behaviour' ? 1 : SUPERSEDED ** newer;
    if (item.source !== 'behaviour') statements++;
    const ageHours = (now - item.at) / HOUR_MS;
    return item.reliability * item.confidence * 2 ** (-ageHours / item.halfLifeHours) * superseded;
  });
}

function leadingFor(label: Emotion, evidence: readonly Evidence[], weights: readonly number[]): Evidence | undefined {
  const k = EMOTIONS.indexOf(label);
  let leading: Evidence | undefined;
  let most = 0;
  evidence.forEach((item, index) => {
    const says = (weights[index] ?? 0) * (item.classes[k] ?? 0);
    if (says > most) [leading, most] = [item, says];
  });
  return leading;
}

/**
 * Evidence of a score the customer gave.
 * @param score `kind`: how it was asked for (`csat`, `stars`, ...; empty where nobody says); `valence` -1..1
 */
export function surveyEvidence(score: { readonly kind: string; readonly valence: number }, at: number): Evidence {
  const { kind, valence } = score;
  const halfLifeHours = kind === 'stars' ? STARS_HALF_LIFE_HOURS : TRUST.survey.halfLifeHours;
  return { source: 'survey', at, ...TRUST.survey, confidence: 1, halfLifeHours, classes: classesOfValence(valence), valence };
}

/**
 * Evidence of one named emotion: read in a text, or coded by an agent. All of it goes to that class, because the doubt is in the weight already.
 * @param reading `confidence` 0..1, `valence` -1..1
 */
export function labelEvidence(
  source: 'text' | 'agent',
  reading: { readonly label: Emotion; readonly valence: number; readonly confidence: number },
  at: number,
): Evidence {
  const { label, valence, confidence } = reading;
  return { source, at, ...TRUST[source], confidence, classes: classesOfLabel(label), valence };
}

/**
 * Evidence of what went wrong for somebody who has said nothing about it.
 * @param friction of the visit, 0..100: the harder it was, the surer
 */
export function behaviourEvidence(friction: number, at: number): Evidence {
  const hard = friction / 100;
  return { source: 'behaviour', at, ...TRUST.behaviour, confidence: hard, classes: classesOfLabel('frustrated'), valence: -hard };
}
