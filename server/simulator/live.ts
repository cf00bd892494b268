import type { EventInput } from '#lib/contract/index.ts';
import { DAY, HOUR, MINUTE } from './calendar.ts';
import { contact } from './contacts.ts';
import { USUAL_CUSTOMERS, finish, sendings } from './history.ts';
import type { SimulatedEvent, Unfinished } from './history.ts';
import { personOf, tellStory } from './passage.ts';
import { Chance } from './random.ts';
import { Story } from './story.ts';
import type { Draft, World } from './story.ts';
import type { Storm } from './weather.ts';

/** Between two events of a customer, time beyond `UNHURRIED_MS` passes this much faster: a day in 24 minutes. Calls and clicks keep their pace. */
const HURRY = 60;
const UNHURRIED_MS = 10 * MINUTE;
/** Mean time between new visitors, and between calls from customers of the history. */
const VISITOR_EVERY_MS = 7_500;
const CALLER_EVERY_MS = 45_000;
/** New visitors come in waves, and in short bursts. */
const WAVE_MS = 17 * MINUTE;
const BURST_EVERY_MS = 7 * MINUTE;
const BURST_MS = 20_000;
const BURST = 5;
/** Where no story goes on from before, more visitors come at first, until enough stories are under way. */
const WARM_UP = 2;
const WARM_UP_MS = 3 * HOUR;
const SECOND = 1000;

/** What live traffic depends on. The same options give the same events at the same instants. */
export interface LiveOptions {
  readonly seed: number;
  /** ms since 1970; also tells the runs apart, so two runs never share an event id or a new customer */
  readonly startsAt: number;
  readonly storms: readonly Storm[];
  /** stories of the history that go on; empty on a later start, when they have gone on before */
  readonly unfinished?: readonly Unfinished[];
  /** people of the history, who may get in touch; default the usual number */
  readonly customers?: number;
}

/** Maps the time of a story to the hurried time in which it is played. Rising, so that what was late stays late. */
class Hurried {
  readonly #story: number[];
  readonly #real: number[];

  constructor(storyStart: number, realStart: number, instants: readonly number[]) {
    this.#story = [storyStart];
    this.#real = [realStart];
    let [story, real] = [storyStart, realStart];
    for (const instant of instants) {
      const gap = instant - story;
      if (gap <= 0) continue;
      real += Math.min(gap, UNHURRIED_MS) + Math.max(0, gap - UNHURRIED_MS) / HURRY;
      story = instant;
      this.#story.push(story);
      this.#real.push(real);
    }
  }

