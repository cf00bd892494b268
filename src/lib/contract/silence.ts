import { z } from 'zod';
import type { Names, Position, SourceHealth } from './views.ts';
import { WINDOW_NAMES } from './words.ts';
import type { Channel, Window } from './words.ts';

const text = z.string().min(1).max(128);

/** What the number of events or visits at a place means. Each has a picture of its own, on every page. */
export const PRESENCES = ['value', 'few', 'zero', 'quiet', 'silent', 'source_down', 'not_planned'] as const;
export type Presence = (typeof PRESENCES)[number];

/** What is usual for a place, and how sure it is that less came. */
export interface Expectation {
  /** events or visits expected in the window; null: nothing is known of what is usual */
  readonly expected: number | null;
  /** where that is known from: the same time in earlier weeks, or the journey file */
  readonly basis: 'weeks' | 'blueprint' | null;
  /** what part of what earlier weeks tell is expected, as so many fewer came into the stage before, 0.25 to 1 */
  readonly demand: number;
  /** part of the usual working time that falls into the window, where the place is served in working time only, 0 to 1; 0: it is closed all the while */
  readonly open: number;
  /** chance of seeing so few if all were as usual, 0..1; null: nothing to test */
  readonly p: number | null;
}

export const silenceParams = z.strictObject({
  journey: text,
  window: z.enum(WINDOW_NAMES),
  to: z.int().min(0).max(4_102_444_800_000).optional(),
});
export type SilenceParams = z.infer<typeof silenceParams>;

/** The events that came at a touchpoint in a window, by whatever version of the journey. */
export const eventListSchema = z.strictObject({
  of: z.literal('event'),
  journey: text,
  touchpoint: text,
  window: z.enum(WINDOW_NAMES),
  to: z.coerce.number().int().min(0).max(4_102_444_800_000).optional(),
});
export type EventListRef = z.infer<typeof eventListSchema>;

/** Names a silent place: a touchpoint, or a square of the heatmap. */
const place = z.string().min(1).max(120);

/** What keeps a place silent, who looks after it, and when somebody looks again. */
export const barrierInput = z.strictObject({
  journey: text,
  place,
  /** what customers or sources run into; empty: takes the note back */
  barrier: z.string().trim().max(500),
  owner: z.string().trim().max(120),
  /** day of the next look, ms */
  reviewAt: z.int().min(0).max(4_102_444_800_000),
});
export type BarrierInput = z.infer<typeof barrierInput>;

/** A note as it is kept, with who wrote it when. */
export interface BarrierNote {
  readonly place: string;
  readonly barrier: string;
  readonly owner: string;
  readonly reviewAt: number;
  readonly by: string;
  readonly at: number;
}

/** One touchpoint of the journey, and whether it is as loud as usual. */
export interface TouchpointPresence extends Expectation {
  readonly touchpoint: string;
  readonly name: string;
  /** null: accompanies any stage */
  readonly stage: string | null;
  readonly owner: string;
  readonly channel: Channel;
  readonly presence: Presence;
  /** events in the window */
  readonly observed: number;
  /** the journey plans it, and no event was ever seen there */
  readonly never: boolean;
  /** name of its source; null: the journey names none */
  readonly source: string | null;
  /** share that is missing, 0..1; null: nothing to test */
  readonly gap: number | null;
  readonly note: BarrierNote | null;
}

/** Which touchpoints are silent, quiet, cut off from their source, or as usual. */
export interface SilenceView {
  readonly journey: string;
  readonly version: number;
  readonly name: Names;
  readonly window: Window;
  readonly position: Position;
  /** in the order of the journey */
  readonly touchpoints: readonly TouchpointPresence[];
  readonly sources: readonly SourceHealth[];
}
