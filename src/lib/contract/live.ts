import { z } from 'zod';
import { CUSTOMER_ID } from './customer-id.ts';
import { hotspotParams } from './hotspot.ts';
import { promiseParams } from './promise.ts';
import type { Present } from './staff.ts';
import { journeyParams } from './journey-view.ts';
import { savedFunnelParams } from './saved-funnel.ts';
import { COLUMNS, HEAT_EXTRAS, WINDOW_NAMES } from './words.ts';

const journey = z.string().min(1).max(128);
const id = z.string().regex(CUSTOMER_ID, 'is not a customer id');
const instant = z.int().min(0).max(4_102_444_800_000);

export const funnelParams = z.strictObject({
  journey,
  /** absent: the newest */
  version: z.int().min(1).optional(),
  from: instant.optional(),
  to: instant.optional(),
  by: z.enum(['channel', 'segment']).optional(),
});
export type FunnelParams = z.infer<typeof funnelParams>;

export const heatParams = z.strictObject({
  journey,
  /** absent: the newest */
  version: z.int().min(1).optional(),
  window: z.enum(WINDOW_NAMES),
  by: z.enum(COLUMNS).optional(),
  to: instant.optional(),
  /** with `to`: exactly this stretch of time, in place of the window */
  from: instant.optional(),
  /** what squares carry besides friction and feeling */
  layer: z.enum(HEAT_EXTRAS).optional(),
});
export type HeatParams = z.infer<typeof heatParams>;

export const wallParams = z.strictObject({ journey: journey.optional() });
export type WallParams = z.infer<typeof wallParams>;

const customerParams = z.strictObject({ customer: id });

/** What a page can follow. Rooms hold no personal data: `customer` and `queue` only ever say "changed". */
export const subscription = z.discriminatedUnion('view', [
  z.strictObject({ view: z.literal('funnel'), params: funnelParams }),
  z.strictObject({ view: z.literal('heat'), params: heatParams }),
  z.strictObject({ view: z.literal('hotspots'), params: hotspotParams }),
  z.strictObject({ view: z.literal('wall'), params: wallParams }),
  z.strictObject({ view: z.literal('promises'), params: promiseParams }),
  z.strictObject({ view: z.literal('journey'), params: journeyParams }),
  z.strictObject({ view: z.literal('saved'), params: savedFunnelParams }),
  z.strictObject({ view: z.literal('queue'), params: z.strictObject({}) }),
  z.strictObject({ view: z.literal('customer'), params: customerParams }),
]);
export type Subscription = z.infer<typeof subscription>;

/** Answer to `subscribe`: the whole view, from the process that will send its patches. */
export type SubscribeAnswer =
  | { readonly ok: true; readonly room: string; readonly epoch: string; readonly seq: number; readonly at: number; readonly data: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string };

/**
 * A change of one room's view. Top-level keys replace; keys listed in `merge` are records of which only the changed entries are sent
 * (null = entry removed). `seq` grows by one: on a gap or another epoch, subscribe again.
 */
export interface Patch {
  readonly room: string;
  readonly epoch: string;
  readonly seq: number;
  readonly at: number;
  readonly set: Readonly<Record<string, unknown>>;
  readonly merge: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Once a second to every page: the proof of life behind the live chip. */
export interface Beat {
  readonly epoch: string;
  /** server clock, ms */
  readonly at: number;
  readonly lagMs: number;
  readonly ready: boolean;
  /** the store has no room left: nothing is counted until somebody makes some */
  readonly full: boolean;
}

/** An open customer has changed: fetch again, masked and audited, by the API. */
export interface Hint {
  readonly customer: string;
  readonly at: number;
}

/** Who looks at a customer now: sent to those who do, whenever somebody comes or leaves, and to nobody else. */
export interface PresentNow {
  readonly customer: string;
  readonly people: readonly Present[];
}

export interface ServerEvents {
  patch: (patch: Patch) => void;
  /** what a room shows is no more: whoever follows it is in it no longer, and is told why when they ask again */
  ended: (room: string) => void;
  beat: (beat: Beat) => void;
  hint: (hint: Hint) => void;
  present: (now: PresentNow) => void;
}

export interface ClientEvents {
  subscribe: (request: unknown, answer: (a: SubscribeAnswer) => void) => void;
  unsubscribe: (room: unknown) => void;
  /** the name under which this connection is shown to others from now on; self-given */
  introduce: (name: unknown) => void;
}
