import type { Api } from '#lib/api/client.ts';
import type { AccountItem, AccountTimeline, AccountView } from '#lib/contract/account.ts';

/** Events of the first page, and of each older one. */
export const PAGE_SIZE = 50;

/** A group of people as the page holds it. */
export class AccountState {
  readonly #api: Api['accounts'];
  #view: AccountView;
  #items: readonly AccountItem[];
  #next: string | null;
  #busy = $state(false);
  #failed = $state(false);
  #asking = false;
  #again = false;

  constructor(api: Api['accounts'], view: AccountView, timeline: AccountTimeline) {
    this.#api = api;
    this.#view = $state.raw(view);
    this.#items = $state.raw(timeline.items);
    this.#next = $state(timeline.next);
  }

  get view(): AccountView {
    return this.#view;
  }
  /** Newest first. */
  get items(): readonly AccountItem[] {
    return this.#items;
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

  /** Looks again: somebody in the group has something new. */
  async refresh(): Promise<void> {
    this.#again = true;
    if (this.#asking) return;
    this.#asking = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#refreshOnce();
      }
    } catch {
      // The live chip says that the server does not answer; the next hint asks again.
    } finally {
      this.#asking = false;
    }
  }

  /** Adds the next older page. */
  async loadOlder(): Promise<void> {
    if (this.#next === null || this.#busy) return;
    this.#busy = true;
    this.#failed = false;
    try {
      const page = await this.#api.timeline.query({ accountId: this.#view.account, before: this.#next, limit: PAGE_SIZE });
      this.#items = [...this.#items, ...page.items];
      this.#next = page.next;
    } catch {
      this.#failed = true;
    } finally {
      this.#busy = false;
    }
  }

  async #refreshOnce(): Promise<void> {
    const accountId = this.#view.account;
    const limit = Math.min(200, Math.max(PAGE_SIZE, this.#items.length));
    const [view, page] = await Promise.all([this.#api.get.query({ accountId }), this.#api.timeline.query({ accountId, limit })]);
    this.#view = view;
    // Pages further back stay as they were read; the newest ones are what the answer says.
    const oldest = page.items.at(-1);
    const kept = page.next === null || oldest === undefined ? [] : this.#items.filter(({ item }) => item.at < oldest.item.at);
    this.#items = [...page.items, ...kept];
    if (kept.length === 0) this.#next = page.next;
  }
}
