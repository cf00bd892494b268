import { MOST_WAITING } from '#lib/contract/queue-choices.ts';
import type { QueueItem, QueueView } from '#lib/contract/queue.ts';

/** A row as the page holds it: one that no longer waits, or waits later, stays where it is until the list is brought up to date. */
export interface Held {
  readonly item: QueueItem;
  /** it is not in the list any more */
  readonly over: boolean;
  /** until when it is put aside, ms; null: it is not */
  readonly asideUntil: number | null;
}

/** So many rows are shown at first, and so many more each time somebody asks for more: nobody works through hundreds at once. */
const SHOWN = 12;
const MORE = 24;

const shownRow = (item: QueueItem): Held => ({ item, over: false, asideUntil: null });

/** The queue as the page holds it. While somebody is in the list nothing moves: rows change in place, new ones wait, gone ones are crossed out. */
export class QueueState {
  readonly #fetch: (most: number) => Promise<QueueView>;
  #latest: QueueView;
  #rows = $state.raw<readonly Held[]>([]);
  #view = $state.raw<QueueView>() as QueueView;
  #fresh = $state(0);
  #shown = $state(SHOWN);
  #failed = $state(false);
  #paused = $state(false);
  #asking = false;
  #again = false;

  /** @param shown how many rows are to be shown at first, where more had been asked for before */
  constructor(fetch: (most: number) => Promise<QueueView>, initial: QueueView, shown = SHOWN) {
    this.#shown = Math.max(SHOWN, shown);
    this.#fetch = fetch;
    this.#latest = initial;
    this.#view = initial;
    this.#rows = initial.items.map(shownRow);
  }

  /** The most pressing, as many as are shown. */
  get rows(): readonly Held[] {
    return this.#rows.slice(0, this.#shown);
  }
  /** Whether there are rows that can be shown besides. */
  get hasMore(): boolean {
    return Math.min(this.#view.count, MOST_WAITING.ever) > this.#shown;
  }
  /** Shows more rows below those that are there, and fetches them where they are not here yet. @returns how many are shown then, at most */
  async more(): Promise<number> {
    this.#shown += MORE;
    if (this.#rows.length < Math.min(this.#shown, this.#view.count)) await this.#fetchBelow();
    return this.#shown;
  }
  /** @returns whether there was an answer */
  async #ask(): Promise<boolean> {
    try {
      this.#latest = await this.#fetch(this.#wanted);
      this.#failed = false;
    } catch {
      this.#failed = true;
    }
    return !this.#failed;
  }
  async #fetchBelow(): Promise<void> {
    if (!(await this.#ask())) return;
    const { items } = this.#latest;
    const held = new Set(this.#rows.map(({ item }) => item.id));
    // What came among those that are shown moves nothing: only what stands below the last of them is put there.
    const below = items.slice(items.findLastIndex(({ id }) => held.has(id)) + 1);
    this.#rows = [...this.#rows, ...below.map(shownRow)];
  }
  /** How many rows to ask for: those that are shown, and what the next look for more shows. */
  get #wanted(): number {
    return Math.min(MOST_WAITING.ever, Math.max(MOST_WAITING.unasked, this.#shown + MORE));
  }
  get view(): QueueView {
    return this.#view;
  }
  /** Rows that wait to be shown among those that are. */
  get fresh(): number {
    return this.#fresh;
  }
  get failed(): boolean {
    return this.#failed;
  }
  get paused(): boolean {
    return this.#paused;
  }
  get missed(): number {
    return this.#fresh;
  }
  get synced(): boolean {
    return !this.#failed;
  }
  togglePause(): void {
    this.#paused = !this.#paused;
    if (!this.#paused) this.show();
  }

  /** Shows everything as it is now. */
  show(): void {
    this.#view = this.#latest;
    this.#rows = this.#latest.items.map(shownRow);
    this.#fresh = 0;
  }

  /** Asks again. `hold` says, at the moment of the answer, whether somebody is in the list. */
  async refresh(hold: () => boolean): Promise<void> {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    do {
      this.#again = false;
      await this.#refreshOnce(hold);
    } while (this.#again);
    this.#asking = false;
  }

  async #refreshOnce(hold: () => boolean): Promise<void> {
    if (!(await this.#ask())) return;
    if (!this.#paused && !hold()) return this.show();
    const { aside } = this.#latest;
    const now = new Map(this.#latest.items.map((item) => [item.id, item]));
    const held = new Set(this.#rows.map(({ item }) => item.id));
    this.#rows = this.#rows.map(({ item }) => {
      const is = now.get(item.id);
      return is === undefined ? { item, over: true, asideUntil: aside[item.id] ?? null } : shownRow(is);
    });
    // What only moves up because others are done is no news: it is left out at the end.
    const over = this.rows.filter((row) => row.over).length;
    this.#fresh = this.#latest.items.slice(0, this.#shown - over).filter(({ id }) => !held.has(id)).length;
  }
}
