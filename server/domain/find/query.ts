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
  /** entries read of each partition: many only where most of them will not fit */
  readonly most: number;
}

/** What is looked for by its beginning or, for telephone numbers, by its end. */
export interface PartialQuery {
  readonly kind: TermKind;
  /** as it was understood */
  readonly value: string;
  readonly ranges: readonly TermRange[];
}

/** People of one answer. */
export const MOST_HITS = 20;
const ENTRIES_LOOKED_THROUGH = 1000;
const MOST_WORDS = 4;
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
  return { kind: 'email', value, ranges: [rangeOf('email', value)] };
}

function phoneOf(text: string, only: string | undefined): PartialQuery | null {
  if ((only ?? 'phone') !== 'phone' || !DIGITS.test(text)) return null;
  const all = text.replace(/\D/g, '');
  const digits = all.length >= FULL_NUMBER ? all.replace(/^0+/, '') : all;
  if (digits.length < FEWEST_DIGITS || digits.length > MOST_DIGITS) return null;
  return { kind: 'phone', value: digits, ranges: [rangeOf('phone', backwards(digits))] };
}

function byName(text: string): PartialQuery | null {
  if (DIGITS.test(text) || text.includes('@')) return null;
  const words = wordsOf(text).slice(0, MOST_WORDS);
  const longest = words.reduce((best, word) => (word.length > best.length ? word : best), '');
  if (longest.length < 2) return null;
  const but = (...places: number[]): string[] => words.filter((_, at) => !places.includes(at));
  const at = words.indexOf(longest);
  const ranges: TermRange[] = [
    { ...rangeOf('name', longest), others: but(at), most: words.length === 1 ? MOST_HITS + 1 : ENTRIES_LOOKED_THROUGH },
  ];
  // Two words that stand together are found at once, however many share one of them.
  for (const [i, first] of words.entries())
    for (const [j, second] of words.entries())
      if (i !== j && first.length >= 2) ranges.push({ ...rangeOf('name', `${first} ${second}`), others: but(i, j) });
  return { kind: 'name', value: words.join(' '), ranges };
}

function rangeOf(kind: TermKind, prefix: string): TermRange {
  return { kind, shard: shardOf(kind, prefix), prefix, whole: prefix.length < HEAD[kind], others: [], most: MOST_HITS + 1 };
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
