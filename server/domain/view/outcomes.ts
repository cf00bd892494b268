import type { Component } from '#lib/contract/index.ts';
import { stageAt } from '../case/case.ts';
import { foldOnto, rulesFor } from '../customer/fold.ts';
import type { FoldContext } from '../customer/fold.ts';
import { emptyState } from '../customer/state.ts';
import type { CustomerState, VisitState } from '../customer/state.ts';
import type { Witness } from '../customer/witness.ts';
import { isComplaint } from '../care/moves.ts';
import { valenceOfScore } from '../emotion/scale.ts';
import type { StoredEvent } from '../event/event.ts';
import { HOUR, minuteOf } from '../kernel/time.ts';
import { grownBy } from '../visit/visit.ts';

/** Satisfaction of 2 out of 5, and what says the same on other scales. */
const BAD_VALENCE = -0.5;
/** A complaint or a leaving this long after a visit is still its end. */
const AFTER_MS = 72 * HOUR;

/** A visit with how hard it was and how it ended, as far as anybody knows. */
export interface EndedVisit {
  readonly journey: string;
  readonly segment: string;
  readonly stage: string;
  readonly channel: string;
  readonly last: number;
  /** as they were when the outcome became known; without one, at the end of the visit */
  readonly severities: Readonly<Partial<Record<Component, number>>>;
  /** the customer rated it: whether badly; null: they did not */
  readonly rated: 'bad' | 'good' | null;
  /** a complaint or a leaving followed */
  readonly followed: boolean;
}

interface Known {
  at: number;
  rated: 'bad' | 'good' | null;
  followed: boolean;
}

class Outcomes implements Witness {
  readonly visits: EndedVisit[] = [];
  readonly #known = new Map<string, Known>();
  /** the last visit of each case that was no complaint itself */
  readonly #before = new Map<string, VisitState>();
  readonly #context: FoldContext;

  constructor(context: FoldContext) {
    this.#context = context;
  }

  took(visit: VisitState, event: StoredEvent): void {
    const known = this.#of(visit);
    const valence = event.type === 'survey.answered' && event.score !== undefined ? valenceOfScore(event.score) : null;
    if (valence !== null) Object.assign(known, { at: event.at, rated: valence <= BAD_VALENCE ? 'bad' : 'good' });
    const before = this.#before.get(visit.case);
    if (!isComplaint(event) && !this.#leaves(visit, event)) {
      if (valence === null) this.#before.set(visit.case, visit);
      return;
    }
    if (before === undefined || event.at - before.last > AFTER_MS) return;
    const its = this.#of(before);
    if (!its.followed) Object.assign(its, { at: its.at === 0 ? event.at : its.at, followed: true });
  }

  hit(): void {
    // What makes a signal is of no interest here.
  }

  settles(visit: VisitState, state: CustomerState): void {
    const blueprint = this.#context.blueprints.get(visit.journey, visit.version);
    if (blueprint === undefined) return;
    const { at, rated, followed } = this.#of(visit);
    const rules = rulesFor(this.#context, blueprint, visit);
    const grown = grownBy(visit, state, { blueprint, rules }, minuteOf(at === 0 ? visit.last : at));
    this.visits.push({
      journey: visit.journey,
      segment: visit.segment,
      stage: stageAt(blueprint, visit.stage).id,
      channel: visit.channel,
      last: visit.last,
      severities: Object.fromEntries(grown.map(({ component, severity }) => [component, severity])),
      rated,
      followed,
    });
  }

  #of(visit: VisitState): Known {
    let known = this.#known.get(visit.id);
    if (known === undefined) this.#known.set(visit.id, (known = { at: 0, rated: null, followed: false }));
    return known;
  }

  #leaves(visit: VisitState, event: StoredEvent): boolean {
    return this.#context.blueprints.get(visit.journey, visit.version)?.match(event)?.excludes === true;
  }
}

/** The visits of one customer, with how they ended. Pure. @param events in order, from the first on */
export function endedVisits(events: readonly StoredEvent[], context: FoldContext): readonly EndedVisit[] {
  const outcomes = new Outcomes(context);
  const state = emptyState();
  foldOnto(state, events, { ...context, witness: outcomes });
  for (const visit of state.visits) outcomes.settles(visit, state);
  return outcomes.visits;
}
