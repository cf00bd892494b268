import type { CustomerHeader, TimelineItem, TimelinePage } from '#lib/contract/views.ts';
import { countNew, mergeNewest } from './timeline-rows.ts';

/** How to get a page of one customer's timeline. */
export type FetchTimeline = (request: {
  readonly customerId: string;
  readonly before?: string;
  readonly limit: number;
}) => Promise<TimelinePage>;

/** Events of the first page, and of each older one. */
export const PAGE_SIZE = 50;
const LARGEST_PAGE = 200;

/** One customer as the page holds them: what is read, and what has come in behind it. */
export class TimelineState {
  readonly #fetch: FetchTimeline;
  readonly #customer: string;
  #header: CustomerHeader | null;
  #items: readonly TimelineItem[];
  #next: string | null;
  #waiting = $state.raw<readonly TimelineItem[] | null>(null);
  #paused = $state(false);
  #busy = $state(false);
  #failed = $state(false);
  #movedTo = $state<string | null>(null);
  #asking = false;
  #again = false;

  constructor(fetch: FetchTimeline, page: TimelinePage) {
    this.#fetch = fetch;
    this.#customer = page.customer;
    this.#header = $state.raw(page.header);
    this.#items = $state.raw(page.items);
    this.#next = $state(page.next);
  }

  get customer(): string {
    return this.#customer;
  }
  get header(): CustomerHeader | null {
    return this.#header;
  }
  get items(): readonly TimelineItem[] {
    return this.#items;
  }
  /** Events that wait behind the pill. */
  get fresh(): number {
    return this.#waiting === null ? 0 : countNew(this.#items, this.#waiting);
  }
  get more(): boolean {
    return this.#next !== null;
  }
  get busy(): boolean {
    return this.#busy;
  }
  get failed(): boolean {
    return this.#failed;
  }
  /** Set when this person turned out to be another: go there. */
  get movedTo(): string | null {
    return this.#movedTo;
  }

  get paused(): boolean {
    return this.#paused;
  }
  get missed(): number {
    return this.fresh;
  }
  /** This page holds no room's data: hints only say that something changed. */
  get synced(): boolean {
    return true;
  }
  togglePause(): void {
    this.#paused = !this.#paused;
    if (!this.#paused) this.show();
  }

  /** Fetches the newest page again. `hold` says, at the moment of the answer, whether new events must wait behind the pill. */
  async refresh(hold: () => boolean): Promise<void> {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    try {
      do {
        this.#again = false;
        await this.#refreshOnce(hold);
      } while (this.#again);
    } finally {
      this.#asking = false;
    }
  }

  /** Shows what waits behind the pill. */
  show(): void {
    if (this.#waiting !== null) this.#items = this.#waiting;
    this.#waiting = null;
  }

  /** Adds the next older page. */
  async loadOlder(): Promise<void> {
    if (this.#next === null || this.#busy) return;
    this.#busy = true;
    this.#failed = false;
    try {
      const page = await this.#fetch({ customerId: this.#customer, before: this.#next, limit: PAGE_SIZE });
      this.#items = append(this.#items, page.items);
      if (this.#waiting !== null) this.#waiting = append(this.#waiting, page.items);
      this.#next = page.next;
    } catch {
      this.#failed = true;
    } finally {
      this.#busy = false;
    }
  }

  async #refreshOnce(hold: () => boolean): Promise<void> {
    const limit = Math.min(LARGEST_PAGE, Math.max(PAGE_SIZE, this.#items.length));
    let page: TimelinePage;
    try {
      page = await this.#fetch({ customerId: this.#customer, limit });
    } catch {
      return; // The live chip says that the server does not answer; the next hint asks again.
    }
    this.#movedTo = page.movedTo;
    if (page.header) this.#header = page.header;
    const merged = mergeNewest(this.#items, page);
    if (page.next === null) this.#next = null;
    if ((this.#paused || hold()) && countNew(this.#items, merged) > 0) this.#waiting = merged;
    else {
      this.#items = merged;
      this.#waiting = null;
    }
  }
}

function append(held: readonly TimelineItem[], older: readonly TimelineItem[]): readonly TimelineItem[] {
  const known = new Set(held.map(({ id }) => id));
  return [...held, ...older.filter(({ id }) => !known.has(id))];
}
