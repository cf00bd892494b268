import { z } from 'zod';
import type { Channel } from './words.ts';

/** How something was looked for: as it stands, by its beginning, or by its last digits. */
export type FindHow = 'exact' | 'beginning' | 'ending';

/** One customer that a search found. */
export interface CustomerHit {
  readonly customer: string;
  /** what matched: a kind of identifier such as `orderId`, or `name` */
  readonly matched: string;
  readonly how: FindHow;
  /** what it is in full: the number, the address, the name */
  readonly value: string;
  readonly name: string | null;
  readonly segment: string | null;
  readonly events: number;
  readonly lastAt: number | null;
}

/** What a search came to. */
export interface FindAnswer {
  /** what was looked for, as it was understood */
  readonly searched: readonly { readonly kind: string; readonly value: string; readonly how: FindHow }[];
  readonly hits: readonly CustomerHit[];
  /** more people fit than are here */
  readonly more: boolean;
}

/** Somebody in contact of whom nobody knows who they are. */
export interface UnknownCaller {
  readonly customer: string;
  /** last contact, ms */
  readonly at: number;
  readonly channel: Channel;
  /** last digits of the number they came from; null: only a browser is known */
  readonly ending: string | null;
}

/** A search: what was typed, and whether only whole identifiers count. */
export const findParams = z.strictObject({ q: z.string().min(1).max(256), exact: z.boolean().optional() });
