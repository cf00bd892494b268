import type { Tokens } from './tokens.ts';

/** What a piece of a word weighs beside a whole word: there are many more of them. */
export const PIECE_VALUE = 0.5;
const SHORTEST_PIECE = 3;
const LONGEST_PIECE = 5;
/** Words after a negation that are also read as negated, within the clause. */
const NEGATED_WORDS = 3;

const NEGATORS: ReadonlySet<string> = new Set(
  (
    'not no never none nobody nothing neither nor without hardly barely cannot cant dont doesnt didnt isnt wasnt arent werent wont ' +
    'wouldnt couldnt shouldnt hasnt havent hadnt aint'
  ).split(' '),
);

/** A text as the linear model reads it: its words, which of them are negated, and where a clause begins. */
export interface ModelWords {
  readonly words: readonly string[];
  readonly negated: readonly boolean[];
}

/** What the linear model has to say of one word. */
export interface WordWeight {
  /** per emotion */
  readonly classes: Float64Array;
  /** sum of the squared values of its features, for the length of the text's vector */
  readonly norm: number;
}

/** Words for the model: digits are all alike, and a letter comes at most twice in a row. */
export function modelWords(pieces: Tokens): ModelWords {
  const words: string[] = [];
  const negated: boolean[] = [];
  let left = 0;
  let clause = -1;
  for (const token of pieces.tokens) {
    if (token.clause !== clause) left = 0;
    clause = token.clause;
    words.push(plain(token.word));
    negated.push(left > 0);
    if (left > 0) left--;
    if (NEGATORS.has(token.word)) left = NEGATED_WORDS;
  }
  return { words, negated };
}

/** `2h`, `48h` -> `0h`, `00h`; `sooooo` -> `soo`. */
function plain(word: string): string {
  let run = 1;
  let digits = false;
  let drawn = false;
  for (let at = 0; at < word.length; at++) {
    const code = word.charCodeAt(at);
    run = at > 0 && code === word.charCodeAt(at - 1) ? run + 1 : 1;
    if (run > 2) drawn = true;
    if (code >= 0x30 && code <= 0x39) digits = true;
  }
  const even = digits ? word.replace(/\d+/gu, '0') : word;
  return drawn ? even.replace(/(.)\1{2,}/gu, '$1$1') : even;
}

/**
 * Buckets of one word: first the word itself, then its pieces of 3 to 5 characters, with a mark at either end.
 * @param mask number of buckets less one; the number is a power of two
 */
export function wordBuckets(word: string, mask: number): readonly number[] {
  const buckets = [hash(`w${word}`, mask)];
  const marked = `<${word}>`;
  for (let length = SHORTEST_PIECE; length <= LONGEST_PIECE && length < marked.length; length++)
    for (let at = 0; at + length <= marked.length; at++) buckets.push(hash(marked.slice(at, at + length), mask));
  return buckets;
}

/** Bucket of two words in a row. */
export function pairBucket(first: string, second: string, mask: number): number {
  return mixed(added(Math.imul(added(BASIS, first) ^ 0x20, PRIME), second)) & mask;
}

/** Bucket of a word that a negation covers. */
export function negatedBucket(word: string, mask: number): number {
  return mixed(added(Math.imul(BASIS ^ 0x21, PRIME), word)) & mask;
}

const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

function hash(text: string, mask: number): number {
  return mixed(added(BASIS, text)) & mask;
}

/** FNV-1a. */
function added(state: number, text: string): number {
  let h = state;
  for (let at = 0; at < text.length; at++) h = Math.imul(h ^ text.charCodeAt(at), PRIME);
  return h;
}

/** The final mix of MurmurHash3, so that the low bits depend on all. */
function mixed(state: number): number {
  let h = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
