import { DAY } from '#lib/contract/time.ts';
import { suited } from './calendar.ts';
import { LAST_DENSITY, USUAL_CUSTOMERS, USUAL_WEEKS, finish, sendings, worldOf } from './history.ts';
import type { SimulatedEvent, Unfinished } from './history.ts';
import { personOf, tellStory } from './passage.ts';
import { Chance } from './random.ts';
import type { Draft, World } from './story.ts';

const SECOND = 1000;
/** Keeps the chance of those who come after the history apart from that of its customers. */
const LIVE_SALT = 0x11fe;

/** What live traffic depends on. The same options give the same events at the same instants, however often the demo is started. */
export interface LiveOptions {
  readonly seed: number;
  /** last instant of the history that it goes on from, ms since 1970 */
  readonly endsAt: number;
  /** stories of the history that go on */
  readonly unfinished: readonly Unfinished[];
  /** size of that history, default the usual: as many new visitors come as at its end */
  readonly weeks?: number;
  readonly customers?: number;
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

/** Tells on where the history ended: its stories, and those of the visitors who come after it. */
class Play {
  readonly #seed: number;
  readonly #world: World;
  readonly #waiting: Waiting;
  readonly #chance: Chance;
  readonly #visitorEvery: number;
  #visitors = 0;
  #visitorAt: number;

  constructor({ seed, endsAt, unfinished, weeks = USUAL_WEEKS, customers = USUAL_CUSTOMERS }: LiveOptions) {
    this.#seed = (seed ^ LIVE_SALT) >>> 0;
    this.#world = worldOf(endsAt);
    this.#waiting = new Waiting(endsAt);
    this.#chance = new Chance(this.#seed, 0);
    this.#visitorEvery = (weeks * 7 * DAY) / (customers * LAST_DENSITY);
    this.#visitorAt = endsAt + this.#chance.wait(this.#visitorEvery);
    for (const story of unfinished) this.#play(story, seed);
  }

  until(now: number): SimulatedEvent[] {
    while (this.#visitorAt <= now) this.#visit();
    return this.#waiting.takeUntil(now);
  }

  /** A new visitor: their whole story is told at once, and happens as time passes. */
  #visit(): void {
    const { person, chance } = personOf(this.#seed, 'L', this.#visitors++, false);
    const story = tellStory(person, suited(this.#visitorAt, 'digital', chance), chance, this.#world);
    this.#play({ index: person.index, mark: person.mark, told: 0, drafts: story.inOrder() }, this.#seed);
    this.#visitorAt += this.#chance.wait(this.#visitorEvery);
  }

  #play({ index, mark, told, drafts }: Unfinished, seed: number): void {
    const chance = new Chance(seed ^ LIVE_SALT, index + 1);
    drafts.forEach((draft, n) => {
      if (!isFromShop(draft)) for (const sent of sendingsOf(draft, `${mark}-${told + n}`, chance)) this.#waiting.add(sent);
    });
  }
}

/** The shops' feed died before the history ended, and stays dead. */
function isFromShop(draft: Draft): boolean {
  return draft.feed === 'store';
}

function sendingsOf(draft: Draft, id: string, chance: Chance): SimulatedEvent[] {
  return sendings({ source: draft.feed, event: finish(draft, id), at: draft.at }, chance, Infinity);
}

/**
 * Traffic after a history: its stories go on at their own pace and new visitors come as often as at its end, so that what is usual stays usual.
 * @returns what has arrived since it was last asked, from the end of the history on, given the time now (ms since 1970, never going back)
 */
export function liveTraffic(options: LiveOptions): (nowMs: number) => readonly SimulatedEvent[] {
  const play = new Play(options);
  return (nowMs) => play.until(nowMs);
}
