import type { Channel } from '#lib/contract/index.ts';
import type { FoldContext } from '../customer/applying.ts';
import { foldOnto } from '../customer/fold.ts';
import { emptyState } from '../customer/state.ts';
import type { CustomerState } from '../customer/state.ts';
import type { CountedEvent, Witness } from '../customer/witness.ts';
import type { StoredEvent } from '../event/event.ts';
import { NOT_ASKED_FOR } from '../kernel/row.ts';
import { minuteOf } from '../kernel/time.ts';

/** Which events are asked for: those counted at a touchpoint in some minutes, both inclusive. */
export interface AskedEvents {
  readonly journey: string;
  readonly touchpoint: string;
  readonly from: number;
  readonly to: number;
}

/** An event where it was counted. */
export interface EventAt {
  readonly at: number;
  /** empty: it belongs to no case */
  readonly caseId: string;
  /** empty: it belongs to no stage */
  readonly stage: string;
  readonly channel: Channel;
  readonly segment: string;
}

/** Writes down, while a customer is folded, every event where it is counted. */
class Counting implements Witness {
  readonly found: EventAt[] = [];
  readonly #asked: AskedEvents;
  readonly #state: CustomerState;

  constructor(asked: AskedEvents, state: CustomerState) {
    this.#asked = asked;
    this.#state = state;
  }

  took(): void {
    // What an event becomes part of is told where it is counted.
  }

  hit(): void {
    // What makes a signal is of no interest here.
  }

  settles(): void {
    // Neither is how a visit ended.
  }

  counted({ event, match, where }: CountedEvent): void {
    const { journey, touchpoint, from, to } = this.#asked;
    const minute = minuteOf(event.at);
    if (match.blueprint.journey !== journey || match.touchpoint.id !== touchpoint || minute < from || minute > to) return;
    const { stages } = match.blueprint;
    this.found.push({
      at: event.at,
      caseId: where?.one.id ?? '',
      stage: stages[where?.visit.stage ?? match.touchpoint.stage ?? -1]?.id ?? '',
      channel: event.channel ?? match.touchpoint.channel,
      segment: where?.one.segment ?? this.#state.segment,
    });
  }
}

/** Where the events of one customer were counted, by the very rule by which they are counted. Pure. @param events all of them, in order */
export function eventsAt(events: readonly StoredEvent[], asked: AskedEvents, context: FoldContext): readonly EventAt[] {
  const state = emptyState();
  const counting = new Counting(asked, state);
  foldOnto(state, events, { ...context, witness: counting }, undefined, () => NOT_ASKED_FOR);
  return counting.found;
}
