import { readInstant } from '#lib/components/address.ts';
import { STORY_FEELINGS, STORY_KINDS, STORY_PARTS } from '#lib/contract/story-choices.ts';
import type { StoryLanes } from '#lib/contract/story-choices.ts';
import type { StoryFilter, StoryParams, StoryPlace } from '#lib/contract/story.ts';
import { CHANNELS } from '#lib/contract/words.ts';

/** What the address of a customer's page says about the story shown there. */
export interface StoryAddress {
  readonly filter: StoryFilter;
  readonly place: StoryPlace | undefined;
  /** ids of the events that a sentence or value comes from: they are marked */
  readonly marked: readonly string[];
  /** false: every event by itself */
  readonly grouped: boolean;
  readonly lanes: StoryLanes;
  /** before the customer's eyes and behind the stage, side by side */
  readonly sides: boolean;
}

/** The fields of the address that hide events. */
const FILTER_FIELDS = ['kind', 'on', 'journey', 'feel', 'only', 'q', 'between'] as const;
/** Changes of the address after which nothing is hidden; the list begins with the newest. */
export const UNFILTERED: Readonly<Record<string, null>> = Object.fromEntries([...FILTER_FIELDS, 'at', 'e'].map((field) => [field, null]));

const EVENT = /^\d{1,15}-\d{1,20}$/;
const MOST_MARKED = 20;

const some = <Choice extends string>(text: string | null, allowed: readonly Choice[]): Choice[] | undefined => {
  const chosen = (text ?? '').split(',');
  const known = allowed.filter((one) => chosen.includes(one));
  return known.length === 0 ? undefined : known;
};

/** Reads an address; what it does not understand counts as not said. */
export function readStory(url: URL): StoryAddress {
  const get = (field: string) => url.searchParams.get(field);
  const marked = (get('e') ?? '')
    .split(',')
    .filter((id) => EVENT.test(id))
    .slice(0, MOST_MARKED);
  const [from, to] = (get('between') ?? '').split('..').map(readInstant);
  const at = readInstant(get('at'));
  const text = get('q')?.trim().slice(0, 200);
  const journey = get('journey');
  const filter: StoryFilter = {
    kinds: some(get('kind'), STORY_KINDS),
    channels: some(get('on'), CHANNELS),
    journey: journey === null || journey === '' ? undefined : journey.slice(0, 128),
    feeling: STORY_FEELINGS.find((feeling) => feeling === get('feel')),
    only: STORY_PARTS.find((part) => part === get('only')),
    ...(from !== undefined && to !== undefined && from <= to ? { from, to } : {}),
    text: text === undefined || text === '' ? undefined : text,
  };
  const [first] = marked;
  return {
    filter: Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)),
    place: first !== undefined ? { event: first } : at !== undefined ? { at } : undefined,
    marked,
    grouped: get('group') !== 'off',
    lanes: get('strip') === 'owner' ? 'owner' : 'channel',
    sides: get('sides') === 'on',
  };
}

/** What is asked for to show an address. */
export function paramsOf(customerId: string, { filter, place, grouped, lanes }: StoryAddress): StoryParams {
  return { customerId, filter, grouped, lanes, ...(place === undefined ? {} : { place }) };
}

/** Whether a filter hides anything at all. */
export function isFiltered(filter: StoryFilter): boolean {
  return Object.keys(filter).length > 0;
}

/** A list in the address with one value put in or taken out; null where nothing is left. */
export function toggled(values: readonly string[] | undefined, value: string): string | null {
  const had = values ?? [];
  const now = had.includes(value) ? had.filter((one) => one !== value) : [...had, value];
  return now.length === 0 ? null : now.join(',');
}

/** An instant as it stands in the address: whole milliseconds, UTC. */
export function instantText(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** The address at which some events are marked and in sight, with nothing hidden. */
export function eventsHref(url: URL, events: readonly string[]): string {
  const query = new URLSearchParams(url.searchParams);
  for (const field of Object.keys(UNFILTERED)) query.delete(field);
  query.set('e', events.slice(0, MOST_MARKED).join(','));
  // Commas may stand in a query as they are, and read better.
  return `${url.pathname}?${query.toString().replaceAll('%2C', ',')}#e-${events[0] ?? ''}`;
}
