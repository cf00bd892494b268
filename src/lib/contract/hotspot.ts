import { z } from 'zod';
import type { Names, Position } from './views.ts';
import type { Channel, Component } from './words.ts';

export const hotspotParams = z.strictObject({
  journey: z.string().min(1).max(128),
  /** absent: the newest */
  version: z.int().min(1).optional(),
  to: z.int().min(0).max(4_102_444_800_000).optional(),
});
export type HotspotParams = z.infer<typeof hotspotParams>;

/** A square of the heatmap in which much more hurts than is usual there at this time of the week. */
export interface Hotspot {
  readonly stage: string;
  readonly name: Names;
  readonly channel: Channel;
  /** open, or over since `until` */
  readonly state: 'open' | 'over';
  /** when it began, as far as the sums tell, ms */
  readonly since: number;
  /** first minute in which it could be told from chance, ms */
  readonly foundAt: number;
  /** null while it is open */
  readonly until: number | null;
  /** friction of all visits a minute since it began, as a multiple of what is usual; at least 1 */
  readonly ratio: number;
  /** visits since it began (until it was over) */
  readonly visits: number;
  /** mean friction of visits meanwhile, 0..100, as far as it has come: the clock may still add to it, so it is not held against what is usual */
  readonly friction: number;
  /** who bears it: segments with their share of the friction, 0..1, largest first */
  readonly segments: readonly { readonly segment: string; readonly share: number }[];
  /** what it is made of: components with their share of the friction, 0..1, largest first */
  readonly parts: readonly { readonly component: Component; readonly share: number }[];
  /** department with most of it; null: outside of our control */
  readonly owner: string | null;
}

export interface HotspotView {
  readonly journey: string;
  readonly version: number;
  readonly position: Position;
  /** open ones first, those with most pain above the usual first; then those that are over, newest first */
  readonly spots: readonly Hotspot[];
  /** squares that can be judged: with enough history to know what is usual */
  readonly judged: number;
}
