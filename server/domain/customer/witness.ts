import type { StoredEvent } from '../event/event.ts';
import type { CustomerState, VisitState } from './state.ts';

/** Told, while a customer is folded, what makes each signal. Nobody is told where numbers are made: only where somebody asks why. */
export interface Witness {
  /** an event became part of a visit */
  took(visit: VisitState, event: StoredEvent): void;
  /** events made a signal: stream ids, or instants of events of that visit */
  hit(visit: VisitState, signal: { readonly component: number; readonly at: number; readonly by: readonly (string | number)[] }): void;
  /** a visit is forgotten, because nothing can change it any more */
  settles(visit: VisitState, state: CustomerState): void;
}
