import { readChoice, readInstant, readVersion } from '#lib/components/address.ts';
import type { HeatParams } from '#lib/contract/live.ts';
import { STRIP_SPAN_NAMES, type StripSpan } from '#lib/contract/strip-spans.ts';
import { COLUMNS, WINDOW_NAMES, type Column, type HeatExtra, type Window } from '#lib/contract/words.ts';

/** What a square shows: its number, or how it stands against the same window one week before. */
export const SHOWN = ['value', 'change'] as const;
export type Shown = (typeof SHOWN)[number];

/** What a square speaks of. */
export const LAYERS = ['both', 'friction', 'emotion', 'promise', 'clue'] as const;
export type Layer = (typeof LAYERS)[number];
/** What a layer needs beside friction and feeling. */
const EXTRA_OF: Readonly<Partial<Record<Layer, HeatExtra>>> = { promise: 'promises', clue: 'clues' };

/** What the heatmap's address says. */
export interface HeatAddress {
  readonly window: Window;
  readonly by: Column;
  readonly show: Shown;
  readonly to: number | undefined;
  /** start of a stretch of time in place of the window; only together with `to` */
  readonly from: number | undefined;
  /** how far the strip below looks back */
  readonly span: StripSpan;
  readonly layer: Layer;
  readonly version: number | undefined;
}

/** Reads the address by its single fields, so that a load depends on these and no others. */
export function readHeatAddress(field: (name: string) => string | null): HeatAddress {
  const [to, from] = [readInstant(field('to')), readInstant(field('from'))];
  return {
    window: readChoice(field('w'), WINDOW_NAMES, '24h' as const),
    by: readChoice(field('by'), COLUMNS, 'channel' as const),
    show: readChoice(field('show'), SHOWN, 'value' as const),
    to,
    from: to !== undefined && from !== undefined && from < to ? from : undefined,
    span: readChoice(field('span'), STRIP_SPAN_NAMES, '24h' as const),
    layer: readChoice(field('layer'), LAYERS, 'both' as const),
    version: readVersion(field('v')),
  };
}

/** What to ask the API for. */
export function heatParamsOf(address: HeatAddress, journey: string): HeatParams {
  return {
    journey,
    window: address.window,
    by: address.by,
    ...(address.to === undefined ? {} : { to: address.to }),
    ...(address.from === undefined ? {} : { from: address.from }),
    ...(EXTRA_OF[address.layer] && { layer: EXTRA_OF[address.layer] }),
    ...(address.version === undefined ? {} : { version: address.version }),
  };
}

/** The window one shorter (-1) or longer (+1); the same at the ends. */
export function nextWindow(window: Window, step: -1 | 1): Window {
  const at = WINDOW_NAMES.indexOf(window) + step;
  return WINDOW_NAMES[Math.min(WINDOW_NAMES.length - 1, Math.max(0, at))] ?? window;
}

/** How a cell stands in the address: `stage|column`. */
export function cellKey(stage: string, column: string): string {
  return `${stage}|${column}`;
}
