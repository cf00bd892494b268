import { STORY_FIRST_PAGE } from '#lib/contract/story-choices.ts';
import type { StoryGroup, StoryPage, StoryPageParams, StoryParams, StoryView } from '#lib/contract/story.ts';

/** How a story is fetched. */
export interface StoryFetch {
  readonly get: (params: StoryParams) => Promise<StoryView>;
  readonly page: (params: StoryPageParams) => Promise<StoryPage>;
}

/** Events of each further page. */
const FURTHER_PAGE = 60;
/** Events fetched again at once. */
const LARGEST_PAGE = 500;

/** One customer's story as the page holds it: what is read, and what has come in behind it. */
export class StoryState {
  readonly #fetch: StoryFetch;
  readonly #params: StoryParams;
  #view: StoryView;
  #page: StoryPage;
  #waiting = $state.raw<StoryPage | null>(null);
  /** events above a list that does not begin with the newest: those that were there when it was opened */
  #aboveKnown: number;
  #paused = $state(false);
  #busy = $state<'older' | 'newer' | null>(null);
  #failed = $state(false);
  #movedTo = $state<string | null>(null);
  #absent = $state(false);
  #asking = false;
  #again = false;

  constructor(fetch: StoryFetch, params: StoryParams, view: StoryView) {
    this.#fetch = fetch;
    this.#params = params;
    this.#view = $state.raw(view);
    this.#page = $state.raw(view.page);
    this.#aboveKnown = $state(view.page.above);
  }

