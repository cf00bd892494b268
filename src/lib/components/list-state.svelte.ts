import { isGone, isHopeless } from './failure.ts';
import type { ListPage, ListRow } from '#lib/contract/views.ts';

/** How to get one page of the list behind a number. */
export type FetchList = (request: { readonly list: string; readonly cursor?: string; readonly limit: number }) => Promise<ListPage>;

const PAGE_SIZE = 50;

/** The list behind one number: its own count and position, and as many rows as were asked for. */
export class ListState {
  readonly #fetch: FetchList;
  #list = '';
  #head = $state.raw<Pick<ListPage, 'count' | 'position'> | null>(null);
  #rows = $state.raw<readonly ListRow[]>([]);
  #next = $state<string | null>(null);
  #busy = $state(false);
  #failed = $state(false);
  #gone = $state(false);
  #hopeless = $state(false);

  constructor(fetch: FetchList) {
    this.#fetch = fetch;
  }

  /** Count of the whole list and the instant it speaks of; null until the first answer. */
  get head(): Pick<ListPage, 'count' | 'position'> | null {
    return this.#head;
  }
  get rows(): readonly ListRow[] {
    return this.#rows;
  }
  /** Whether the hardest come first: so does the server order what has friction, and the newest first where there is none. */
  get hardestFirst(): boolean {
    return (this.#rows[0]?.friction ?? 0) > 0;
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
  /** What the list was made of is not there any more: trying again does not help. */
  get isGone(): boolean {
    return this.#gone;
  }
  /** There is no such list, and never will be: it is gone, or was never one. */
  get isHopeless(): boolean {
    return this.#hopeless;
  }

  /** Shows another list from its beginning. */
  async open(list: string): Promise<void> {
    this.#list = list;
    this.#head = null;
    this.#rows = [];
    this.#next = null;
    await this.#load(list, undefined);
  }

  /** Adds the next page. */
  async loadMore(): Promise<void> {
    if (this.#next !== null && !this.#busy) await this.#load(this.#list, this.#next);
  }

  async #load(list: string, cursor: string | undefined): Promise<void> {
    this.#busy = true;
    this.#failed = false;
    this.#gone = false;
    this.#hopeless = false;
    try {
      const page = await this.#fetch({ list, limit: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) });
      if (list !== this.#list) return;
      this.#head = { count: page.count, position: page.position };
      this.#rows = [...this.#rows, ...page.rows];
      this.#next = page.next;
    } catch (thrown) {
      if (list !== this.#list) return;
      this.#failed = true;
      this.#gone = isGone(thrown);
      this.#hopeless = isHopeless(thrown);
    } finally {
      if (list === this.#list) this.#busy = false;
    }
  }
}
