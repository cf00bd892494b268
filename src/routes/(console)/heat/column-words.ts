import { words } from '#lib/components/format.ts';
import { capital, channelName } from '#lib/components/names.ts';
import { OUTSIDE, type Column } from '#lib/contract/words.ts';
import { outside } from '#messages/hotspots.ts';
import { clueMeans, isClueMeans } from '#messages/words.ts';

/** A column's heading. Channels, kinds of clue and what is nobody's here are ours to word; segments and owners come with the data. */
export function columnName(by: Column, column: string): string {
  if (by === 'channel') return capital(channelName(column));
  if (by === 'owner' && column === OUTSIDE) return capital(outside());
  return by === 'clue' && isClueMeans(column) ? capital(clueMeans(column)) : words(column);
}
