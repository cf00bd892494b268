import { readChoice, readInstant, readVersion } from '#lib/components/address.ts';
import type { MomentOutcome, MomentParams } from '#lib/contract/moment.ts';

/** Which side of the ranking is shown. */
export const SIDES = ['pains', 'strengths'] as const;
export type MomentSide = (typeof SIDES)[number];
const OUTCOMES: readonly MomentOutcome[] = ['arrived', 'felt'];

/** What the address of the moments says. */
export interface MomentAddress {
  readonly side: MomentSide;
  readonly outcome: MomentOutcome;
  readonly to: number | undefined;
  readonly version: number | undefined;
}

/** Reads the address by its single fields, so that a load depends on these and no others. */
export function readMomentAddress(field: (name: string) => string | null): MomentAddress {
  return {
    side: readChoice(field('side'), SIDES, 'pains' as const),
    outcome: readChoice(field('outcome'), OUTCOMES, 'arrived' as const),
    to: readInstant(field('to')),
    version: readVersion(field('v')),
  };
}

/** What to ask the API for. */
export function momentParamsOf({ outcome, to, version }: MomentAddress, journey: string): MomentParams {
  return { journey, outcome, ...(to === undefined ? {} : { to }), ...(version === undefined ? {} : { version }) };
}
