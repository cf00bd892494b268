import { STORY_FIRST_PAGE, searchable } from '#lib/contract/index.ts';
import type { CustomerHeader, StoryFilter, StoryPage, StoryPageParams, StoryParams, StoryView, TimelineItem } from '#lib/contract/index.ts';
import { reachesBack } from '#server/domain/customer/fold.ts';
import type { CustomerState } from '#server/domain/customer/state.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { readEvent } from '#server/domain/event/event.ts';
import { briefOf } from '#server/domain/timeline/brief.ts';
import { entryOf, tells } from '#server/domain/timeline/entry.ts';
import type { StoryEntry } from '#server/domain/timeline/entry.ts';
import { passes } from '#server/domain/timeline/filter.ts';
import { groupEntries, singleEntries } from '#server/domain/timeline/group.ts';
import type { EntryGroup } from '#server/domain/timeline/group.ts';
import { headerOf } from '#server/domain/timeline/header.ts';
import { itemOf } from '#server/domain/timeline/item.ts';
import { matchOf } from '#server/domain/timeline/matched.ts';
import { lookupIn, sourcesOf } from '#server/domain/timeline/lookup.ts';
import type { Lookup } from '#server/domain/timeline/lookup.ts';
import { shownGroups, stretchOf } from '#server/domain/timeline/page.ts';
import type { ShownGroup, Stretch } from '#server/domain/timeline/page.ts';
import { expectedIn, quietTimes } from '#server/domain/timeline/silences.ts';
import { stillHere } from '#server/domain/timeline/still-here.ts';
import type { StayCurve } from '#server/domain/timeline/still-here.ts';
import { arrivalsOf, choicesIn, headOf, preferencesOf, storyGroup } from '#server/domain/timeline/story.ts';
import type { Arrivals } from '#server/domain/timeline/story.ts';
import { stripOf } from '#server/domain/timeline/strip.ts';
import { undatedPromises } from '#server/domain/timeline/undated.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import { decodeNode } from '#server/identity/node.ts';
import type { IdentityNode } from '#server/identity/node.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';
import type { CustomerReading } from './customers.ts';
import { Recent } from './recent.ts';
import { readState } from './saved-states.ts';

/** Entries read at once: others have their turn in between. */
const READ_AT_ONCE = 2000;
/** Entries kept at hand over all customers, and searches of one. */
const MOST_KEPT = 200_000;
const MOST_SEARCHES = 6;
/** Identifiers of one customer that are looked at for having been merged in. */
const MOST_NAMES = 300;
/** A stream that changes while it is read is read again, so often. */
const ATTEMPTS = 3;

/** A customer's whole story at hand. Replaced, never changed. */
interface Story {
  readonly state: CustomerState;
  /** entries ever added to the stream, and what entries were made with: the same again means that they have not changed */
  readonly added: number;
  readonly made: string;
  readonly entries: readonly StoryEntry[];
  readonly groups: readonly EntryGroup[];
  readonly arrivals: Arrivals;
  readonly lookup: Lookup;
  /** identifiers under which events came, that were merged in by hand or hang on one that was */
  readonly merged: ReadonlySet<string>;
  /** ids in whose events the words stand */
  readonly searches: Recent<string, ReadonlySet<string>>;
}

interface StreamEntry {
  readonly id: string;
  readonly message: Readonly<Record<string, string>>;
}

/** Length, entries ever added, and last entry of a stream. */
interface StreamPlace {
  readonly length: number;
  readonly added: number;
  readonly last: string;
}

/** What stories are read with. */
export interface StoryReading extends CustomerReading {
  /** how long others stay in a stage */
  readonly stayCurveOf: (blueprint: Blueprint, stage: number) => StayCurve | undefined;
  /** node of an identifier */
  readonly nodeOf: (kind: string, value: string) => string;
}

const eventIn = (entry: StreamEntry): StoredEvent => readEvent(entry.message['e'] ?? '{}');

/**
 * Reads customers' stories: whole, however long. What is needed to filter, group, draw and search thousands of events is kept at hand for the customers
 * looked at last, and grows by what is new; the events themselves are read page by page.
 */
export class Stories {
  readonly #o: StoryReading;
  readonly #kept = new Map<string, Story>();
  readonly #turns = new Map<string, Promise<unknown>>();
  #entries = 0;

