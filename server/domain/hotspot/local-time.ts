import { IANAZone } from 'luxon';
import { MINUTE } from '../kernel/time.ts';

const QUARTER_MS = 15 * MINUTE;
const HOUR_QUARTERS = 4;

/** Quarters of an hour by which the clock of a zone is ahead of UTC, in a quarter since 1970. */
export type OffsetOf = (quarter: number) => number;

/** The clock of UTC. */
export const utc: OffsetOf = () => 0;

/** The clock of a zone, summer time included. Pure; hours once looked up are remembered: the arithmetic of zones is slow. */
export function clockOf(zone: string): OffsetOf {
  const known = IANAZone.isValidZone(zone) ? IANAZone.create(zone) : null;
  if (known === null) return utc;
  const hours = new Map<number, number>();
  return (quarter) => {
    const hour = Math.floor(quarter / HOUR_QUARTERS);
    let offset = hours.get(hour);
    if (offset === undefined)
      hours.set(hour, (offset = Math.round((known.offset(hour * HOUR_QUARTERS * QUARTER_MS) * MINUTE) / QUARTER_MS)));
    return offset;
  };
}
