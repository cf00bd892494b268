import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HotspotView, Position } from '#lib/contract/index.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import { clockOf } from '#server/domain/hotspot/local-time.ts';
import { History, QUARTER_MINUTES, REFERENCE_DAYS } from '#server/domain/hotspot/usual.ts';
import { Watched, gainedRange, hotspotView, referenceEnd, teach } from '#server/domain/view/hotspots.ts';
import type { LiveSums } from './sums.ts';
import { DAY_MINUTES } from '#server/domain/kernel/time.ts';

/** A burst is found within a minute; the squares are looked at more often than that. */
const FRESH_MS = 4000;
/** Histories kept: of the newest versions, and of past days that somebody looks at. */
const MOST_HISTORIES = 12;
const MOST_VIEWS = 50;
/** Late events change the past a little: what is usual is learnt again now and then. */
const LEARNT_FOR_MS = 600_000;
/** And at once where the numbers have grown by more than this since, as while a history is loaded: else it would be judged by a part of itself. */
const GROWN = 1.01;

interface Kept {
  readonly view: HotspotView;
  /** of the wall clock, ms */
  readonly at: number;
}

/** What is usual, with how many changes the numbers had seen when it was learnt. */
interface Learnt {
  readonly history: Promise<History>;
  readonly changes: number;
}

type Sums = Pick<LiveSums, 'changes' | 'span' | 'traceHeat' | 'heatBetween'>;

/** Looks for hotspots, in steps with turns for others in between; the last picture is there at once. */
export class Hotspots {
  readonly #sums: () => Sums;
  readonly #clock: () => number;
  readonly #onFault: (fault: unknown) => void;
  readonly #histories = new Map<string, Learnt>();
  readonly #live = new Map<string, Kept>();
  readonly #looking = new Map<string, Promise<HotspotView>>();
  #failing = false;

  /** @param onFault told of the first of several looks in a row that nobody waited for and that failed */
  constructor(sums: () => Sums, clock: () => number, onFault: (fault: unknown) => void) {
    this.#sums = sums;
    this.#clock = clock;
    this.#onFault = onFault;
  }

  /** The hotspots as they stood at a position. */
  async at(of: Blueprint, position: Position, minute: number): Promise<HotspotView> {
    if (!position.live) return this.#look(of, position, minute);
    const key = `${of.journey} ${of.version}`;
    const known = this.#live.get(key);
    if (known !== undefined && this.#clock() - known.at < FRESH_MS) return known.view;
    let looking = this.#looking.get(key);
    if (looking === undefined) {
      looking = this.#look(of, position, minute).finally(() => this.#looking.delete(key));
      this.#looking.set(key, looking);
    }
    const view = await looking;
    if (this.#live.size >= MOST_VIEWS) this.#live.clear();
    this.#live.set(key, { view, at: position.at });
    return view;
  }

  /** The last picture of now, at once; a newer one is looked for meanwhile. Null: none yet. */
  latest(of: Blueprint, position: Position, minute: number): HotspotView | null {
    // Whoever asks for it and waits is told why it cannot be had; here the next look tries again.
    void this.at(of, position, minute).then(
      () => (this.#failing = false),
      (fault: unknown) => {
        if (!this.#failing) this.#onFault(fault);
        this.#failing = true;
      },
    );
    return this.#live.get(`${of.journey} ${of.version}`)?.view ?? null;
  }

  async #look(of: Blueprint, position: Position, minute: number): Promise<HotspotView> {
    const sums = this.#sums();
    const history = await this.#history(of, minute);
    const watched = new Watched(minute);
    for (const _ of sums.traceHeat(of, gainedRange(watched.range.from, watched.range.to), watched.take)) await nextTurn();
    return hotspotView({
      blueprint: of,
      position,
      spots: watched.spots(history),
      judged: watched.judged(history),
      between: (from, to) => sums.heatBetween(of, from, to),
    });
  }

  #history(of: Blueprint, minute: number): Promise<History> {
    const end = referenceEnd(minute);
    const { changes } = this.#sums();
    const since = this.#sums().span(of)?.from ?? Infinity;
    const key = `${of.journey} ${of.version} ${end} ${since} ${Math.floor(this.#clock() / LEARNT_FOR_MS)}`;
    const known = this.#histories.get(key);
    if (known !== undefined && changes <= known.changes * GROWN) return known.history;
    if (this.#histories.size >= MOST_HISTORIES) this.#histories.clear();
    const history = this.#learn(of, end, since);
    const learnt = { history, changes };
    this.#histories.set(key, learnt);
    history.catch(() => {
      if (this.#histories.get(key) === learnt) this.#histories.delete(key);
    });
    return history;
  }

  async #learn(of: Blueprint, end: number, since: number): Promise<History> {
    const history = new History(end / QUARTER_MINUTES, Math.ceil(since / QUARTER_MINUTES), clockOf(of.file.zone));
    const range = gainedRange(end - REFERENCE_DAYS * DAY_MINUTES, end - 1);
    for (const _ of this.#sums().traceHeat(of, range, teach(history))) await nextTurn();
    return history;
  }
}
