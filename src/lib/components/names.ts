import { channel, identifier, isChannel, isIdentifier } from '#messages/words.ts';
import { words } from './format.ts';

/** A channel's name; one that is not ours reads as it came. */
export function channelName(code: string): string {
  return isChannel(code) ? channel(code) : words(code);
}

/** What kind of identifier it is: `order`; one that is not ours reads as it came. */
export function identifierName(kind: string): string {
  return isIdentifier(kind) ? identifier(kind) : words(kind).toLowerCase();
}

/** A word at the beginning of a line or a cell: only its first letter changes. */
export function capital(word: string): string {
  return word.charAt(0).toLocaleUpperCase() + word.slice(1);
}
