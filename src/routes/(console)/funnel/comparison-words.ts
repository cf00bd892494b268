import { signed, tenths } from '#lib/components/format.ts';
import type { Comparison } from '#lib/contract/comparison.ts';
import * as m from '#messages/compared.ts';

/** Final ones that a comparison takes on each side. */
export const LEAST_COMPARED = 20;
const TWO_YEARS = 730;
/** A bound nearer to 0 than this would read as 0. */
const NEAR = 0.0005;

function signedTenths(value: number): string {
  const shown = tenths(Math.abs(value));
  return shown === tenths(0) ? signed(0) : `${value > 0 ? '+' : '−'}${shown}`;
}

/** Difference and bounds in percentage points, signed: `+4.2`, `−3.0`, `±0`. With a verdict no bound reads as 0. */
export function pointsOf({ difference, low, high, answer }: Comparison): Record<'difference' | 'low' | 'high', string> {
  const nearest = Math.min(Math.abs(low ?? 1), Math.abs(high ?? 1));
  const fine = (answer === 'more' || answer === 'less') && nearest < NEAR;
  const points = (share: number | null): string => (share === null ? '–' : fine ? signed(100 * share, 2) : signedTenths(100 * share));
  return { difference: points(difference), low: points(low), high: points(high) };
}

/** When a difference that is not shown yet would show; null where there is nothing to say. */
export function whenText({ answer, days }: Comparison): string | null {
  if (answer !== 'open') return null;
  if (days === null) return m.never();
  return days > TWO_YEARS ? m.years() : m.days({ days });
}

/** What fills the sentence of who is compared. */
export function countsOf({ these, others }: Comparison): Record<'converted' | 'entered' | 'otherConverted' | 'otherEntered', number> {
  return {
    converted: these.converted,
    entered: these.entered,
    otherConverted: others.converted,
    otherEntered: others.entered,
  };
}
