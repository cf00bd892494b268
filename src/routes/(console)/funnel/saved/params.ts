import { readInstant } from '#lib/components/address.ts';
import type { SavedFunnelParams, SavedFunnelSummary } from '#lib/contract/saved-funnel.ts';
import { HOUR } from '#lib/contract/time.ts';
import { RANGES, readRange } from '../params.ts';
import type { Range } from '../params.ts';

/** What the address of a saved funnel says. */
export interface SavedAddress {
  readonly range: Range | 'custom';
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** which breakdown, by place */
  readonly by: number | undefined;
}

/** Reads the address by its single fields. */
export function readSavedAddress(
  field: (name: string) => string | null,
  funnel: Pick<SavedFunnelSummary, 'windowMs' | 'breakdowns'>,
): SavedAddress {
  const from = readInstant(field('from'));
  const by = field('by');
  const place = by === null || !/^\d$/.test(by) ? undefined : Number(by);
  return {
    range: from === undefined ? readRange(field('r'), funnel.windowMs) : 'custom',
    from,
    to: readInstant(field('to')),
    by: place !== undefined && place < funnel.breakdowns.length ? place : undefined,
  };
}

/** What to ask the API for. */
export function savedParamsOf(address: SavedAddress, funnel: Pick<SavedFunnelSummary, 'id' | 'span'>, now: number): SavedFunnelParams {
  const length = address.range === 'custom' ? null : RANGES[address.range];
  const end = address.to ?? now;
  const start = length === null ? (funnel.span?.from ?? now - RANGES['90d']) : end - length;
  const from = Math.min(address.from ?? Math.max(0, Math.floor(start / HOUR) * HOUR), end);
  return {
    id: funnel.id,
    from,
    ...(address.to === undefined ? {} : { to: address.to }),
    ...(address.by === undefined ? {} : { by: address.by }),
  };
}
