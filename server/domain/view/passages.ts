import type { Passage, PassageVisit, Touch, Traveller } from '../association/passage.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import { rulesFor } from '../customer/applying.ts';
import { foldOnto } from '../customer/fold.ts';
import type { FoldContext } from '../customer/applying.ts';
import { emptyState, knownSince } from '../customer/state.ts';
import type { CustomerState, VisitState } from '../customer/state.ts';
import type { Witness } from '../customer/witness.ts';
import type { StoredEvent } from '../event/event.ts';
import { NOT_ASKED_FOR } from '../kernel/row.ts';
import { minuteOf } from '../kernel/time.ts';
import { visitPoints } from '../visit/visit.ts';

/** Whose passages are asked for. */
export interface Journeying {
  readonly blueprint: Blueprint;
  readonly context: FoldContext;
  /** position, ms: `events` end there */
  readonly at: number;
}

/** Writes down, while a customer is folded, every touchpoint of every case. A visit alone tells only of the touchpoint at which it began. */
class Travelling implements Witness {
  readonly touches = new Map<string, Touch[]>();
  readonly visits = new Map<string, PassageVisit[]>();
  readonly uses = new Map<string, number[]>();
  readonly #asked: Journeying;

  constructor(asked: Journeying) {
    this.#asked = asked;
  }

  took(visit: VisitState, event: StoredEvent): void {
    const { blueprint, context } = this.#asked;
    if (visit.journey !== blueprint.journey) return;
    const touchpoint = context.blueprints.get(visit.journey, visit.version)?.match(event);
    if (touchpoint === undefined) return;
    added(this.uses, touchpoint.owner, event.at);
    if (visit.version === blueprint.version) added(this.touches, visit.case, { at: event.at, touchpoint: touchpoint.index });
  }

  hit(): void {
    // What makes a signal is of no interest here.
  }

  settles(visit: VisitState, state: CustomerState): void {
    const { blueprint, context, at } = this.#asked;
    if (visit.journey !== blueprint.journey || visit.version !== blueprint.version) return;
    const rules = rulesFor(context, blueprint, visit);
    const points = visitPoints(visit, state, { blueprint, rules }).filter(({ minute }) => minute <= minuteOf(at));
    const last = points.at(-1);
    if (last === undefined) return;
    added(this.visits, visit.case, {
      ...{ touchpoint: visit.touchpoint, stage: visit.stage, channel: visit.channel, owner: visit.owner, begun: visit.from },
      ...{ from: points[0]?.minute ?? last.minute, last: last.minute },
      ...{ friction: last.friction / 1000, valence: last.valence === null ? null : last.valence / 1000 },
      points: points.map(({ minute, friction, valence }) => [minute, friction, valence] as const),
    });
  }
}

function added<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** A case as the list of cases tells of it. */
export type PassageHead = Omit<Passage, 'touches' | 'visits' | 'customer'>;

/** The passages of one customer through a journey, with every touchpoint. Pure. @param events in order, from the first on, none after the position */
export function travelled(customer: string, events: readonly StoredEvent[], asked: Journeying, heads: readonly PassageHead[]): Traveller {
  const travelling = new Travelling(asked);
  const state = emptyState();
  foldOnto(state, events, { ...asked.context, witness: travelling }, undefined, () => NOT_ASKED_FOR);
  for (const visit of state.visits) travelling.settles(visit, state);
  const passages = heads.map((head) => ({
    customer,
    ...head,
    touches: travelling.touches.get(head.caseId) ?? [],
    visits: (travelling.visits.get(head.caseId) ?? []).sort((a, b) => a.begun - b.begun || a.touchpoint - b.touchpoint),
  }));
  return { customer, since: knownSince(state), passages, uses: travelling.uses };
}
