import { z } from 'zod';
import type { DueRule } from './journey.ts';
import type { CellEmotion, CellState, Names, Position } from './views.ts';
import type { Channel, Clue, Controller, DeviationKind, Phase, Window } from './words.ts';

const journey = z.string().min(1).max(128);
const instant = z.int().min(0).max(4_102_444_800_000);

/** The windows in which the journey can be looked at. */
const JOURNEY_WINDOWS = ['24h', '7d'] as const satisfies readonly Window[];
export type JourneyWindow = (typeof JOURNEY_WINDOWS)[number];
/** Cases that are held against the plan were opened in so many days before the position. */
export const WAY_DAYS = 30;

export const journeyParams = z.strictObject({
  journey,
  /** absent: the newest */
  version: z.int().min(1).optional(),
  window: z.enum(JOURNEY_WINDOWS).optional(),
  /** id of a variant; `base`: cases of no variant; absent: all */
  variant: z.string().max(64).optional(),
  to: instant.optional(),
});
export type JourneyParams = z.infer<typeof journeyParams>;

/** A touchpoint of a journey, with what was seen of it. */
export interface JourneyTouchpoint {
  readonly id: string;
  readonly name: string;
  readonly internal: string;
  readonly owner: string;
  readonly channels: readonly Channel[];
  readonly controller: Controller;
  readonly clue: Clue;
  readonly mot: number;
  readonly phase: Phase | null;
  readonly required: boolean;
  readonly exclusive: string | null;
  readonly most: number | null;
  /** cases of the last 30 days that left the plan here, by kind; only kinds that happened */
  readonly deviations: Readonly<Partial<Record<DeviationKind, number>>>;
}

/** What is promised in a stage. */
export interface JourneyPromise {
  readonly kind: string;
  readonly wording: string;
  readonly owner: string;
  readonly due: DueRule;
}

/** One stage of the journey: what it is meant to be, and what it was in the window. */
export interface JourneyStage {
  readonly stage: string;
  readonly name: Names;
  readonly owner: string;
  readonly phase: Phase;
  readonly after: boolean;
  /** holds a moment of truth */
  readonly mot: boolean;
  readonly needs: readonly string[];
  readonly wants: readonly string[];
  /** stages that may follow, the next in order first */
  readonly next: readonly string[];
  readonly standardMs: number | null;
  /** the standard is working time of the owner */
  readonly working: boolean;
  /** time in the stage of the stays that an event ended in the window; within 1 % */
  readonly medianMs: number | null;
  readonly p90Ms: number | null;
  readonly timed: number;
  readonly promises: readonly JourneyPromise[];
  /** promises made in the window: those that were kept, late, broken */
  readonly promised: { readonly made: number; readonly kept: number; readonly late: number; readonly broken: number };
  readonly friction: number | null;
  readonly frictionState: CellState;
  readonly visits: number;
  readonly emotion: CellEmotion;
  /** cases opened in the last 30 days that have been here */
  readonly visited: number;
  readonly occupancy: number;
  readonly stuck: number;
  /** deviations at the touchpoints of this stage, cases opened in the last 30 days */
  readonly deviations: number;
  readonly expectedPerDay: number | null;
  /** cases that came here per day, over the window */
  readonly perDay: number;
  readonly touchpoints: readonly JourneyTouchpoint[];
}

/** Cases opened in the last 30 days, held against the plan. */
export interface WayTotal {
  readonly cases: number;
  readonly deviating: number;
  /** came to the goal as planned */
  readonly planned: number;
  /** came to the goal in a way of their own */
  readonly ownWay: number;
}

export interface VariantSummary {
  readonly id: string;
  readonly name: string;
  readonly segments: readonly string[] | null;
  readonly channels: readonly Channel[] | null;
  readonly total: WayTotal;
  readonly changes: readonly JourneyChange[];
}

/** One thing that differs between two journeys, in the words of the file: `stages.deliver.standard`, `3d`, `2d`. Null: it is not there. */
export interface JourneyChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface VersionSummary {
  readonly version: number;
  /** ms */
  readonly publishedAt: number;
  /** cases opened under it in the last 30 days */
  readonly cases: number;
}

/** The whole journey in one illustration. */
export interface JourneyView {
  readonly journey: string;
  readonly version: number;
  readonly versions: readonly VersionSummary[];
  readonly name: Names;
  readonly goal: string;
  readonly window: JourneyWindow;
  readonly position: Position;
  /** start of the 30 days, floored to the hour, ms */
  readonly from: number;
  /** promises made from here on are counted: start of the window, floored to the hour, ms */
  readonly promisesFrom: number;
  readonly variant: string | null;
  /** in file order, the base (everybody else) last; they add up to the total */
  readonly variants: readonly VariantSummary[];
  readonly total: WayTotal;
  readonly order: readonly string[];
  readonly stages: Readonly<Record<string, JourneyStage>>;
  /** promises that may be made in any stage */
  readonly anywhere: readonly JourneyPromise[];
  /** touchpoints along the way that belong to no stage */
  readonly accompanying: readonly JourneyTouchpoint[];
  readonly expectedPerDay: number | null;
}

/** Where a case left the plan. */
export interface CaseDeviation {
  readonly kind: DeviationKind;
  readonly touchpoint: string;
  readonly internal: string;
  readonly at: number;
  /** when it was made up for; null: it was not */
  readonly until: number | null;
}
