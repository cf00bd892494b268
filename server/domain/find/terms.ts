import type { CustomerState } from '../customer/state.ts';
import { wordsOf } from './text.ts';

/** What can be searched by its beginning: words of the name, e-mail addresses, and telephone numbers, which are kept backwards. */
export type TermKind = 'name' | 'email' | 'phone';

/** One entry under which a customer is found. */
export interface Term {
  readonly kind: TermKind;
  /** name: one word, then the others in their order, going round; e-mail: the address; phone: the digits from the last to the first */
  readonly text: string;
}

/** What of a customer's state decides how they are found. */
export interface Findable {
  readonly name: string;
  readonly identifiers: readonly (readonly [kind: string, value: string, since: number])[];
  /** when they were last in contact, ms; 0 = never */
  readonly contact: number;
}

/** Words of one name that can be searched for, and characters of one entry. */
const MOST_WORDS = 8;
const LONGEST_TERM = 100;
/** A single letter, such as an initial, narrows a search but does not begin one. */
const SHORTEST_WORD = 2;
/** Identifiers that do not say who somebody is. */
const FACELESS: ReadonlySet<string> = new Set(['phone', 'anonymousId']);
/** Shards of each kind per partition, and the characters at the beginning that choose one: whoever searches has typed as many. */
const SHARDS = 4096;
export const HEAD: Readonly<Record<TermKind, number>> = { name: 3, email: 3, phone: 4 };

/** What is known of nobody. */
export const NOBODY: Findable = { name: '', identifiers: [], contact: 0 };

/** A copy of what decides how a customer is found: the state itself changes while it is folded. */
export function findableOf(state: Pick<CustomerState, 'name' | 'identifiers' | 'lastContact'>): Findable {
  return { name: state.name, identifiers: [...state.identifiers], contact: state.lastContact?.[0] ?? 0 };
}

/** Everything a customer is found under, each once: a pure function of the state, and so of the events. */
export function termsOf({ name, identifiers }: Pick<Findable, 'name' | 'identifiers'>): readonly Term[] {
  const terms: Term[] = [];
  const words = wordsOf(name).slice(0, MOST_WORDS);
  const seen = new Set<string>();
  for (const [i, word] of words.entries()) {
    const text = [...words.slice(i), ...words.slice(0, i)].join(' ').slice(0, LONGEST_TERM);
    if (word.length >= SHORTEST_WORD && !seen.has(text)) terms.push({ kind: 'name', text });
    seen.add(text);
  }
  for (const [kind, value] of identifiers) {
    if (kind === 'email') terms.push({ kind, text: value.slice(0, LONGEST_TERM) });
    else if (kind === 'phone') terms.push({ kind, text: backwards(value.replace(/\D/g, '')) });
  }
  return terms;
}

/** Whether two states are found in the same way, seen at a glance: mostly the identifiers are the very same, and in the same order. */
export function isFoundAlike(before: Findable, after: Findable): boolean {
  return (
    before.name === after.name &&
    before.identifiers.length === after.identifiers.length &&
    before.identifiers.every((one, i) => {
      const other = after.identifiers[i];
      return one === other || (one[0] === other?.[0] && one[1] === other[1]);
    })
  );
}

/** When somebody without a name, whom nothing but a number or a browser stands for, was last in contact, ms; 0 = never, or they are known. */
export function unknownSince({ name, identifiers, contact }: Findable): number {
  return name === '' && identifiers.every(([kind]) => FACELESS.has(kind)) ? contact : 0;
}

/**
 * The shard a term lies in: of the partition's, 0 to 4095, chosen by the beginning of the text, so that a search reads one per partition.
 * A shorter word fills up with blanks: it shares its shard with all names that hold the whole of it.
 */
export function shardOf(kind: TermKind, text: string): number {
  const head = text.slice(0, HEAD[kind]).padEnd(HEAD[kind], ' ');
  let hash = 0x811c9dc5;
  for (let i = 0; i < head.length; i++) hash = Math.imul(hash ^ head.charCodeAt(i), 0x01000193);
  return ((hash >>> 16) ^ hash) & (SHARDS - 1);
}

/** Digits from the last to the first, so that the end of a number is the beginning of a text. */
export function backwards(digits: string): string {
  return [...digits].reverse().join('');
}
