import { z } from 'zod';
import { duration } from './duration.ts';
import type { Component } from './words.ts';
import { COMPONENTS } from './words.ts';

const id = z.string().regex(/^[a-z][a-z0-9_.-]{0,63}$/, 'use lower-case letters, digits, dot, dash or underscore, starting with a letter');
const component = z.enum(COMPONENTS);

const settings = {
  weights: z
    .partialRecord(component, z.number().min(0).max(0.95))
    .default({})
    .describe('how much each component weighs, 0..0.95; absent: as in the wider scope'),
  half: z
    .partialRecord(component, z.number().min(0).max(10_000))
    .default({})
    .describe(
      'what weighs half: times for what is counted (0: the first weighs in full), standards beyond the first for `wait`, z beyond the tolerance for `dwell`, hours late for `promise_missed`',
    ),
  promiseHalf: z
    .record(z.string().min(1).max(64), z.number().positive().max(100_000))
    .default({})
    .describe('hours late that weigh half, per kind of promise'),
  tolerance: z
    .strictObject({ wait: z.number().min(0.1).max(100).optional(), dwell: z.number().min(0).max(10).optional() })
    .default({})
    .describe('what is still no friction: `wait` in standards, `dwell` in robust z'),
  warned: z.number().min(0).max(1).optional().describe('share of a missed promise that is left where the customer was told before'),
  kappa: z.number().min(0).max(1000).optional().describe('strength of the pull of a square to its parent, in visits; absent: estimated'),
};
const perJourney = {
  ...settings,
  waits: z.record(id, duration).default({}).describe('standard wait per touchpoint'),
  dwell: z
    .record(id, z.strictObject({ median: duration, mad: z.number().positive().max(20) }))
    .default({})
    .describe('usual time per stage: median, and spread of ln(time) as MAD'),
};

/** One version of what friction is judged by. Scopes from wide to narrow: defaults, this file, the journey's own file, its part here, a segment's. */
export const frictionFile = z.strictObject({
  version: z.int().min(1).max(100_000),
  from: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('visits that began from then on are judged by it; absent: from its publication on'),
  why: z.string().max(2000).default('').describe('why it was changed, for whoever asks later'),
  ...settings,
  journeys: z
    .record(id, z.strictObject({ ...perJourney, segments: z.record(z.string().min(1).max(200), z.strictObject(perJourney)).default({}) }))
    .default({}),
});
export type FrictionFile = z.infer<typeof frictionFile>;
/** What a journey or a segment of it may have of its own. */
export type FrictionScope = Omit<FrictionFile['journeys'][string], 'segments'>;

/** By which configuration the numbers of a view were judged. */
export interface FrictionConfiguration {
  /** 0: the defaults in the program */
  readonly version: number;
  /** visits that began from then on, ms; null: all of them */
  readonly from: number | null;
  /** the view has visits from before, too, judged by the version that held then */
  readonly mixed: boolean;
}

/** One part of a visit's friction, and the events that make it. */
export interface WhyPart {
  readonly component: Component;
  /** friction points; the parts of a visit sum to its friction */
  readonly points: number;
  /** 0..1 */
  readonly severity: number;
  /** 0..0.95 */
  readonly weight: number;
  /** stream ids of the events that make it, oldest first; empty where only the clock does, or where they lie too far back */
  readonly events: readonly string[];
  /** instants at which it grew, ms, up to the instant of the view */
  readonly at: readonly number[];
}

/** Why a visit is as hard as it is. */
export interface VisitWhy {
  /** names it among the customer's visits */
  readonly visit: string;
  readonly caseId: string;
  readonly journey: string;
  readonly stage: string;
  readonly channel: string;
  readonly from: number;
  /** last activity, ms */
  readonly last: number;
  /** 0..100 at the instant of the view */
  readonly friction: number;
  /** version of the configuration it is judged by; 0: the defaults */
  readonly version: number;
  /** largest first */
  readonly parts: readonly WhyPart[];
}

/** Why a customer's visits are as hard as they are, newest first. */
export interface CustomerWhy {
  readonly customer: string;
  readonly at: number;
  readonly visits: readonly VisitWhy[];
}
