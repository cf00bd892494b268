import { EMOTIONS, EMOTION_SOURCES } from '#lib/contract/index.ts';
import type { Channel, Names, Preference, StoryGroup, TimelineItem } from '#lib/contract/index.ts';
import { CHANNELS } from '#lib/contract/index.ts';
import type { Blueprints } from '../blueprint/blueprint.ts';
import type { StoryEntry } from './entry.ts';
import type { ShownGroup } from './page.ts';

type Head = Omit<StoryGroup, 'items' | 'silence'>;

/** First value that is there. */
function firstOf<Value>(entries: readonly StoryEntry[], value: (entry: StoryEntry) => Value | null): Value | null {
  for (const entry of entries) {
    const found = value(entry);
    if (found !== null) return found;
  }
  return null;
}

function worstOf(entries: readonly StoryEntry[]): StoryGroup['worst'] {
  const felt = entries.flatMap(({ feeling }) => (feeling === null ? [] : [feeling]));
  const [first, ...rest] = felt;
  if (first === undefined) return null;
  const worst = rest.reduce((a, b) => (b.valence < a.valence ? b : a), first);
  return { valence: worst.valence / 1000, label: EMOTIONS[worst.emotion] ?? 'unknown', source: EMOTION_SOURCES[worst.rank] ?? 'text' };
}

/** The line that stands above a contact: where, about what, how long, how it went. What was taken back counts for nothing in it. */
export function headOf({ group, shown }: ShownGroup, entries: readonly StoryEntry[]): Head {
  const all = group.members.map((place) => entries[place]).filter((entry) => entry !== undefined);
  const held = all.filter(({ retracted, annotation }) => !retracted && !annotation);
  return {
    key: all[0]?.id ?? '',
    from: all[0]?.at ?? 0,
    to: all.at(-1)?.at ?? 0,
    side: group.side,
    channel: firstOf(all, ({ channel }) => channel),
    owner: firstOf(all, ({ owner }) => owner),
    topic: firstOf(held, ({ topic }) => topic),
    outcome: firstOf([...held].reverse(), ({ outcome }) => outcome),
    worst: worstOf(held),
    problems: held.reduce((sum, { problems }) => sum + problems, 0),
    events: all.length,
    hidden: all.length - shown.length,
  };
}

/** Whether an event came behind later ones; entry by entry. @param items newest first */
export type Arrivals = (place: number) => number;

/** For each place the earliest arrival among all that happened later. */
export function arrivalsOf(entries: readonly StoryEntry[]): Arrivals {
  const earliest = new Float64Array(entries.length);
  let least = Infinity;
  for (let place = entries.length - 1; place >= 0; place--) {
    earliest[place] = least;
    least = Math.min(least, entries[place]?.received ?? Infinity);
  }
  return (place) => earliest[place] ?? Infinity;
}

/** What the customer wishes or agreed to, as last said, and the language last written in. The newest first. */
export function preferencesOf(entries: readonly StoryEntry[]): readonly Preference[] {
  const known = new Map<string, Preference>();
  for (const { id, at, wishes, lang, retracted } of entries) {
    if (retracted) continue;
    if (lang !== null) known.set('language', { what: 'language', value: lang, at, event: id });
    for (const [what, value] of wishes) known.set(what, { what, value, at, event: id });
  }
  return [...known.values()].sort((a, b) => b.at - a.at || (a.what < b.what ? -1 : 1));
}

/** Journeys and channels that occur, in their usual order. */
export function choicesIn(
  entries: readonly StoryEntry[],
  blueprints: Blueprints,
): { readonly journeys: readonly { readonly journey: string; readonly name: Names }[]; readonly channels: readonly Channel[] } {
  const [journeys, channels] = [new Set(entries.map(({ journey }) => journey)), new Set(entries.map(({ channel }) => channel))];
  return {
    journeys: blueprints.all.filter(({ journey }) => journeys.has(journey)).map(({ journey, file }) => ({ journey, name: file.name })),
    channels: CHANNELS.filter((channel) => channels.has(channel)),
  };
}

/** A group as it is shown, newest event first. */
export function storyGroup(head: Head, items: readonly TimelineItem[], silence: StoryGroup['silence']): StoryGroup {
  return { ...head, items, silence };
}
