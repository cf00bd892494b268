import type { Channel, EventInput } from '#lib/contract/index.ts';
import { DAY } from '#lib/contract/time.ts';
import { feedOf, STEPS, TOUCHPOINTS } from './catalogue.ts';
import type { Feed, StageId, TouchpointId } from './catalogue.ts';
import { strangersPhone } from './people.ts';
import type { Area, Person, Segment } from './people.ts';
import type { Chance } from './random.ts';
import type { Storm } from './weather.ts';
import { moodOf, sayIt } from './words.ts';
import type { Mood, Topic } from './words.ts';

/** What an event says besides who, when and where. */
export type Fields = Partial<Omit<EventInput, 'id' | 'occurredAt' | 'customer' | 'touchpoint' | 'promise'>>;

/** An event of a story before it gets its id. */
export interface Draft {
  at: number;
  readonly feed: Feed;
  readonly body: Omit<EventInput, 'id' | 'occurredAt'>;
  /** when the promise it makes or moves is due, ms; 0: none */
  due: number;
}

/** What became of one case, known because it was told so. Times are ms since 1970; 0 = never. */
export interface CaseTruth {
  readonly segment: Segment;
  readonly area: Area;
  /** first event in each stage */
  readonly stages: Partial<Record<StageId, number>>;
  excludedAt: number;
}

/** What became of one promise. Times are ms since 1970; 0 = never. */
export interface PromiseTruth {
  readonly id: string;
  readonly kind: string;
  readonly madeAt: number;
  readonly due: number;
  readonly graceMs: number;
  moves: { readonly at: number; readonly due: number }[];
  metAt: number;
  withdrawnAt: number;
}

/** How events name a customer. */
export type Naming = 'device' | 'customer' | 'phone' | 'email' | 'order' | 'contract' | 'everything' | 'ticket' | 'stranger';

/** What all stories of one run share. */
export interface World {
  readonly storms: readonly Storm[];
  /** from here on the shops' feed is dead, ms */
  readonly shopsUntil: number;
  /** from here on nobody gets a check-in mail, although its source is well, ms */
  readonly checkInsUntil: number;
}

/** Window of the journey: later steps do not count. */
const WINDOW_MS = 45 * DAY;

/** One customer's story while it is being told: events in any order, and the truth about them. */
export class Story {
  readonly person: Person;
  readonly chance: Chance;
  readonly world: World;
  drafts: Draft[] = [];
  promises: PromiseTruth[] = [];
  readonly cases: CaseTruth[] = [];
  /** order of the running case; null: none yet */
  orderId: string | null = null;
  /** set where a second case runs beside the first */
  caseId: string | null = null;
  /** has said who they are */
  known = false;
  tickets = 0;
  orders = 0;
  /** how they feel about it all, -1..1 */
  wellbeing: number;
  /** what was said in which mood */
  moods: [at: number, mood: Mood][] = [];
  #case: CaseTruth | null = null;

  constructor(person: Person, chance: Chance, world: World) {
    this.person = person;
    this.chance = chance;
    this.world = world;
    this.wellbeing = 0.2 + 0.2 * chance.normal();
  }

  /** Things went better (positive) or worse. */
  feel(change: number): void {
    this.wellbeing = Math.max(-1, Math.min(1, this.wellbeing + change));
  }

  /** Something happened. Returns when. */
  tell(at: number, touchpoint: TouchpointId, naming: Naming, fields: Fields & { readonly type: string }): number {
    this.#push(at, touchpoint, naming, fields, {});
    return at;
  }

  /** What happens in this story, in order. */
  inOrder(): readonly Draft[] {
    return [...this.drafts].sort((a, b) => a.at - b.at || (a.body.sequence ?? 0) - (b.body.sequence ?? 0));
  }

  /** In the customer's own words. */
  words(at: number, topic: Topic): { readonly text: string; readonly lang: string } {
    const mood = moodOf(this.wellbeing, this.chance);
    this.moods.push([Math.round(at), mood]);
    return { text: sayIt(mood, topic, this.chance), lang: 'en' };
  }

  /** Promises something. Needs an order: without one there would be nobody to hold to it. */
  promise(
    at: number,
    touchpoint: TouchpointId,
    made: {
      readonly id: string;
      readonly kind: string;
      readonly due: number;
      readonly graceSeconds: number;
      readonly wording: string;
      readonly channel?: Channel;
      readonly sequence?: number;
    },
  ): PromiseTruth {
    const truth: PromiseTruth = {
      id: made.id,
      kind: made.kind,
      madeAt: at,
      due: made.due,
      graceMs: made.graceSeconds * 1000,
      moves: [],
      metAt: 0,
      withdrawnAt: 0,
    };
    this.promises.push(truth);
    const { id, kind, graceSeconds, wording } = made;
    const fields: Fields & { type: string } = {
      type: 'promise.made',
      ...(made.channel && { channel: made.channel }),
      ...(made.sequence && { sequence: made.sequence }),
    };
    this.#push(at, touchpoint, 'contract', fields, { promise: { id, kind, graceSeconds, wording }, due: made.due });
    return truth;
  }

