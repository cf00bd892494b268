import type { FunnelParams } from '#lib/contract/live.ts';
import type { JourneySummary } from '#lib/contract/views.ts';
import { DAY, HOUR } from '#lib/contract/time.ts';
import { readChoice, readInstant, readVersion } from '#lib/components/address.ts';

/** How far back the cohort reaches when no start is given. */
export const RANGES = { '24h': DAY, '7d': 7 * DAY, '30d': 30 * DAY, '90d': 90 * DAY, all: null } as const;
export type Range = keyof typeof RANGES;
export const RANGE_NAMES = ['24h', '7d', '30d', '90d', 'all'] as const satisfies readonly Range[];

/** What the funnel page's address says. */
export interface FunnelAddress {
  readonly range: Range | 'custom';
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly by: 'channel' | 'segment' | undefined;
  readonly version: number | undefined;
}

/**
 * The range where the address names none: the shortest that is twice as long as the conversion window, so that half of those it shows are decided and
 * it does not look as if nobody were ever lost.
 */
export function readRange(text: string | null, windowMs: number): Range {
  const usual = RANGE_NAMES.find((name) => (RANGES[name] ?? Infinity) >= Math.max(2 * windowMs, RANGES['30d'])) ?? 'all';
  return readChoice(text, RANGE_NAMES, usual);
}

/** Reads the address by its single fields, so that a load depends on these and no others. */
export function readFunnelAddress(field: (name: string) => string | null, windowMs: number): FunnelAddress {
  const to = readInstant(field('to'));
  const begin = readInstant(field('from'));
  // Nothing lies between a beginning and an end before it: the usual range is shown then.
  const from = begin !== undefined && to !== undefined && begin >= to ? undefined : begin;
  return {
    range: from === undefined ? readRange(field('r'), windowMs) : 'custom',
    from,
    to,
    by: readChoice(field('by'), ['channel', 'segment'] as const, undefined),
    version: readVersion(field('v')),
  };
}

/**
 * What to ask the API for: a named range counts back from `to`, or from now, to the hour; `all` begins with the journey's first case.
 * None begins after its end: the API refuses those.
 */
export function funnelParamsOf(address: FunnelAddress, journey: Pick<JourneySummary, 'journey' | 'span'>, now: number): FunnelParams {
  const length = address.range === 'custom' ? null : RANGES[address.range];
  const end = address.to ?? now;
  const start = length === null ? journey.span?.from : end - length;
  const begin = address.from ?? (start === undefined ? undefined : Math.max(0, Math.floor(start / HOUR) * HOUR));
  const from = begin === undefined ? undefined : Math.min(begin, end);
  return {
    journey: journey.journey,
    ...(from === undefined ? {} : { from }),
    ...(address.to === undefined ? {} : { to: address.to }),
    ...(address.by === undefined ? {} : { by: address.by }),
    ...(address.version === undefined ? {} : { version: address.version }),
  };
}
