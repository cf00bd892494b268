import type { StoredEvent } from './event.ts';

/** Outcomes that say in themselves that nothing came of it. */
const NOTHING_CAME = new Set(['none', 'no_answer', 'no_result', 'unanswered']);
/** Outcomes that say that the customer has what they came for. */
const SOLVED = new Set(['resolved', 'solved', 'succeeded', 'completed']);

/** Whether an event says of itself that nothing came of it. */
export function cameToNothing(event: StoredEvent): boolean {
  return event.outcome !== undefined && NOTHING_CAME.has(event.outcome);
}

/** Whether an event says of itself that the customer has what they came for. */
export function cameToSomething(event: StoredEvent): boolean {
  return event.outcome !== undefined && SOLVED.has(event.outcome);
}
