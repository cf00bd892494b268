import { words } from '#lib/components/format.ts';
import { capital, channelName } from '#lib/components/names.ts';
import type { Column } from '#lib/contract/words.ts';
import { clueMeans, isClueMeans } from '#messages/words.ts';

/** A column's heading. Channels and kinds of clue are ours to word; segments and owners come with the data. */
export function columnName(by: Column, column: string): string {
  if (by === 'channel') return capital(channelName(column));
  return by === 'clue' && isClueMeans(column) ? capital(clueMeans(column)) : words(column);
}