  /** The promise is met, moved or withdrawn. A promise met, withdrawn, or already broken can no longer be moved. */
  settle(at: number, promise: PromiseTruth, touchpoint: TouchpointId, change: 'kept' | 'withdrawn' | { readonly due: number }): void {
    const { id, kind } = promise;
    if (change === 'kept') promise.metAt = at;
    else if (change === 'withdrawn') promise.withdrawnAt = at;
    else promise.moves.push({ at, due: change.due });
    const type = typeof change === 'string' ? `promise.${change}` : 'promise.moved';
    this.#push(
      at,
      touchpoint,
      'contract',
      { type, sequence: 1 },
      { promise: { id, kind }, due: typeof change === 'string' ? 0 : change.due },
    );
  }

  /** Nothing of this story happens after an instant; promises still running then are taken back with it. */
  endAt(at: number, touchpoint: TouchpointId): void {
    this.drafts = this.drafts.filter((draft) => draft.at < at);
    this.promises = this.promises.filter((promise) => promise.madeAt < at);
    this.moods = this.moods.filter((said) => said[0] < at);
    for (const promise of this.promises) {
      promise.moves = promise.moves.filter((move) => move.at < at);
      if (promise.metAt >= at) promise.metAt = 0;
      if (promise.withdrawnAt >= at) promise.withdrawnAt = 0;
      const broken = (promise.moves.at(-1)?.due ?? promise.due) + promise.graceMs;
      if (promise.metAt === 0 && promise.withdrawnAt === 0 && at - 1000 < broken && promise.madeAt < at - 1000)
        this.settle(at - 1000, promise, touchpoint, 'withdrawn');
    }
  }

  /** The running case leaves the funnel: neither converted nor lost. */
  exclude(at: number): void {
    if (this.#case !== null && this.#case.excludedAt === 0) this.#case.excludedAt = at;
  }

  /** Whatever comes next belongs to a new case. */
  closeCase(): void {
    this.#case = null;
    this.orderId = null;
    this.caseId = null;
  }

  /** Starts an order of this customer. */
  newOrder(): string {
    this.orders += 1;
    this.orderId = `DO-${this.person.mark}-${this.orders}`;
    return this.orderId;
  }

  /** Starts a ticket of this customer. */
  newTicket(): string {
    this.tickets += 1;
    return `DT-${this.person.mark}-${this.tickets}`;
  }

  #push(
    at: number,
    touchpoint: TouchpointId,
    naming: Naming,
    fields: Fields & { readonly type: string },
    extra: { promise?: EventInput['promise']; due?: number },
  ): void {
    const known = TOUCHPOINTS[touchpoint];
    const channel = fields.channel ?? known.channel;
    const instant = Math.round(at);
    if (known.stage !== null) this.#reach(known.stage, instant);
    const body = {
      ...fields,
      touchpoint,
      channel,
      customer: this.#names(naming),
      ...(this.caseId !== null && { caseId: this.caseId }),
      ...(extra.promise && { promise: extra.promise }),
    };
    this.drafts.push({ at: instant, feed: feedOf(touchpoint, channel), body, due: extra.due ?? 0 });
  }

  #reach(stage: StageId, at: number): void {
    if (this.#case === null) {
      if (stage !== 'look') return;
      this.#case = { segment: this.person.segment, area: this.person.area, stages: {}, excludedAt: 0 };
      this.cases.push(this.#case);
    }
    const before = this.#case.stages[stage];
    if (before === undefined || at < before) this.#case.stages[stage] = at;
  }

  /** Identifiers as the source in question knows them. */
  #names(naming: Naming): Record<string, string> {
    const { customerId, anonymousId, email, phone } = this.person;
    const order = this.orderId === null ? {} : { orderId: this.orderId };
    switch (naming) {
      case 'device':
        return this.known ? { customerId, anonymousId } : { anonymousId };
      case 'phone':
        return phone === null || !this.known ? { customerId } : { phone };
      case 'email':
        return { email };
      case 'order':
        return this.orderId === null ? { customerId } : { orderId: this.orderId };
      case 'ticket':
        return { ticketId: `DT-${this.person.mark}-${this.tickets}` };
      case 'contract':
        return { customerId, ...order };
      case 'everything':
        return { customerId, anonymousId, email, ...(phone !== null && { phone }), ...order };
      case 'stranger':
        return { phone: strangersPhone(this.person.index) ?? '' };
      case 'customer':
        return { customerId };
    }
  }
}

/** Instants of the funnel steps a case reached in order within the window, up to an instant. */
export function stepsOf(one: CaseTruth, at: number): number[] {
  const steps: number[] = [];
  for (const stage of STEPS) {
    const reached = one.stages[stage];
    const [entry] = steps;
    if (reached === undefined || reached > at || (entry !== undefined && reached - entry > WINDOW_MS)) break;
    if (one.excludedAt !== 0 && one.excludedAt < reached) break;
    steps.push(reached);
  }
  return steps;
}

/** Where a case stands at an instant, as the funnel counts it; null before it began. */
export function caseStateAt(one: CaseTruth, at: number): 'converted' | 'inProgress' | 'dropped' | 'excluded' | null {
  const steps = stepsOf(one, at);
  const [entry] = steps;
  if (entry === undefined) return null;
  if (steps.length === STEPS.length) return 'converted';
  if (one.excludedAt !== 0 && one.excludedAt <= at && one.excludedAt - entry <= WINDOW_MS) return 'excluded';
  return at > entry + WINDOW_MS ? 'dropped' : 'inProgress';
}

/** State of a promise at an instant, from what had happened by then; null before it was made. */
export function promiseStateOf(promise: PromiseTruth, at: number): 'open' | 'kept' | 'late' | 'broken' | 'withdrawn' | null {
  if (promise.madeAt > at) return null;
  if (promise.withdrawnAt !== 0 && promise.withdrawnAt <= at) return 'withdrawn';
  const due = promise.moves.filter((move) => move.at <= at).at(-1)?.due ?? promise.due;
  const met = promise.metAt !== 0 && promise.metAt <= at;
  if (met) return promise.metAt <= due + promise.graceMs ? 'kept' : 'late';
  return at > due + promise.graceMs ? 'broken' : 'open';
}
