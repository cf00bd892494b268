import { z } from 'zod';
import type { Names, Position } from './views.ts';
import type { Channel, Clue } from './words.ts';

const text = z.string().min(1).max(128);
const instant = z.int().min(0).max(4_102_444_800_000);

/** What moments are held against: whether the case came to its goal, or how the customer felt at the last moment that is known. */
const MOMENT_OUTCOMES = ['arrived', 'felt'] as const;
export type MomentOutcome = (typeof MOMENT_OUTCOMES)[number];

export const momentParams = z.strictObject({
  journey: text,
  /** absent: the newest */
  version: z.int().min(1).optional(),
  outcome: z.enum(MOMENT_OUTCOMES).optional(),
  to: instant.optional(),
});
export type MomentParams = z.infer<typeof momentParams>;

/**
 * The cases behind a number of the moments: that had a bad or a good experience at a touchpoint, or another; of these, those that came to the goal
 * or did not. `worst` and `best`: cases by their most remembered moment. `cases`: all that are looked at; `arrived`: those of them at the goal.
 */
export const momentListSchema = z.strictObject({
  of: z.literal('moment'),
  journey: text,
  version: z.coerce.number().int().min(1).optional(),
  touchpoint: text.optional(),
  what: z.enum(['here', 'bad', 'good', 'notBad', 'notGood', 'worst', 'best', 'cases', 'arrived']),
  outcome: z.enum(MOMENT_OUTCOMES).optional(),
  arrived: z.enum(['yes', 'no']).optional(),
  /** cases opened from here on */
  from: z.coerce.number().int().min(0).max(4_102_444_800_000),
  /** and until here */
  until: z.coerce.number().int().min(0).max(4_102_444_800_000),
  to: z.coerce.number().int().min(0).max(4_102_444_800_000).optional(),
});
export type MomentListRef = z.infer<typeof momentListSchema>;

/** A touchpoint as the moments name it. */
export interface MomentPlace {
  readonly touchpoint: string;
  readonly name: Names;
  readonly owner: string;
  readonly clue: Clue;
  /** weight as a moment of truth; 0: none */
  readonly mot: number;
  /** null: accompanies the case in any stage */
  readonly stage: Names | null;
}

/** How much a bad (or good) experience at a touchpoint goes with another outcome, and for how many. */
export interface TouchpointMoment extends MomentPlace {
  /** cases with this experience, and all others that were here */
  readonly n: number;
  readonly others: number;
  /** mean outcome of both: share that arrived 0..1, or mean feeling -1..1 */
  readonly mean: number;
  readonly otherMean: number;
  /** difference of the two within segments, with its 95 % interval */
  readonly effect: number;
  readonly low: number;
  readonly high: number;
  /** effect times n: arrivals (or points of feeling) that go with it, with the interval of the effect */
  readonly impact: number;
  readonly impactLow: number;
  readonly impactHigh: number;
  /** `clear`: the interval does not hold 0; `chance`: it does; `few`: fewer than 30 on one side */
  readonly verdict: 'clear' | 'chance' | 'few';
}

/** How often it hurts and how often it pleases at a touchpoint, of the cases that were there. */
export interface PainGain extends MomentPlace {
  readonly n: number;
  readonly bad: number;
  readonly good: number;
  /** fewer than 30 cases */
  readonly few: boolean;
}

/** What a department answers for; what is outside of everybody's control stands by itself. */
export interface Scorecard {
  /** null: outside of our control */
  readonly owner: string | null;
  readonly touchpoints: number;
  readonly visits: number;
  /** plain mean friction 0..100; null: too few visits */
  readonly friction: number | null;
  /** against the time of the same length before */
  readonly frictionBefore: number | null;
  readonly valence: number | null;
  readonly known: number;
  /** friction of all visits, in whole visits: pain x reach */
  readonly load: number;
  readonly kept: number;
  readonly broken: number;
  /** where most of its friction is; null: none */
  readonly hardest: { readonly touchpoint: string; readonly name: Names; readonly share: number } | null;
}

/** The most intense moment of a case, and how it ended: what is remembered. */
export interface PeakMoment {
  readonly customer: string;
  readonly caseId: string;
  readonly at: number;
  readonly stage: string;
  readonly stageName: Names;
  readonly channel: Channel;
  readonly segment: string;
  readonly touchpoint: string;
  readonly touchpointName: Names;
  readonly valence: number;
  readonly friction: number;
  /** feeling of the last moment that is known; the peak itself where nothing came after */
  readonly end: number;
}

export interface MomentsView {
  readonly journey: string;
  readonly version: number;
  readonly name: Names;
  readonly outcome: MomentOutcome;
  readonly position: Position;
  /** cases that the ranking is about: opened in this time, their outcome decided */
  readonly cohort: { readonly from: number; readonly until: number; readonly cases: number; readonly arrived: number };
  /** what scorecards, matrix and peaks are about */
  readonly recent: { readonly from: number; readonly until: number; readonly cases: number };
  /** largest effect times reach first; those with too few data last */
  readonly pains: readonly TouchpointMoment[];
  readonly strengths: readonly TouchpointMoment[];
  readonly matrix: readonly PainGain[];
  readonly scorecards: readonly Scorecard[];
  readonly worst: readonly PeakMoment[];
  readonly worstCount: number;
  readonly best: readonly PeakMoment[];
  readonly bestCount: number;
  /** more cases were opened than are looked at: the newest are */
  readonly limited: boolean;
}