  constructor(options: StoryReading) {
    this.#o = options;
  }

  /** Everything the page of a customer shows. */
  async view(params: StoryParams, now: number): Promise<StoryView> {
    const { customerId: customer } = params;
    const story = await this.#story(customer);
    const position = { at: now, live: true };
    if (story === null) return { ...NOTHING, customer, movedTo: await this.#movedTo(customer), page: EMPTY_PAGE, position };
    const { state, entries, groups, lookup } = story;
    const { blueprints } = this.#o;
    const header = headerOf(customer, state, { ...this.#o.context(), factors: this.#o.factors(), curveOf: this.#o.curveOf, now });
    const curveOf = (journey: string, version: number, stage: number): StayCurve | undefined => {
      const blueprint = blueprints.get(journey, version);
      return blueprint === undefined ? undefined : this.#o.stayCurveOf(blueprint, stage);
    };
    const [notTheirs, page] = await Promise.all([this.#notTheirs(header), this.#page(story, params, now)]);
    return {
      customer,
      movedTo: null,
      header,
      notTheirs,
      brief: briefOf({ header, entries, groups, lookup, now }),
      sources: sourcesOf(header, state, lookup),
      stillHere: stillHere(state, { blueprints, curveOf, now }),
      undated: undatedPromises(state, lookup),
      preferences: preferencesOf(entries),
      strip: stripOf(entries, { state, factors: header.factors, by: params.lanes ?? 'channel', now }),
      ...choicesIn(entries, blueprints),
      page,
      position,
    };
  }

  /** One more page of the story. */
  async page(params: StoryPageParams, now: number): Promise<StoryPage> {
    const story = await this.#story(params.customerId);
    return story === null ? EMPTY_PAGE : this.#page(story, params, now);
  }

  async #page(story: Story, params: StoryPageParams, now: number): Promise<StoryPage> {
    const { entries } = story;
    const { filter = {}, place, limit = STORY_FIRST_PAGE, grouped = true } = params;
    const found = filter.text === undefined ? null : await this.#search(params.customerId, story, filter.text);
    const groups = shownGroups(grouped ? story.groups : singleEntries(entries), passingIn(entries, filter, found));
    const stretch = stretchOf(groups, entries, { place, limit });
    const shown = groups.reduce((sum, group) => sum + group.shown.length, 0);
    const id = (at: number | null): string | null => (at === null ? null : (entries[at]?.id ?? null));
    return {
      groups: await this.#groups(params.customerId, story, { stretch, now }),
      older: id(stretch.older),
      newer: id(stretch.newer),
      above: stretch.above,
      shown,
      hidden: entries.length - shown,
    };
  }

  async #groups(customer: string, story: Story, { stretch, now }: { readonly stretch: Stretch; readonly now: number }) {
    const { entries, state } = story;
    const quiet = new Map(quietTimes(entries, now).map((time) => [time.after, time]));
    const known = { blueprints: this.#o.blueprints, eventOf: story.lookup.key, eventsAt: (at: number) => story.lookup.at(at) };
    const silenceAfter = ({ group }: ShownGroup) => {
      const time = quiet.get(group.members.at(-1) ?? -1);
      if (time === undefined) return null;
      const { after, from, to } = time;
      return { from, to: after === entries.length - 1 ? null : to, expected: expectedIn({ from, to }, state, known) };
    };
    return Promise.all(
      stretch.groups.map(async (one) => storyGroup(headOf(one, entries), await this.#items(customer, story, one.shown), silenceAfter(one))),
    );
  }

  /** The events at some places, newest first. What has gone meanwhile is left out. */
  async #items(customer: string, story: Story, places: readonly number[]): Promise<TimelineItem[]> {
    const { redis, partitions, blueprints } = this.#o;
    const key = keys.customer(partitionOf(customer, partitions), customer);
    const { entries, state, arrivals } = story;
    const read = await Promise.all(
      [...places].reverse().map(async (place): Promise<TimelineItem | null> => {
        const id = entries[place]?.id ?? '0-0';
        const [entry] = ((await redis.xRange(key, id, id)) ?? []) as readonly StreamEntry[];
        if (entry === undefined) return null;
        const event = eventIn(entry);
        const merged = story.merged.has(event.under) ? { mergedIn: true } : {};
        return { ...itemOf(event, { state, blueprints, laterReceived: arrivals(place), emotion: this.#o.emotion?.() }), ...merged, id };
      }),
    );
    return read.filter((item) => item !== null);
  }

  async #search(customer: string, story: Story, text: string): Promise<ReadonlySet<string>> {
    const wanted = searchable(text);
    const known = story.searches.get(wanted);
    if (known !== undefined) return known;
    const found = new Set<string>();
    for await (const page of this.#read(customer, '-', story.entries.at(-1)?.id ?? '-'))
      for (const entry of page) if (this.#tells(eventIn(entry), wanted, story.state)) found.add(entry.id);
    story.searches.set(wanted, found);
    return found;
  }

  #tells(event: StoredEvent, wanted: string, state: CustomerState): boolean {
    return tells(event, matchOf(event, { blueprints: this.#o.blueprints, state }), wanted);
  }

  /** The story of a customer as it stands; null: there is none. Who asks while it is being read waits and then reads again what is new. */
  async #story(customer: string): Promise<Story | null> {
    const before = this.#turns.get(customer);
    const turn = (before ?? Promise.resolve()).catch(() => undefined).then(() => this.#load(customer));
    this.#turns.set(customer, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(customer) === turn) this.#turns.delete(customer);
    }
  }

  async #load(customer: string): Promise<Story | null> {
    const made = `${this.#o.blueprints.all.map(({ journey, version }) => `${journey}@${version}`).join(' ')} ${this.#o.emotion?.() ?? ''}`;
    let story: Story | null = null;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [state, stream] = await Promise.all([readState(this.#o, customer), this.#streamPlace(customer)]);
      if (state === null || stream === null) break;
      const kept = this.#kept.get(customer);
      const usable = kept?.made === made ? kept : undefined;
      if (usable?.added === stream.added && usable.entries.length === stream.length) story = { ...usable, state };
      else story = (await this.#grown(customer, { usable, state, stream })) ?? (await this.#whole(customer, { state, stream, made }));
      if (story.entries.length === stream.length) break;
    }
    this.#keep(customer, story);
    return story;
  }

  /** What is known and what was added behind it; null: something else has changed as well. */
  async #grown(
    customer: string,
    now: { readonly usable: Story | undefined; readonly state: CustomerState; readonly stream: StreamPlace },
  ): Promise<Story | null> {
    const { usable, state, stream } = now;
    const last = usable?.entries.at(-1);
    if (usable === undefined || last === undefined) return null;
    const count = stream.length - usable.entries.length;
    if (count < 1 || count > READ_AT_ONCE || stream.added - usable.added !== count) return null;
    const events: StoredEvent[] = [];
    for await (const page of this.#read(customer, `(${last.id}`, stream.last)) events.push(...page.map(eventIn));
    if (events.length !== count || events.some(reachesBack)) return null;
    const entries = [...usable.entries, ...events.map((event) => this.#entry(event, state))];
    const searches = new Recent<string, ReadonlySet<string>>(MOST_SEARCHES);
    for (const [wanted, found] of usable.searches.entries())
      searches.set(
        wanted,
        new Set([
          ...found,
          ...events.flatMap((event, i) => (this.#tells(event, wanted, state) ? [entries[usable.entries.length + i]?.id ?? ''] : [])),
        ]),
      );
    const names = new Set(events.map(({ under }) => under));
    const merged = new Set([...usable.merged, ...(await this.#mergedIn(names))]);
    return { ...usable, state, added: stream.added, ...derived(entries), merged, searches };
  }

  async #whole(
    customer: string,
    now: { readonly state: CustomerState; readonly stream: StreamPlace; readonly made: string },
  ): Promise<Story> {
    const { state, stream, made } = now;
    const entries: StoryEntry[] = [];
    const names = new Set<string>();
    for await (const page of this.#read(customer, '-', stream.last))
      for (const entry of page) {
        const event = eventIn(entry);
        entries.push(this.#entry(event, state));
        names.add(event.under);
      }
    const [merged, searches] = [await this.#mergedIn(names), new Recent<string, ReadonlySet<string>>(MOST_SEARCHES)];
    return { state, added: stream.added, made, ...derived(entries), merged, searches };
  }

  /** Which of the identifiers somebody merged in by hand, or hang on one that was: what came under them was another person's before. */
  async #mergedIn(names: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const known = new Map<string, Promise<boolean>>();
    const look = async (id: string): Promise<boolean> => {
      const { parents } = await this.#node(id);
      if ([...parents.values()].some(({ hand }) => hand > 0)) return true;
      return (await Promise.all([...parents.keys()].map(lookOnce))).includes(true);
    };
    // Links point from weak to strong and never in circles, so this ends.
    const lookOnce = (id: string): Promise<boolean> => {
      const before = known.get(id);
      if (before !== undefined || known.size >= MOST_NAMES) return before ?? Promise.resolve(false);
      const looking = look(id);
      known.set(id, looking);
      return looking;
    };
    const found = await Promise.all([...names].map(async (name) => ((await lookOnce(name)) ? name : null)));
    return new Set(found.filter((name) => name !== null));
  }

  /** Which identifiers of a person's events do not belong to them. What others do can change that: so it is asked anew each time. */
  async #notTheirs({ customer, identifiers }: CustomerHeader): Promise<StoryView['notTheirs']> {
    const roots = await Promise.all(identifiers.map(async ({ kind, value }) => (await this.#node(this.#o.nodeOf(kind, value))).root));
    return identifiers.filter((_, i) => roots[i] !== customer).map(({ kind, value }) => ({ kind, value }));
  }

  async #node(id: string): Promise<IdentityNode> {
    return decodeNode(id, await this.#o.redis.hGetAll(keys.node(partitionOf(id, this.#o.partitions), id)));
  }

  #entry(event: StoredEvent, state: CustomerState): StoryEntry {
    return entryOf(event, { state, blueprints: this.#o.blueprints, emotion: this.#o.emotion?.() });
  }

  async *#read(customer: string, from: string, to: string): AsyncGenerator<readonly StreamEntry[]> {
    const key = keys.customer(partitionOf(customer, this.#o.partitions), customer);
    const ask = async (start: string) =>
      ((await this.#o.redis.xRange(key, start, to, { COUNT: READ_AT_ONCE })) ?? []) as readonly StreamEntry[];
    let asked: Promise<readonly StreamEntry[]> | null = ask(from);
    while (asked !== null) {
      const page: readonly StreamEntry[] = await asked;
      const last = page.at(-1);
      // The store looks for the next ones while these are made use of.
      asked = last === undefined || page.length < READ_AT_ONCE ? null : ask(`(${last.id}`);
      asked?.catch(() => undefined);
      if (page.length > 0) yield page;
    }
  }

  async #streamPlace(customer: string): Promise<StreamPlace | null> {
    const key = keys.customer(partitionOf(customer, this.#o.partitions), customer);
    if ((await this.#o.redis.exists(key)) === 0) return null;
    const known = await this.#o.redis.xInfoStream(key);
    const last = known['last-entry'];
    return { length: known.length, added: known['entries-added'], last: last?.id ?? '-' };
  }

  async #movedTo(customer: string): Promise<string | null> {
    const { root } = await this.#node(customer);
    return root === customer ? null : root;
  }

  /** Keeps a story at hand, and lets go of those looked at longest ago. */
  #keep(customer: string, story: Story | null): void {
    this.#entries -= this.#kept.get(customer)?.entries.length ?? 0;
    this.#kept.delete(customer);
    if (story === null) return;
    this.#kept.set(customer, story);
    this.#entries += story.entries.length;
    for (const [oldest, { entries }] of this.#kept) {
      if (this.#entries <= MOST_KEPT) break;
      this.#kept.delete(oldest);
      this.#entries -= entries.length;
    }
  }
}

const EMPTY_PAGE: StoryPage = { groups: [], older: null, newer: null, above: 0, shown: 0, hidden: 0 };
const NOTHING = {
  header: null,
  notTheirs: [],
  brief: [],
  sources: {},
  stillHere: [],
  undated: [],
  preferences: [],
  strip: null,
  journeys: [],
  channels: [],
} as const;

function derived(entries: readonly StoryEntry[]): Pick<Story, 'entries' | 'groups' | 'arrivals' | 'lookup'> {
  return { entries, groups: groupEntries(entries), arrivals: arrivalsOf(entries), lookup: lookupIn(entries) };
}

function passingIn(entries: readonly StoryEntry[], filter: StoryFilter, found: ReadonlySet<string> | null): (place: number) => boolean {
  return (place) => {
    const entry = entries[place];
    return entry !== undefined && passes(entry, filter, found);
  };
}
