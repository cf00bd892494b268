import { isEmotionCorrection } from './event.ts';
import type { StoredEvent } from './event.ts';

/** Source of everything that people state on the pages. */
export const STAFF_SOURCE = 'console';

/** What people here say about a customer. `gesture.given` is not among them: the customer meets a gesture, so a journey may have a touchpoint for it. */
const STATED: ReadonlySet<string> = new Set([
  'note.added',
  'disposition.noted',
  'promise.made',
  'promise.kept',
  'promise.moved',
  'promise.withdrawn',
  'recovery.contacted',
  'recovery.resolved',
  'recovery.won',
  'recovery.lost',
  'queue.claimed',
  'queue.released',
  'queue.snoozed',
  'queue.done',
]);

/** Whether events of a type are what people here say about a customer. */
export function isStaffType(type: string): boolean {
  return STATED.has(type);
}

/**
 * Whether an event is a statement of somebody here about a customer and a case of theirs: it names who says so (`attributes.by`) and the case
 * (`attributes.case`; empty where there is none). It is no experience of the customer's: no touchpoint, no visit, no contact comes of it.
 */
export function isStaffWord(event: Pick<StoredEvent, 'type' | 'attributes'>): boolean {
  const { type, attributes } = event;
  if (attributes === undefined || type === undefined) return false;
  return isStaffType(type) && typeof attributes['by'] === 'string' && typeof attributes['case'] === 'string';
}

/** Whether whoever works here may take an event back from the customer's page: only what was stated on a page can be. */
export function mayTakeBack(event: Pick<StoredEvent, 'source' | 'type' | 'attributes'>): boolean {
  return event.source === STAFF_SOURCE && (isStaffWord(event) || isEmotionCorrection(event) || event.type === 'gesture.given');
}
