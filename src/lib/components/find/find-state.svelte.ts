import type { FindAnswer } from '#lib/contract/find.ts';

/** After the last letter, so long a search waits for the next one, ms. */
const PAUSE_MS = 120;
/** Fewer letters find nobody by a part of anything. */
const FEWEST_LETTERS = 2;

/** A search that follows what is typed. The latest words win: an answer that was overtaken is dropped. */
export class FindState {
  readonly #search: (q: string) => Promise<FindAnswer>;
  #answer = $state.raw<FindAnswer | null>(null);
  #answered = $state('');
  #busy = $state(false);
  #failed = $state(false);
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(search: (q: string) => Promise<FindAnswer>) {
    this.#search = search;
  }

  /** of the latest words that were answered; null: nothing was looked for */
  get answer(): FindAnswer | null {
    return this.#answer;
  }
  get busy(): boolean {
    return this.#busy;
  }
  get failed(): boolean {
    return this.#failed;
  }

  /** Looks a moment after the last letter. */
  typed(q: string): void {
    clearTimeout(this.#timer);
    if (q.trim().length < FEWEST_LETTERS) return this.clear();
    this.#timer = setTimeout(() => void this.ask(q), PAUSE_MS);
  }

  /** Looks now, unless this is what the answer is about. @returns the answer; null where it failed or was overtaken */
  async ask(q: string): Promise<FindAnswer | null> {
    clearTimeout(this.#timer);
    const wanted = q.trim();
    if (wanted === '') return null;
    if (wanted === this.#answered && this.#answer !== null) return this.#answer;
    const asked = ++this.#asked;
    this.#busy = true;
    this.#failed = false;
    try {
      const answer = await this.#search(wanted);
      if (asked !== this.#asked) return null;
      this.#answer = answer;
      this.#answered = wanted;
      return answer;
    } catch {
      if (asked === this.#asked) this.#failed = true;
      return null;
    } finally {
      if (asked === this.#asked) this.#busy = false;
    }
  }

  /** Forgets everything; what is still on its way is dropped. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#asked++;
    this.#answer = null;
    this.#answered = '';
    this.#busy = false;
    this.#failed = false;
  }
}

/** Where a hit's page is; the page shows by what they were found. */
export function pageOf(hit: { readonly customer: string; readonly matched: string }): string {
  return `/c/${hit.customer}?by=${encodeURIComponent(hit.matched)}`;
}

/** The one person a search leads to without a choice; undefined: there are none, or several. */
export function onlyHit(answer: FindAnswer): FindAnswer['hits'][number] | undefined {
  return answer.hits.length === 1 && !answer.more ? answer.hits[0] : undefined;
}

/** The name on the page of a customer, read off what the page was made of; null: no such page, or no name. */
export function nameIn(data: unknown): string | null {
  const inside = (value: unknown, key: string): unknown =>
    typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  const name = inside(inside(inside(data, 'story'), 'header'), 'name');
  return typeof name === 'string' ? name : null;
}
