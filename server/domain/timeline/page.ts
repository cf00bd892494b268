import type { StoryPlace } from '#lib/contract/index.ts';
import { compareStreamIds } from '#server/domain/kernel/stream-id.ts';
import type { StoryEntry } from './entry.ts';
import type { EntryGroup } from './group.ts';

/** A group with those of its members that the filter lets through. */
export interface ShownGroup {
  readonly group: EntryGroup;
  /** places, oldest first; never empty */
  readonly shown: readonly number[];
}

/** A stretch of groups, newest first. */
export interface Stretch {
  readonly groups: readonly ShownGroup[];
  /** place of the last event above and of the last one in it; null: nothing more on that side */
  readonly newer: number | null;
  readonly older: number | null;
  /** shown events above it */
  readonly above: number;
}

const lastOf = ({ group }: ShownGroup): number => group.members.at(-1) ?? 0;

/** Place of the first entry that is not before an id, or that is behind it; the number of entries where none is. */
function placeOf(entries: readonly StoryEntry[], id: string, behind: 0 | 1 = 0): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareStreamIds(entries[middle]?.id ?? '0-0', id) < behind) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The groups that the filter leaves something of. */
export function shownGroups(groups: readonly EntryGroup[], passing: (place: number) => boolean): readonly ShownGroup[] {
  return groups
    .map((group) => ({ group, shown: group.members.every(passing) ? group.members : group.members.filter(passing) }))
    .filter(({ shown }) => shown.length > 0);
}

/** Index of the group with which a page begins. */
function startOf(groups: readonly ShownGroup[], entries: readonly StoryEntry[], place: Exclude<StoryPlace, { after: string }>): number {
  if ('at' in place) return indexBelow(groups, (last) => (entries[last]?.at ?? 0) <= place.at);
  const wanted = placeOf(entries, 'event' in place ? place.event : place.before);
  if ('before' in place) return indexBelow(groups, (last) => last < wanted);
  const within = groups.findIndex(({ shown }) => shown.includes(wanted));
  return within >= 0 ? within : indexBelow(groups, (last) => last <= wanted);
}

function indexBelow(groups: readonly ShownGroup[], below: (last: number) => boolean): number {
  const found = groups.findIndex((group) => below(lastOf(group)));
  return found < 0 ? groups.length : found;
}

const countOf = (groups: readonly ShownGroup[]): number => groups.reduce((sum, { shown }) => sum + shown.length, 0);

/** How many groups from an index on hold so many events: at least one. */
function reach(groups: readonly ShownGroup[], limit: number): number {
  let [events, taken] = [0, 0];
  for (const { shown } of groups) {
    if (taken > 0 && events + shown.length > limit) break;
    events += shown.length;
    taken++;
  }
  return taken;
}

/** Cuts the stretch that a page shows. Groups are never cut. @param limit events, > 0 */
export function stretchOf(
  groups: readonly ShownGroup[],
  entries: readonly StoryEntry[],
  page: { readonly place: StoryPlace | undefined; readonly limit: number },
): Stretch {
  const { place, limit } = page;
  let start = 0;
  let end: number;
  if (place !== undefined && 'after' in place) {
    const wanted = placeOf(entries, place.after, 1);
    end = indexBelow(groups, (last) => last < wanted);
    start = end - reach(groups.slice(0, end).reverse(), limit);
  } else {
    start = place === undefined ? 0 : startOf(groups, entries, place);
    end = start + reach(groups.slice(start), limit);
  }
  const taken = groups.slice(start, end);
  const [first, last] = [taken[0], taken.at(-1)];
  return {
    groups: taken,
    newer: start > 0 && first !== undefined ? lastOf(first) : null,
    older: end < groups.length && last !== undefined ? lastOf(last) : null,
    above: countOf(groups.slice(0, start)),
  };
}
