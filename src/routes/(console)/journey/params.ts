import { readChoice, readInstant, readVersion } from '#lib/components/address.ts';
import type { JourneyParams, JourneyWindow } from '#lib/contract/journey-view.ts';

const WINDOWS = ['24h', '7d'] as const satisfies readonly JourneyWindow[];

/** What the journey page's address says. What only hides or shows is not part of what is asked for. */
export interface JourneyAddress {
  readonly window: JourneyWindow;
  readonly version: number | undefined;
  /** the version it is compared with */
  readonly against: number | undefined;
  readonly variant: string | undefined;
  readonly to: number | undefined;
}

/** Reads the address by its single fields, so that a load depends on these and no others. */
export function readJourneyAddress(field: (name: string) => string | null): JourneyAddress {
  return {
    window: readChoice(field('w'), WINDOWS, '7d' as const),
    version: readVersion(field('v')),
    against: readVersion(field('against')),
    variant: field('variant') ?? undefined,
    to: readInstant(field('to')),
  };
}

/** What to ask the API for. */
export function journeyParamsOf(address: JourneyAddress, journey: string, version = address.version): JourneyParams {
  return {
    journey,
    window: address.window,
    ...(version === undefined ? {} : { version }),
    ...(address.variant === undefined ? {} : { variant: address.variant }),
    ...(address.to === undefined ? {} : { to: address.to }),
  };
}
