import type { Window } from './words.ts';

/** How far the strip below the heatmap looks back, and the length of its points, minutes; each point is what a window of the heatmap shows there. */
export const STRIP_SPANS = {
  '6h': { minutes: 360, step: 15, window: '15m' },
  '24h': { minutes: 1440, step: 15, window: '15m' },
  '7d': { minutes: 10_080, step: 60, window: '1h' },
  '28d': { minutes: 40_320, step: 240, window: '4h' },
} as const satisfies Readonly<Record<string, { readonly minutes: number; readonly step: number; readonly window: Window }>>;
export type StripSpan = keyof typeof STRIP_SPANS;
export const STRIP_SPAN_NAMES = Object.keys(STRIP_SPANS) as readonly StripSpan[] as readonly [StripSpan, ...StripSpan[]];
