import type { StoryFeeling, StoryFilter } from '#lib/contract/index.ts';
import type { StoryEntry } from './entry.ts';

/** From this valence on, in thousandths, a feeling is good; from its opposite on it is bad. */
const CLEAR = 200;

/** How something felt, coarsely. @param valence in thousandths */
function feelingOf(valence: number): StoryFeeling {
  if (valence <= -CLEAR) return 'bad';
  return valence < CLEAR ? 'neutral' : 'good';
}

const allows = <T>(chosen: readonly T[] | undefined, value: T | null): boolean =>
  chosen === undefined || chosen.length === 0 || (value !== null && chosen.includes(value));

/**
 * Whether the filter lets an entry through. What is not known passes no filter that asks for it.
 * @param found ids of the events in which the wanted words stand; null: none are wanted
 */
export function passes(entry: StoryEntry, filter: StoryFilter, found: ReadonlySet<string> | null): boolean {
  if (!allows(filter.kinds, entry.kind) || !allows(filter.channels, entry.channel)) return false;
  if (filter.journey !== undefined && filter.journey !== entry.journey) return false;
  if (filter.feeling !== undefined && (entry.feeling === null || feelingOf(entry.feeling.valence) !== filter.feeling)) return false;
  if (filter.only === 'promises' && entry.promise === null && entry.kind !== 'promise') return false;
  if (filter.only === 'moments' && !entry.moment) return false;
  if (filter.from !== undefined && entry.at < filter.from) return false;
  if (filter.to !== undefined && entry.at > filter.to) return false;
  return found === null || found.has(entry.id);
}
