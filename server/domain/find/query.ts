import { wordsOf } from './text.ts';
import { HEAD, backwards, shardOf } from './terms.ts';
import type { TermKind } from './terms.ts';

/** Entries of one shard to look through. */
export interface TermRange {
  readonly kind: TermKind;
  readonly shard: number;
  /** entries begin with this ... */
  readonly prefix: string;
  /** ... and there the word is over: a short word is looked for as a whole */
  readonly whole: boolean;
  /** further words, each of which another word of the name begins with */
  readonly others: readonly string[];
}

/** What is looked for by its beginning or, for telephone numbers, by its end. */
export interface PartialQuery {
  readonly kind: TermKind;
  /** as it was understood */
  readonly value: string;
  readonly ranges: readonly TermRange[];
  /** of several words, one range each: looking through any one of them for the other words comes to the same */
  readonly either: readonly TermRange[];
}

/** People of one answer. */
export const MOST_HITS = 20;
const MOST_WORDS = 4;
const SHORTEST_HEAD = 2;
const FEWEST_DIGITS = 4;
const MOST_DIGITS = 15;
/** With so many digits a number may begin with the zeros that are dialled in front of it. */
const FULL_NUMBER = 7;
const NAMED = /^\s*(name|email|phone)\s*:\s*(\S.*)$/isu;
const EMAIL_BEGINNING = /^[^\s@"<>,;]+(@[^\s@"<>,;]*)?$/;
const DIGITS = /^\+?[\d\s()/.-]+$/;

/** Reads what was typed as the beginning of a name or an e-mail address, or as the last digits of a number; `kind:` in front names one. */
export function partialQueries(typed: string): readonly PartialQuery[] {
  const named = NAMED.exec(typed);
  const only = named?.[1]?.toLowerCase();
  const text = (named?.[2] ?? typed).trim();
  const found = [only === undefined || only === 'name' ? byName(text) : null, emailOf(text, only), phoneOf(text, only)];
  return found.filter((query) => query !== null);
}

function emailOf(text: string, only: string | undefined): PartialQuery | null {
  const value = text.toLowerCase();
  if ((only ?? 'email') !== 'email' || value.length < HEAD.email || !EMAIL_BEGINNING.test(value)) return null;
  if (only === undefined && DIGITS.test(text)) return null;
  return { kind: 'email', value, ranges: [rangeOf('email', value)], either: [] };
}

function phoneOf(text: string, only: string | undefined): PartialQuery | null {
  if ((only ?? 'phone') !== 'phone' || !DIGITS.test(text)) return null;
  const all = text.replace(/\D/g, '');
  const digits = all.length >= FULL_NUMBER ? all.replace(/^0+/, '') : all;
  if (digits.length < FEWEST_DIGITS || digits.length > MOST_DIGITS) return null;
  return { kind: 'phone', value: digits, ranges: [rangeOf('phone', backwards(digits))], either: [] };
}

function byName(text: string): PartialQuery | null {
  if (DIGITS.test(text) || text.includes('@')) return null;
  const words = wordsOf(text).slice(0, MOST_WORDS);
  const heads = words.flatMap((word, at) => (word.length < SHORTEST_HEAD ? [] : [{ word, at }]));
  const [first] = heads;
  if (first === undefined) return null;
  const value = words.join(' ');
  if (words.length === 1) return { kind: 'name', value, ranges: [rangeOf('name', first.word)], either: [] };
  const but = (...places: number[]): string[] => words.filter((_, at) => !places.includes(at));
  // Two words that stand together are found at once, however many share one of them.
  const ranges = heads.flatMap((head) =>
    words.flatMap((next, j) => (head.at === j ? [] : [{ ...rangeOf('name', `${head.word} ${next}`), others: but(head.at, j) }])),
  );
  return { kind: 'name', value, ranges, either: heads.map(({ word, at }) => ({ ...rangeOf('name', word), others: but(at) })) };
}

function rangeOf(kind: TermKind, prefix: string): TermRange {
  return { kind, shard: shardOf(kind, prefix), prefix, whole: prefix.length < HEAD[kind], others: [] };
}

/** Whether an entry within a range fits: each of the further words begins another word of the name. */
export function fits(range: TermRange, text: string): boolean {
  if (range.others.length === 0) return true;
  const left = text.split(' ').slice(range.prefix.split(' ').length);
  return range.others.every((word) => {
    const place = left.findIndex((one) => one.startsWith(word));
    if (place < 0) return false;
    left.splice(place, 1);
    return true;
  });
}
