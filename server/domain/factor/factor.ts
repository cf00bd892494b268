import type { Controller, Factor } from '#lib/contract/index.ts';
import { DAY } from '../kernel/time.ts';

/** A factor touches nothing that began longer than this before it. */
export const FACTOR_REACH_MS = 180 * DAY;

/** Who answers for a promise or a visit: its owner; nobody here, because a factor outside our control was at work; or somebody outside. */
export type Charge = 'owner' | 'factor' | 'outside';

/** What could be touched by a factor: whose, where, and when. */
export interface Exposure {
  readonly journey: string;
  readonly segment: string;
  /** empty: not known, so nothing that is limited to areas touches it */
  readonly area: string;
  /** ms, inclusive */
  readonly from: number;
  /** ms, inclusive; `Infinity` while it goes on */
  readonly to: number;
}

const holds = (scope: readonly string[], value: string): boolean => scope.length === 0 || (value !== '' && scope.includes(value));

/** Whether a factor was at work where and while something went on. That they coincide, not that one caused the other. */
export function touches(factor: Factor, exposure: Exposure): boolean {
  return (
    factor.from <= exposure.to &&
    (factor.to ?? Infinity) >= exposure.from &&
    exposure.from >= factor.from - FACTOR_REACH_MS &&
    holds(factor.journeys, exposure.journey) &&
    holds(factor.segments, exposure.segment) &&
    holds(factor.areas, exposure.area)
  );
}

/** The factors at work, in the order of their ids: the same set whatever way it came together. */
export function factorsAt(factors: readonly Factor[], exposure: Exposure): readonly Factor[] {
  if (factors.length === 0) return factors;
  const found = factors.filter((factor) => touches(factor, exposure));
  return found.length < 2 ? found : found.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Who answers: a factor comes before everything else, then whoever controls the touchpoint. */
export function chargeOf(controller: Controller, factors: readonly Factor[]): Charge {
  if (factors.length > 0) return 'factor';
  return controller === 'outside' ? 'outside' : 'owner';
}
