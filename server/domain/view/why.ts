import { COMPONENTS } from '#lib/contract/index.ts';
import type { VisitWhy, WhyPart } from '#lib/contract/index.ts';
import { stageAt } from '../case/case.ts';
import { rulesFor } from '../customer/applying.ts';
import { foldOnto } from '../customer/fold.ts';
import type { FoldContext } from '../customer/applying.ts';
import type { CustomerState, VisitState } from '../customer/state.ts';
import type { Witness } from '../customer/witness.ts';
import { streamId } from '../event/event.ts';
import type { StoredEvent } from '../event/event.ts';
import { parts } from '../friction/friction.ts';
import { minuteOf } from '../kernel/time.ts';
import { aheadOf, grownBy } from '../visit/visit.ts';

const PER_POINT = 1000;
const DWELL = COMPONENTS.indexOf('dwell');
const PROMISE = COMPONENTS.indexOf('promise_missed');

interface Hit {
  readonly component: number;
  readonly at: number;
  readonly events: readonly string[];
}

/** The events of a customer by key and by instant. */
class Index {
  readonly #byKey = new Map<string, string>();
  readonly #byAt = new Map<number, string[]>();

  constructor(events: readonly StoredEvent[]) {
    for (const event of events) {
      const id = streamId(event);
      this.#byKey.set(event.key, id);
      const same = this.#byAt.get(event.at);
      if (same === undefined) this.#byAt.set(event.at, [id]);
      else same.push(id);
    }
  }

  at(instant: number): readonly string[] {
    return this.#byAt.get(instant) ?? [];
  }

  /** The events that the promises made in a visit stand on. */
  promisedIn(visit: VisitState, state: CustomerState): string[] {
    return state.promises
      .filter((promise) => promise.visit === visit.id)
      .flatMap((promise) => {
        const made = this.#byKey.get(promise.key.slice(0, promise.key.lastIndexOf(`:${promise.kind}`)));
        const later = [promise.warnedAt, promise.metAt, promise.withdrawnAt].flatMap((at) => (at === 0 ? [] : this.at(at)));
        return made === undefined ? later : [made, ...later];
      });
  }
}

/** Remembers what made each signal, by visit. */
class Remembering implements Witness {
  readonly visits = new Map<string, VisitWhy>();
  readonly #hits = new Map<string, Hit[]>();
  readonly #took = new Map<string, Map<number, string[]>>();
  readonly #index: Index;
  readonly #explain: (visit: VisitState, state: CustomerState, hits: readonly Hit[]) => VisitWhy | null;

  constructor(index: Index, explain: (visit: VisitState, state: CustomerState, hits: readonly Hit[]) => VisitWhy | null) {
    this.#index = index;
    this.#explain = explain;
  }

  took(visit: VisitState, event: StoredEvent): void {
    let ofVisit = this.#took.get(visit.id);
    if (ofVisit === undefined) this.#took.set(visit.id, (ofVisit = new Map<number, string[]>()));
    const same = ofVisit.get(event.at);
    if (same === undefined) ofVisit.set(event.at, [streamId(event)]);
    else same.push(streamId(event));
  }

  hit(visit: VisitState, signal: { readonly component: number; readonly at: number; readonly by: readonly (string | number)[] }): void {
    const { component, at, by } = signal;
    const events = by.flatMap((one) => (typeof one === 'string' ? [one] : this.at(visit, one)));
    const hits = this.#hits.get(visit.id);
    const hit = { component, at, events };
    if (hits === undefined) this.#hits.set(visit.id, [hit]);
    else hits.push(hit);
  }

  settles(visit: VisitState, state: CustomerState): void {
    const why = this.#explain(visit, state, this.#hits.get(visit.id) ?? []);
    if (why !== null) this.visits.set(visit.id, why);
  }

  /** Events of an instant: the visit's own, else whichever there are. */
  at(visit: VisitState, instant: number): readonly string[] {
    return this.#took.get(visit.id)?.get(instant) ?? this.#index.at(instant);
  }
}

export interface WhyInput {
  /** in order; behind `from` where that is given */
  readonly events: readonly StoredEvent[];
  /** state before the first of them; absent: nobody yet. Is changed. */
  readonly from: CustomerState;
  readonly context: FoldContext;
  /** ms */
  readonly at: number;
}

const inOrder = (ids: readonly string[]): string[] => {
  const atOf = (id: string): number => Number(id.slice(0, id.indexOf('-')));
  return [...new Set(ids)].filter((id) => id !== '').sort((a, b) => atOf(a) - atOf(b) || (a < b ? -1 : 1));
};

/** Why a customer's visits are as hard as they are, newest first: the numbers behind the lists, taken apart, with the events that make them. Pure. */
export function whyVisits(input: WhyInput): VisitWhy[] {
  const { events, context, at, from } = input;
  const minute = minuteOf(at);
  const index = new Index(events);
  const explain = (visit: VisitState, state: CustomerState, hits: readonly Hit[]): VisitWhy | null => {
    const blueprint = context.blueprints.get(visit.journey, visit.version);
    if (blueprint === undefined || visit.from > at) return null;
    const rules = rulesFor(context, blueprint, visit);
    const grown = grownBy(visit, state, { blueprint, rules }, minute);
    const { total, parts: split } = parts(Object.fromEntries(grown.map(({ component, severity }) => [component, severity])), rules.weights);
    const eventsOf = (component: number): string[] => {
      const made = hits.filter((hit) => hit.component === component && minuteOf(hit.at) <= minute).flatMap((hit) => hit.events);
      if (component === DWELL && visit.dwellFrom !== 0) made.push(...witness.at(visit, visit.dwellFrom));
      if (component === PROMISE) made.push(...index.promisedIn(visit, state));
      for (const ahead of aheadOf(visit, state.cases, blueprint))
        if (ahead.component === component && minuteOf(ahead.at) <= minute)
          made.push(...(typeof ahead.by === 'string' ? [ahead.by] : witness.at(visit, ahead.by)));
      return inOrder(made).filter((id) => Number(id.slice(0, id.indexOf('-'))) <= at);
    };
    const shown = grown.flatMap(({ component, severity, at: instants }): WhyPart[] => {
      const points = split.get(component) ?? 0;
      if (points === 0) return [];
      const weight = rules.weights[component];
      return [{ component, points: points / PER_POINT, severity, weight, events: eventsOf(COMPONENTS.indexOf(component)), at: instants }];
    });
    return {
      visit: visit.id,
      caseId: visit.case,
      journey: visit.journey,
      stage: stageAt(blueprint, visit.stage).id,
      channel: visit.channel,
      from: visit.from,
      last: visit.last,
      friction: total / PER_POINT,
      version: rules.version,
      parts: shown.sort((a, b) => b.points - a.points),
    };
  };
  const witness = new Remembering(index, explain);
  foldOnto(from, events, { ...context, witness });
  for (const visit of from.visits) witness.settles(visit, from);
  return [...witness.visits.values()].sort((a, b) => b.from - a.from || (a.visit < b.visit ? 1 : -1));
}
