import type { CarriedIdentifier } from '#server/domain/event/event.ts';
import { DEFAULT_RULES } from '#server/domain/identity/rules.ts';
import type { IdentityRules } from '#server/domain/identity/rules.ts';
import type { NodeHasher } from './node-hash.ts';
import { readPhone, type PhoneReader } from './phone.ts';

/** What is needed to read identifiers. */
export interface IdentifierOptions {
  /** ISO country of telephone numbers without country code */
  readonly region: string;
  readonly nodeOf: NodeHasher;
  /** a remembering reader for hot paths; default: parses each number anew */
  readonly phoneOf?: PhoneReader;
  /** which kinds are stronger, what stands for nobody, what names a group; default: the shipped rules */
  readonly rules?: IdentityRules;
}

/** Why one identifier cannot be used. */
export interface IdentifierProblem {
  /** e.g. `customer.phone` */
  readonly field: string;
  readonly message: string;
}

/** The identifiers of one event that can be used, strongest first, and what is wrong with the others. */
export interface UsableIdentifiers {
  readonly who: readonly CarriedIdentifier[];
  /** the groups they belong to, such as an account, in the order of their kinds */
  readonly groups: readonly CarriedIdentifier[];
  readonly problems: readonly IdentifierProblem[];
}

/** What a search term may be. */
export interface SearchCandidate {
  readonly kind: string;
  /** normalised as an event's identifier would be */
  readonly value: string;
}

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['userId', 'customerId'],
  ['user_id', 'customerId'],
  ['customer_id', 'customerId'],
  ['anonymous_id', 'anonymousId'],
  ['order_id', 'orderId'],
  ['ticket_id', 'ticketId'],
]);