  /** Real time of an instant of the story, ms. */
  at(instant: number): number {
    let [low, high] = [0, this.#story.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#story[middle] ?? 0) <= instant) low = middle;
      else high = middle - 1;
    }
    const [from, real] = [this.#story[low] ?? 0, this.#real[low] ?? 0];
    const [to, then] = [this.#story[low + 1], this.#real[low + 1]];
    const pace = to === undefined || then === undefined ? 1 / HURRY : (then - real) / (to - from);
    return Math.round(real + (instant - from) * pace);
  }
}

/** Events waiting for their second. */
class Waiting {
  readonly #seconds = new Map<number, SimulatedEvent[]>();
  #next: number;

  constructor(startsAt: number) {
    this.#next = Math.floor(startsAt / SECOND);
  }

  add(sent: SimulatedEvent): void {
    const second = Math.max(this.#next, Math.ceil(sent.arrivesAt / SECOND));
    const there = this.#seconds.get(second);
    if (there === undefined) this.#seconds.set(second, [sent]);
    else there.push(sent);
  }

  /** Takes out everything that has arrived by an instant, in order of arrival. */
  takeUntil(now: number): SimulatedEvent[] {
    const taken: SimulatedEvent[] = [];
    for (const last = Math.floor(now / SECOND); this.#next <= last; this.#next++) {
      taken.push(...(this.#seconds.get(this.#next) ?? []).sort((a, b) => a.arrivesAt - b.arrivesAt));
      this.#seconds.delete(this.#next);
    }
    return taken;
  }
}

/** How many times the usual number of visitors comes, so long after the start. */
function rush(since: number, fresh: boolean): number {
  const burst = since % BURST_EVERY_MS < BURST_MS ? BURST : 1;
  const warm = fresh ? 1 + WARM_UP * Math.exp(-since / WARM_UP_MS) : 1;
  return warm * burst * (1 + 0.5 * Math.sin((2 * Math.PI * since) / WAVE_MS));
}

/** Plays stories from a start on. */
class Play {
  readonly #options: LiveOptions;
  readonly #world: World;
  readonly #waiting: Waiting;
  readonly #chance: Chance;
  readonly #run: string;
  readonly #fresh: boolean;
  #events = 0;
  #visitors = 0;
  #visitorAt: number;
  #callerAt: number;

  constructor(options: LiveOptions) {
    const { seed, startsAt } = options;
    this.#options = options;
    this.#world = { storms: options.storms, shopsUntil: 0, checkInsUntil: 0 };
    this.#waiting = new Waiting(startsAt);
    this.#chance = new Chance(seed, Math.floor(startsAt / SECOND));
    this.#fresh = (options.unfinished ?? []).length === 0;
    this.#run = `L${startsAt.toString(36)}`;
    this.#visitorAt = startsAt;
    this.#callerAt = startsAt + this.#chance.wait(CALLER_EVERY_MS);
    for (const story of options.unfinished ?? []) this.#goOn(story);
  }

  until(now: number): SimulatedEvent[] {
    for (;;) {
      const next = Math.min(this.#visitorAt, this.#callerAt);
      if (next > now) break;
      if (next === this.#visitorAt) this.#visit(next);
      else this.#call(next);
    }
    return this.#waiting.takeUntil(now);
  }

  /** A new visitor: their whole story is told at once and played as time passes. */
  #visit(at: number): void {
    const { seed, startsAt } = this.#options;
    const { person, chance } = personOf((seed ^ Math.floor(startsAt / SECOND)) >>> 0, this.#run, this.#visitors++, false);
    this.#play(tellStory(person, Math.round(at), chance, this.#world).drafts, Math.round(at), at, new Set());
    this.#visitorAt = at + this.#chance.wait(VISITOR_EVERY_MS / rush(at - startsAt, this.#fresh));
  }

  /** A customer of the history gets in touch. */
  #call(at: number): void {
    const { seed, customers = USUAL_CUSTOMERS, startsAt } = this.#options;
    const { person } = personOf(seed, 'H', this.#chance.below(customers), true);
    const story = new Story(person, new Chance(seed ^ Math.floor(startsAt / SECOND), this.#events), this.#world);
    story.tickets = 1000 + this.#events;
    contact(story, { at, topic: this.#chance.pick(['bill', 'fault', 'contract'] as const), hard: 0.3 });
    const first = Math.min(...story.drafts.map((draft) => draft.at));
    this.#play(story.drafts, first, at, new Set());
    this.#callerAt = at + this.#chance.wait(CALLER_EVERY_MS);
  }

  /** A story of the history goes on from where it was when the history ended. */
  #goOn(unfinished: Unfinished): void {
    const { startsAt } = this.#options;
    this.#play(unfinished.drafts, unfinished.from, startsAt, unfinished.promised);
  }

  #play(drafts: readonly Draft[], storyStart: number, realStart: number, promised: ReadonlySet<string>): void {
    const ordered = drafts
      .filter((draft) => draft.feed !== 'store')
      .sort((a, b) => a.at - b.at || (a.body.sequence ?? 0) - (b.body.sequence ?? 0));
    const hurried = new Hurried(
      storyStart,
      realStart,
      ordered.map((draft) => draft.at),
    );
    for (const draft of ordered) {
      const known = promised.has(draft.body.promise?.id ?? '');
      const at = hurried.at(draft.at);
      const due = draft.due === 0 || known ? draft.due : hurried.at(draft.due);
      const event = inHurry(finish({ ...draft, at, due }, `${this.#run}-${this.#events++}`), known);
      for (const sent of sendings({ source: draft.feed, event, at }, this.#chance, at + 4 * DAY)) this.#waiting.add(sent);
    }
  }
}

/** A promise played in a hurry has as little grace. */
function inHurry(event: EventInput, known: boolean): EventInput {
  const grace = event.promise?.graceSeconds;
  if (event.promise === undefined || grace === undefined || known) return event;
  return { ...event, promise: { ...event.promise, graceSeconds: Math.max(1, Math.round(grace / HURRY)) } };
}

/**
 * Traffic from a start on, one to three events a second with bursts: the stories of the history go on, new visitors come, old customers call.
 * @returns what has arrived since it was last asked, given the time now (ms since 1970, never going back)
 */
export function liveTraffic(options: LiveOptions): (nowMs: number) => readonly SimulatedEvent[] {
  const play = new Play(options);
  return (nowMs) => play.until(nowMs);
}