  /** Head, brief and strip: always as they are now. */
  get view(): StoryView {
    return this.#view;
  }
  /** The stretch that is shown, newest first. */
  get page(): StoryPage {
    return this.#page;
  }
  get groups(): readonly StoryGroup[] {
    return this.#page.groups;
  }
  /** Whether the list begins with the newest. */
  get atTop(): boolean {
    return this.#page.newer === null;
  }
  /** Events that have come in and are not shown: behind the pill. */
  get fresh(): number {
    if (this.#waiting !== null) return countNew(this.#page, this.#waiting);
    return this.atTop ? 0 : Math.max(0, this.#page.above - this.#aboveKnown);
  }
  get busy(): 'older' | 'newer' | null {
    return this.#busy;
  }
  get failed(): boolean {
    return this.#failed;
  }
  /** Set when this person turned out to be another: go there. */
  get movedTo(): string | null {
    return this.#movedTo;
  }
  /** Nobody was found under this address when last asked, nor where they went: the page shows who was there. */
  get absent(): boolean {
    return this.#absent;
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
  /** Events that are shown. */
  get loaded(): number {
    return eventsIn(this.#page.groups);
  }

  togglePause(): void {
    this.#paused = !this.#paused;
    if (!this.#paused) this.show();
  }

  /**
   * Fetches head and list again. `hold` says, at the moment of the answer, whether new events must wait behind the pill; `about` is called right before
   * anything changes.
   */
  async refresh(hold: () => boolean, about: () => void = () => undefined): Promise<void> {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    try {
      do {
        this.#again = false;
        await this.#refreshOnce(hold, about);
      } while (this.#again);
    } finally {
      this.#asking = false;
    }
  }

  /** Shows what waits behind the pill. */
  show(): void {
    if (this.#waiting !== null) this.#page = this.#waiting;
    this.#waiting = null;
  }

  /** Adds the next older page. */
  async loadOlder(): Promise<void> {
    const { older } = this.#page;
    if (older === null) return;
    await this.#load('older', { before: older }, (page) => ({
      ...page,
      groups: below(this.#page.groups, page.groups),
      newer: this.#page.newer,
      above: this.#page.above,
    }));
  }

  /** Adds the next newer page, above a list that does not begin with the newest. `about` is called right before it changes. */
  async loadNewer(about: () => void = () => undefined): Promise<void> {
    const { newer } = this.#page;
    if (newer === null) return;
    await this.#load('newer', { after: newer }, (page) => {
      about();
      // What came in meanwhile stays told until the list reaches it.
      this.#aboveKnown = Math.max(0, this.#aboveKnown - eventsIn(page.groups));
      return { ...page, groups: below(page.groups, this.#page.groups), older: this.#page.older };
    });
  }

  /** Makes the list as long again as it was when the reader left it. @param events shown then */
  async reach(events: number): Promise<void> {
    while (this.loaded < Math.min(events, LARGEST_PAGE) && this.#page.older !== null && !this.#failed) await this.loadOlder();
  }

  async #load(
    side: 'older' | 'newer',
    place: { readonly before: string } | { readonly after: string },
    join: (page: StoryPage) => StoryPage,
  ): Promise<void> {
    if (this.#busy !== null) return;
    this.#busy = side;
    this.#failed = false;
    try {
      const page = await this.#fetch.page({ ...this.#asked(), place, limit: FURTHER_PAGE });
      this.#page = join(page);
      // What waits may end further up, or reach further down, than what is shown: it is then no neighbour of this page.
      if (this.#waiting !== null && 'before' in place && this.#waiting.older === place.before)
        this.#waiting = { ...this.#waiting, groups: below(this.#waiting.groups, page.groups), older: page.older };
    } catch {
      this.#failed = true;
    } finally {
      this.#busy = null;
    }
  }

  #asked(): StoryPageParams {
    const { customerId, filter, grouped } = this.#params;
    return { customerId, filter, grouped };
  }

  async #refreshOnce(hold: () => boolean, about: () => void): Promise<void> {
    const { atTop } = this;
    const first = this.#page.groups[0]?.items[0]?.id;
    const { place, ...asked } = this.#params;
    const limit = Math.min(LARGEST_PAGE, Math.max(STORY_FIRST_PAGE, this.loaded));
    let view: StoryView;
    try {
      view = await this.#fetch.get({
        ...asked,
        limit,
        ...(atTop || first === undefined ? (atTop ? {} : { place }) : { place: { event: first } }),
      });
    } catch {
      return; // The live chip says that the server does not answer; the next hint asks again.
    }
    this.#movedTo = view.movedTo;
    this.#absent = view.header === null && view.movedTo === null;
    if (view.header === null) return;
    about();
    this.#view = view;
    const held = this.#page;
    if (!atTop && hasGrown(held, view.page)) {
      // The contact with which the list begins has gone on, and lies further up now: the list stays where it is.
      const { shown, hidden } = view.page;
      this.#page = { ...inPlace(held, view.page), shown, hidden, above: held.above + Math.max(0, shown - held.shown) };
      return;
    }
    const merged = renewed(held, view.page);
    const waits = atTop && (this.#paused || hold()) && countNew(held, merged) > 0;
    this.#page = waits ? inPlace(held, merged) : merged;
    this.#waiting = waits ? merged : null;
  }
}

const eventsIn = (groups: readonly StoryGroup[]): number => groups.reduce((sum, { items }) => sum + items.length, 0);

/** Two stretches one above the other; a contact that has grown stands once, as the newer answer has it. */
function below(upper: readonly StoryGroup[], lower: readonly StoryGroup[]): readonly StoryGroup[] {
  const known = new Set(upper.map(({ key }) => key));
  return [...upper, ...lower.filter(({ key }) => !known.has(key))];
}

/**
 * A stretch fetched again over what was shown: its own part is replaced, what is older stays. Where more has come in than it holds, what was shown does not
 * follow on it: it then stands alone, and what is older is fetched as ever.
 */
export function renewed(held: StoryPage, page: StoryPage): StoryPage {
  const last = page.groups.at(-1);
  if (page.older === null || last === undefined) return page;
  const known = idsIn(held.groups);
  if (!last.items.some(({ id }) => known.has(id))) return page;
  const fresh = idsIn(page.groups);
  const rest = held.groups.filter(({ key, to, items }) => key !== last.key && to <= last.to && !items.some(({ id }) => fresh.has(id)));
  return { ...page, groups: below(page.groups, rest), older: rest.length === 0 ? page.older : held.older };
}

/** What was shown with what has become of it: corrected, taken back, given a feeling. Nothing comes, goes or changes its place. */
function inPlace(held: StoryPage, next: StoryPage): StoryPage {
  const groups = new Map(next.groups.map((group) => [group.key, group]));
  const items = new Map(next.groups.flatMap((group) => group.items.map((item) => [item.id, item])));
  const now = (group: StoryGroup): StoryGroup => {
    const is = groups.get(group.key);
    if (is?.items.length === group.items.length && is.items.every(({ id }, i) => id === group.items[i]?.id))
      // Most have not changed: those need not be drawn again.
      return JSON.stringify(is) === JSON.stringify(group) ? group : is;
    return { ...group, items: group.items.map((item) => items.get(item.id) ?? item) };
  };
  return { ...held, groups: held.groups.map(now) };
}

/** Whether something was added to the contact with which a list begins. */
function hasGrown({ groups: [first] }: StoryPage, next: StoryPage): boolean {
  return first !== undefined && next.groups.some(({ key, to }) => key === first.key && to > first.to);
}

/** How many events of `next` are not in `held`, those included that `next` has no room for. */
export function countNew(held: StoryPage, next: StoryPage): number {
  const known = idsIn(held.groups);
  // What is further down than the list reached was not hidden from anybody.
  const oldest = held.groups.at(-1)?.items.at(-1)?.at ?? -Infinity;
  const listed = next.groups.flatMap(({ items }) => items).filter(({ id, at }) => at >= oldest && !known.has(id)).length;
  const reaches = next.older === null || next.groups.some(({ items }) => items.some(({ at }) => at <= oldest));
  return reaches ? listed : Math.max(listed, next.shown - held.shown);
}

const idsIn = (groups: readonly StoryGroup[]): ReadonlySet<string> => new Set(groups.flatMap(({ items }) => items.map(({ id }) => id)));
