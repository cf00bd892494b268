import type { StorySide } from '#lib/contract/index.ts';
import { HOUR, MINUTE } from '../kernel/time.ts';
import type { StoryEntry } from './entry.ts';

/** Quiet for longer than this on its channel, a contact or session is over. */
const QUIET_MS = 30 * MINUTE;
/** What a source names as one contact may pause longer, but not for ever. */
const SESSION_QUIET_MS = 12 * HOUR;
/** Events of one group: a longer one goes on as another, so that no page grows without end. */
export const MOST_IN_GROUP = 100;

/** Events that make one contact or session, oldest first: places in the list of all entries. */
export interface EntryGroup {
  readonly members: readonly number[];
  readonly side: StorySide;
}

interface Open {
  readonly members: number[];
  readonly side: StorySide;
  lastAt: number;
  over: boolean;
}

/** Where an event could join: what its source calls one contact, else its channel, else who it belongs to. */
function laneOf(entry: StoryEntry): string {
  if (entry.kind === 'record') return 'record';
  if (entry.session !== null) return `session ${entry.session}`;
  return `${entry.side} ${entry.channel ?? entry.owner ?? entry.controller ?? entry.kind}`;
}

/**
 * Groups entries, oldest first, into contacts and sessions: by what the source names as one, else by channel with at most half an hour of quiet; the end
 * of a contact ends its group. Every entry is in exactly one group.
 * @returns groups, the one with the newest last event first
 */
export function groupEntries(entries: readonly StoryEntry[]): readonly EntryGroup[] {
  const groups: Open[] = [];
  const open = new Map<string, Open>();
  entries.forEach((entry, place) => {
    const lane = laneOf(entry);
    const quiet = entry.session === null ? QUIET_MS : SESSION_QUIET_MS;
    let group = open.get(lane);
    if (group === undefined || group.over || entry.at - group.lastAt > quiet || group.members.length >= MOST_IN_GROUP) {
      group = { members: [], side: entry.side, lastAt: entry.at, over: false };
      groups.push(group);
      open.set(lane, group);
    }
    group.members.push(place);
    group.lastAt = entry.at;
    group.over = entry.type === 'contact.ended' && entry.session === null;
  });
  return groups.sort((a, b) => (b.members.at(-1) ?? 0) - (a.members.at(-1) ?? 0));
}

/** Every entry by itself, newest first. */
export function singleEntries(entries: readonly StoryEntry[]): readonly EntryGroup[] {
  return entries.map((entry, place) => ({ members: [place], side: entry.side })).reverse();
}
