import type { Findable, Term, TermKind } from '#server/domain/find/terms.ts';
import { isFoundAlike, shardOf, termsOf, unknownSince } from '#server/domain/find/terms.ts';
import { keys } from '#server/redis/keys.ts';
import type { Command } from '#server/redis/scripts.ts';

/** Parts an entry from the customer. No text holds it: names are only letters and digits, and addresses with control characters are refused. */
const END = '\0';

interface Place {
  readonly partition: number;
  readonly person: string;
}

/** The key of one shard. */
export function shardKey(partition: number, kind: TermKind, shard: number): string {
  return keys.find(partition, `${kind}:${shard}`);
}

/** An entry as it stands in its shard. */
export function entryOf(person: string, term: Term): string {
  return `${term.text}${END}${person}`;
}

/** Entry -> what it says. */
export function readEntry(entry: string): { readonly text: string; readonly person: string } {
  const end = entry.lastIndexOf(END);
  return { text: entry.slice(0, end), person: entry.slice(end + 1) };
}

/** The bounds within which all entries of a beginning stand. @param whole only where a word ends there */
export function boundsOf(prefix: string, whole: boolean): { readonly min: string; readonly max: string } {
  // What follows a whole word is the end of the text or a blank: both stand before the exclamation mark.
  return { min: `[${prefix}`, max: whole ? `(${prefix}!` : `(${prefix}\u{10ffff}` };
}

/** The writes that keep the index what the customer's state says: nothing where nothing changed. Part of the commit that writes the state. */
export function findCommands(place: Place, before: Findable, after: Findable): Command[] {
  const commands: Command[] = [];
  if (!isFoundAlike(before, after)) {
    const entry = (term: Term): string => JSON.stringify([term.kind, term.text]);
    const [was, is] = [termsOf(before), termsOf(after)];
    const [had, has] = [new Set(was.map(entry)), new Set(is.map(entry))];
    const key = ({ kind, text }: Term): string => shardKey(place.partition, kind, shardOf(kind, text));
    for (const term of was) if (!has.has(entry(term))) commands.push(['ZREM', key(term), entryOf(place.person, term)]);
    for (const term of is) if (!had.has(entry(term))) commands.push(['ZADD', key(term), '0', entryOf(place.person, term)]);
  }
  const [from, to] = [unknownSince(before), unknownSince(after)];
  if (from !== to)
    commands.push(
      to === 0 ? ['ZREM', keys.unknown(place.partition), place.person] : ['ZADD', keys.unknown(place.partition), String(to), place.person],
    );
  return commands;
}
