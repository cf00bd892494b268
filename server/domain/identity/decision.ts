import { isStaffType } from '../event/staff.ts';
import { isStatement } from './acts.ts';

/** Types that speak of other events, or of who is who: all that begin like this, so that a new one is among them from its first day. */
const OF_OTHERS = ['event.', 'identity.', 'emotion.'] as const;
/** Types that decide something about a customer and are not among the words of staff. */
const DECIDING: ReadonlySet<string> = new Set(['gesture.given', 'consent.changed']);

/**
 * Whether events of a type speak of other events or of who is who (`event.*`, `identity.*`, `emotion.*`, `alias`). They are read and acted upon as
 * they come in, so no event becomes one later.
 */
export function speaksOfOthers(type: string): boolean {
  return isStatement({ type }) || OF_OTHERS.some((beginning) => type.startsWith(beginning));
}

/** Whether events of a type are decisions or statements of people rather than something that happened to a customer. */
export function isDecision(type: string): boolean {
  return speaksOfOthers(type) || isStaffType(type) || DECIDING.has(type);
}
