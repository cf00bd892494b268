import type { Component } from '#lib/contract/index.ts';
import { stageAt } from '../case/case.ts';
import { rulesFor } from '../customer/applying.ts';
import { foldOnto } from '../customer/fold.ts';
import type { FoldContext } from '../customer/applying.ts';
import { emptyState } from '../customer/state.ts';
import type { CustomerState, VisitState } from '../customer/state.ts';
import type { Witness } from '../customer/witness.ts';
import { isComplaint } from '../care/moves.ts';
import { valenceOfScore } from '../emotion/scale.ts';
import type { StoredEvent } from '../event/event.ts';
import { HOUR, minuteOf } from '../kernel/time.ts';
import { promiseSteps } from '../promise/promise.ts';
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
  /**
   * as they were when the outcome became known; without one, at the end of the visit. A promise missed is borne by the visit that made it, but it is
   * what customers speak of when they are asked later: it counts for whatever in the case is rated next.
   */
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

/** A promise of a case that was missed: how heavily, step by step. */
interface Missed {
  readonly visit: string;
  readonly steps: ReturnType<typeof promiseSteps>;
}

const PROMISE = 'promise_missed';

class Outcomes implements Witness {
  readonly visits: EndedVisit[] = [];
  readonly #known = new Map<string, Known>();
  /** the last visit of each case that was no complaint itself */
  readonly #before = new Map<string, VisitState>();
  /** when each case was asked, ms, ascending */
  readonly #answers = new Map<string, number[]>();
  /** of visits that the state no longer holds, by case */
  readonly #missed = new Map<string, Missed[]>();
  readonly #context: FoldContext;

  constructor(context: FoldContext) {
    this.#context = context;
  }

  took(visit: VisitState, event: StoredEvent): void {
    const known = this.#of(visit);
    const valence = event.type === 'survey.answered' && event.score !== undefined ? valenceOfScore(event.score) : null;
    if (valence !== null) {
      Object.assign(known, { at: event.at, rated: valence <= BAD_VALENCE ? 'bad' : 'good' });
      this.#answers.set(visit.case, [...(this.#answers.get(visit.case) ?? []), event.at]);
    }
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
    const asked = at === 0 ? visit.last : at;
    const grown = grownBy(visit, state, { blueprint, rules }, minuteOf(asked));
    const severities = Object.fromEntries(grown.map(({ component, severity }) => [component, severity]));
    const missed = Math.max(severities[PROMISE] ?? 0, this.#missedBy(asked, visit, this.#promisesOf(visit, state, rules.warned)));
    if (missed > 0) severities[PROMISE] = missed;
    this.visits.push({
      journey: visit.journey,
      segment: visit.segment,
      stage: stageAt(blueprint, visit.stage).id,
      channel: visit.channel,
      last: visit.last,
      severities,
      rated,
      followed,
    });
  }

  /** The promises of a visit's case, also those that the state is about to forget. */
  #promisesOf(visit: VisitState, state: CustomerState, warned: number | undefined): readonly Missed[] {
    const held = state.promises
      .filter((promise) => promise.case === visit.case)
      .map((promise) => ({ visit: promise.visit, steps: promiseSteps(promise, warned) }));
    const gone = this.#missed.get(visit.case) ?? [];
    this.#missed.set(visit.case, [...gone, ...held.filter((one) => one.visit === visit.id)]);
    return [...gone, ...held];
  }

  /** How heavily a promise of another visit of the case weighed at an instant, where it was missed after the case was asked last. */
  #missedBy(at: number, visit: VisitState, promises: readonly Missed[]): number {
    const since = this.#answers.get(visit.case)?.findLast((asked) => asked < at) ?? 0;
    return promises.reduce((most, one) => {
      const first = one.steps[0]?.at ?? Infinity;
      if (one.visit === visit.id || first <= since) return most;
      return Math.max(most, one.steps.findLast((step) => step.at <= at)?.severity ?? 0);
    }, 0);
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
