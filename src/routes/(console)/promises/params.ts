import { readChoice, readInstant, readVersion } from '#lib/components/address.ts';
import type { PromiseParams } from '#lib/contract/promise.ts';
import type { JourneySummary } from '#lib/contract/views.ts';
import { DAY, HOUR } from '#lib/contract/time.ts';

/** How far back promises were made, where nobody says more. */
export const RANGES = { '24h': DAY, '7d': 7 * DAY, '30d': 30 * DAY, all: null } as const;
export type Range = keyof typeof RANGES;
export const RANGE_NAMES = ['24h', '7d', '30d', 'all'] as const satisfies readonly Range[];

/** What the page's address says. */
export interface PromiseAddress {
  readonly range: Range;
  readonly to: number | undefined;
  readonly version: number | undefined;
}

/** Reads the address by its single fields, so that a load depends on these and no others. */
export function readPromiseAddress(field: (name: string) => string | null): PromiseAddress {
  return { range: readChoice(field('r'), RANGE_NAMES, '30d' as const), to: readInstant(field('to')), version: readVersion(field('v')) };
}

/** What to ask the API for: a range counts back from `to`, or from now, to the hour; `all` begins with the journey's first case. */
export function promiseParamsOf(address: PromiseAddress, journey: Pick<JourneySummary, 'journey' | 'span'>, now: number): PromiseParams {
  const length = RANGES[address.range];
  const end = address.to ?? now;
  const start = length === null ? Math.min(journey.span?.from ?? 0, end) : end - length;
  return {
    journey: journey.journey,
    from: Math.max(0, Math.floor(start / HOUR) * HOUR),
    ...(address.to === undefined ? {} : { to: address.to }),
    ...(address.version === undefined ? {} : { version: address.version }),
  };
}
