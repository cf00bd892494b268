import type { StoredEvent } from '../event/event.ts';
import type { Match } from '../case/case.ts';
import type { Where } from './applying.ts';
import type { CustomerState, VisitState } from './state.ts';

/** An event as it is counted: at which touchpoint of which journey, and what took it in; null: no case did. */
export interface CountedEvent {
  readonly event: StoredEvent;
  readonly match: Match;
  readonly where: Where | null;
}

/** Told, while a customer is folded, what makes each signal. Nobody is told where numbers are made: only where somebody asks why. */
export interface Witness {
  /** an event became part of a visit */
  took(visit: VisitState, event: StoredEvent): void;
  /** events made a signal: stream ids, or instants of events of that visit */
  hit(visit: VisitState, signal: { readonly component: number; readonly at: number; readonly by: readonly (string | number)[] }): void;
  /** an event that a journey knows was counted */
  counted?(counted: CountedEvent): void;
  /** a visit is forgotten, because nothing can change it any more */
  settles(visit: VisitState, state: CustomerState): void;
}