const LONGEST_VALUE = 128;
const LONGEST_EMAIL = 254;
const EMAIL = /^[^\s@"<>,;]+@[^\s@"<>,;]+$/;
const KIND = /^[A-Za-z][\w.-]{0,63}$/;
/** Names that exist on every object: used as a key they break whoever counts in a plain object. */
const OBJECT_NAMES: ReadonlySet<string> = new Set(['constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty']);
const CONTROL = /[\p{Cc}\p{Surrogate}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** Characters nobody sees, which come along when something is copied: soft hyphens, zero-width spaces and joiners of words, marks of byte order. */
const INVISIBLE = /[\u00ad\u200b\u2060\ufeff]/gu;
const ASCII = /^[\x20-\x7e]*$/;

/** What says something about a person that others may share: with these for identifiers, two people called alike would be one. */
const DESCRIPTIONS: ReadonlySet<string> = new Set(
  [
    'name fullName full_name displayName display_name firstName first_name lastName last_name givenName given_name familyName family_name surname',
    'gender birthday birthDate birth_date dateOfBirth date_of_birth age address street city zip postcode postalCode postal_code country language',
  ].flatMap((kinds) => kinds.split(' ')),
);

/** Whether a kind describes a person and cannot tell who it is. */
export function isDescription(kind: string): boolean {
  return DESCRIPTIONS.has(kind);
}

/** The kind an identifier is kept under: `userId` is `customerId`. */
function canonicalKind(kind: string): string {
  return ALIASES.get(kind) ?? kind;
}

/** Orders two identifiers, strongest first: by the rank of their kinds, kinds of one rank alphabetically; then by value. */
export function compareIdentifiers(
  a: readonly [kind: string, value: string, ...unknown[]],
  b: readonly [kind: string, value: string, ...unknown[]],
  rules: Pick<IdentityRules, 'rankOf'> = DEFAULT_RULES,
): number {
  return rules.rankOf(a[0]) - rules.rankOf(b[0]) || order(a[0], b[0]) || order(a[1], b[1]);
}

/**
 * Reads the `customer` part of an event. Pure.
 * @param customer identifiers by kind, as sent
 * @returns usable ones, strongest first, each once; a problem for each of the others (a withheld number is no error where another one is usable)
 */
export function usableIdentifiers(customer: Readonly<Record<string, unknown>>, options: IdentifierOptions): UsableIdentifiers {
  const rules = options.rules ?? DEFAULT_RULES;
  const who: CarriedIdentifier[] = [];
  const groups: CarriedIdentifier[] = [];
  const problems: IdentifierProblem[] = [];
  for (const sent of Object.keys(customer)) {
    const kind = canonicalKind(sent);
    const read = normalisedIdentifier(kind, customer[sent], options);
    if ('message' in read) problems.push({ field: `customer.${sent}`, message: read.message });
    else {
      const into = rules.isGroup(kind) ? groups : who;
      if (!into.some(([k, value]) => k === kind && value === read.value)) into.push([kind, read.value, options.nodeOf(kind, read.value)]);
    }
  }
  // Most senders name the strongest first; sorting what is sorted would cost more than looking.
  if (who.some((one, index) => isWeaker(who[index - 1], one, rules))) who.sort((a, b) => compareIdentifiers(a, b, rules));
  if (groups.length > 1) groups.sort((a, b) => order(a[0], b[0]) || order(a[1], b[1]));
  return { who, groups, problems };
}

/**
 * Normalises one identifier: NFC, trimmed, without what is invisible, e-mail in lower case, telephone in E.164, numbers as text.
 * @param kind canonical kind
 * @returns the value to keep, or why there is none, as the end of a sentence that begins with the field's name
 */
function normalisedIdentifier(
  kind: string,
  raw: unknown,
  options: Pick<IdentifierOptions, 'region' | 'phoneOf' | 'rules'>,
): { readonly value: string } | { readonly message: string } {
  if (!KIND.test(kind) || OBJECT_NAMES.has(kind)) return { message: 'must have a kind made of letters, digits, dot, dash and underscore' };
  const text = textOf(raw);
  if (text === undefined) return { message: 'must be text, or a whole number small enough to be exact' };
  const plain = ASCII.test(text);
  const value = plain ? text.trim() : text.normalize('NFC').replace(INVISIBLE, '').trim();
  if ((options.rules ?? DEFAULT_RULES).isBlocked(value))
    return { message: `must name somebody; ${JSON.stringify(value)} stands for nobody` };
  if (!plain && CONTROL.test(value)) return { message: 'must not hold control characters, bidirectional marks or half characters' };
  if (kind === 'email') return normalisedEmail(value);
  if (kind === 'phone') return normalisedPhone(value, options);
  return value.length > LONGEST_VALUE ? { message: `must have at most ${LONGEST_VALUE} characters` } : { value };
}

/**
 * Everything a search term could be, strongest kind first: `find by any identifier`.
 * `kind:value` is tried both as it stands and as a value of the named kind.
 * @param q what was typed or pasted
 * @param options.kinds further kinds in use, e.g. `loyaltyCard`
 */
export function searchCandidates(
  q: string,
  options: { readonly region: string; readonly kinds?: readonly string[]; readonly phoneOf?: PhoneReader; readonly rules?: IdentityRules },
): readonly SearchCandidate[] {
  const named = /^\s*([A-Za-z][\w.-]{0,63})\s*:\s*(\S.*)$/su.exec(q);
  const found: SearchCandidate[] = [];
  const add = (sent: string, raw: string): void => {
    const kind = canonicalKind(sent);
    const read = normalisedIdentifier(kind, raw, options);
    if ('value' in read && !found.some((one) => one.kind === kind && one.value === read.value)) found.push({ kind, value: read.value });
  };
  if (named?.[1] !== undefined && named[2] !== undefined) add(named[1], named[2]);
  const rules = options.rules ?? DEFAULT_RULES;
  const kinds = [...rules.kinds, ...(options.kinds ?? [])];
  for (const kind of kinds) add(kind, q);
  return found.toSorted((a, b) => compareIdentifiers([a.kind, a.value], [b.kind, b.value], rules));
}

/** Whether `before` must come after `after`. */
function isWeaker(before: CarriedIdentifier | undefined, after: CarriedIdentifier, rules: IdentityRules): boolean {
  return before !== undefined && compareIdentifiers(before, after, rules) > 0;
}

function textOf(raw: unknown): string | undefined {
  if (typeof raw === 'string') return raw;
  if (typeof raw !== 'number' || !Number.isFinite(raw) || Math.abs(raw) > Number.MAX_SAFE_INTEGER) return undefined;
  return String(raw);
}

function normalisedEmail(value: string): { readonly value: string } | { readonly message: string } {
  if (value.length > LONGEST_EMAIL || !EMAIL.test(value)) return { message: 'must be an e-mail address such as ada@example.com' };
  return { value: value.toLowerCase() };
}

function normalisedPhone(
  value: string,
  { region, phoneOf }: Pick<IdentifierOptions, 'region' | 'phoneOf'>,
): { readonly value: string } | { readonly message: string } {
  const phone = phoneOf === undefined ? readPhone(value, region) : phoneOf(value);
  return phone === undefined ? { message: 'must be a telephone number such as +49 170 1234567' } : { value: phone };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
