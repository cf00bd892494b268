import type { StoredEvent } from '../event/event.ts';
import { isRetraction } from '../event/event.ts';

/**
 * What people decide about identities comes through the door like everything else, but is no experience: it lies with the identifiers, not in a
 * customer's stream, so that taking it back leaves no trace in streams, states and numbers.
 * - `identity.merged`: the identifiers it carries are one person
 * - `identity.split`: the identifier it carries is a person of its own
 */
export function isAct(event: Pick<StoredEvent, 'type'>): boolean {
  return event.type === 'identity.merged' || event.type === 'identity.split';
}

/**
 * What takes a decision back; undefined: the decision holds. A retraction is final; what un-merges or rejoins can be retracted in turn.
 * @param about what was said about the event of a key
 */
export function undoOf(key: string, about: (key: string) => readonly StoredEvent[]): StoredEvent | undefined {
  return about(key).find((one) => isRetraction(one) || (isIdentityUndo(one) && !about(one.key).some(isRetraction)));
}

/** Whether an annotation speaks of decisions only. */
export function isIdentityUndo(event: Pick<StoredEvent, 'type'>): boolean {
  return event.type === 'identity.unmerged' || event.type === 'identity.rejoined';
}

/** Whether an ordinary event says outright that its identifiers are one person (Segment's `alias`): limits do not hold it. */
export function isStatement(event: Pick<StoredEvent, 'type'>): boolean {
  return event.type === 'alias';
}

/** Name of one link that was stated: the event that did, and the identifier it speaks of. */
export function statedKey(eventKey: string, child: string): string {
  return `${eventKey}${child}`;
}
