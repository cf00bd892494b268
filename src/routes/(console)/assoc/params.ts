import { readChoice, readInstant, readVersion } from '#lib/components/address.ts';
import type { AssociationParams, AssociationWindow } from '#lib/contract/association.ts';

export const WINDOWS: readonly AssociationWindow[] = ['1d', '7d', '30d'];
export const ORDERS = ['lift', 'n', 'gap'] as const;
export const SHOWS = ['all', 'more', 'less', 'unplanned'] as const;
export type Order = (typeof ORDERS)[number];
export type Show = (typeof SHOWS)[number];

/** What the address of what goes together says. */
export interface AssociationAddress {
  readonly window: AssociationWindow;
  readonly stage: string | undefined;
  readonly to: number | undefined;
  readonly version: number | undefined;
}

/** How the pairs that were read are shown: nothing has to be read anew for that. */
export interface PairAddress {
  readonly order: Order;
  readonly show: Show;
  /** only what follows this touchpoint */
  readonly after: string | undefined;
}

type Field = (name: string) => string | null;

/** Reads the address by its single fields, so that a load depends on these and no others. */
export function readAssociationAddress(field: Field): AssociationAddress {
  return {
    window: readChoice(field('w'), WINDOWS, '7d' as const),
    stage: field('stage') ?? undefined,
    to: readInstant(field('to')),
    version: readVersion(field('v')),
  };
}

export function readPairAddress(field: Field): PairAddress {
  return {
    order: readChoice(field('order'), ORDERS, 'lift' as const),
    show: readChoice(field('show'), SHOWS, 'all' as const),
    after: field('after') ?? undefined,
  };
}

/** What to ask the API for. */
export function associationParamsOf({ window, stage, to, version }: AssociationAddress, journey: string): AssociationParams {
  return {
    journey,
    window,
    ...(stage === undefined ? {} : { stage }),
    ...(to === undefined ? {} : { to }),
    ...(version === undefined ? {} : { version }),
  };
}
