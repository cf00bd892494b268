import type { Api } from '#lib/api/client.ts';
import type { QuarantineEntry, QuarantineFilter } from '#lib/contract/sources.ts';

const FIRST = 5;
const FURTHER = 20;
/** The API gives no more at once. */
const MOST = 100;

/** The refused events of one group, newest first, as far as a reader has asked for them. Its methods throw what the API throws. */
export class KeptList {
  entries: readonly QuarantineEntry[] = $state.raw([]);
  /** undefined: not looked yet; null: no older one is kept */
  #next: string | null | undefined;
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Looks again from the newest on, for as many as are shown. */
  async look(filter: QuarantineFilter): Promise<void> {
    this.entries = await this.#read(filter, { before: undefined, wanted: Math.max(FIRST, this.entries.length) });
  }

  /** Adds older ones; where no older one is kept, newer ones have come. */
  async more(filter: QuarantineFilter): Promise<void> {
    this.entries =
      typeof this.#next === 'string'
        ? [...this.entries, ...(await this.#read(filter, { before: this.#next, wanted: FURTHER }))]
        : await this.#read(filter, { before: undefined, wanted: this.entries.length + FURTHER });
  }

  /** A page may be shorter than it was asked for and still go on: those that are looked for may lie behind many others. */
  async #read(
    filter: QuarantineFilter,
    { before, wanted }: { readonly before: string | undefined; readonly wanted: number },
  ): Promise<readonly QuarantineEntry[]> {
    const found: QuarantineEntry[] = [];
    for (let from = before; ;) {
      const limit = Math.min(MOST, wanted - found.length);
      const page = await this.#api.sources.quarantine.page.mutate({ filter, limit, ...(from === undefined ? {} : { before: from }) });
      found.push(...page.entries);
      this.#next = page.next;
      if (page.next === null || found.length >= wanted) return found;
      from = page.next;
    }
  }
}
