import type { IdentityFile } from '#lib/contract/index.ts';
import { DAY } from '../kernel/time.ts';

/** How many identifiers of a kind one stronger identifier may bring into a person, within `windowMs` (Infinity: ever). */
export interface IdentityLimit {
  readonly most: number;
  readonly windowMs: number;
}

/** The rules by which identifiers become people. Immutable. */
export interface IdentityRules {
  /** Strength of a kind: 0 is the strongest. */
  rankOf(kind: string): number;
  /** undefined: as many as there are */
  limitOf(kind: string): IdentityLimit | undefined;
  /** Whether a value stands for nobody (`0`, `null`, `anonymous`, ...), whatever its case and however it is typed: full-width, with other dashes or invisible characters. */
  isBlocked(value: string): boolean;
  /** Whether a kind names a group of people, such as an account. */
  isGroup(kind: string): boolean;
  /** kinds named in the order of strength, `*` left out */
  readonly kinds: readonly string[];
  /** what decides where events already stored belong: it is fixed when a store is made */
  readonly fingerprint: string;
}

type Whole = { readonly [Part in keyof IdentityFile]-?: NonNullable<IdentityFile[Part]> };

/** The rules as they ship. A limit keeps a shared login, a test account or a switchboard from swallowing strangers. */
export const SHIPPED_RULES: Whole = {
  priority: ['customerId', 'email', 'phone', '*', 'anonymousId', 'orderId', 'ticketId'],
  limits: {
    customerId: { most: 1 },
    email: { most: 5, days: 365 },
    phone: { most: 5, days: 365 },
    '*': { most: 50, days: 365 },
    anonymousId: { most: 5, days: 7 },
    orderId: null,
    ticketId: null,
  },
  blocked: {
    values: [
      ...['', '[object Object]', '{}', '[]'],
      ...'-1 null (null) <null> nil undefined none anonymous anon unknown n/a na #n/a ? guest nan true false'.split(' '),
    ],
    patterns: ['^[0-]*$'],
  },
  groups: ['accountId', 'householdId'],
};

/** What a rules file says that cannot be. */
export function checkRules(file: IdentityFile): { readonly path: readonly PropertyKey[]; readonly message: string }[] {
  const problems: { readonly path: readonly PropertyKey[]; readonly message: string }[] = [];
  const priority = file.priority ?? SHIPPED_RULES.priority;
  priority.forEach((kind, i) => {
    if (priority.indexOf(kind) !== i) problems.push({ path: ['priority', i], message: `names ${kind} twice` });
    if ((file.groups ?? SHIPPED_RULES.groups).includes(kind))
      problems.push({ path: ['priority', i], message: `names ${kind}, which is a group and says nothing about who somebody is` });
  });
  if (!priority.includes('*')) problems.push({ path: ['priority'], message: 'must say with * where all other kinds stand' });
  for (const [i, pattern] of (file.blocked?.patterns ?? []).entries()) {
    try {
      new RegExp(pattern, 'iu');
    } catch {
      problems.push({ path: ['blocked', 'patterns', i], message: 'is not a regular expression' });
    }
  }
  return problems;
}

const ASCII = /^[\x20-\x7e]*$/;

/** What a reader sees of a value: without what is invisible, full-width letters and all kinds of dashes as the plain ones. */
function seenOf(value: string): string {
  return value
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/[\p{Pd}\u2212]/gu, '-')
    .trim();
}

/** Compiles a rules file over the shipped rules, part by part. @param file checked by `checkRules` */
export function compileRules(file: IdentityFile = {}): IdentityRules {
  const priority = file.priority ?? SHIPPED_RULES.priority;
  const limits = { ...SHIPPED_RULES.limits, ...file.limits };
  const others = priority.indexOf('*');
  const ranks = new Map(priority.map((kind, i) => [kind, i]));
  const limitOf = new Map(
    Object.entries(limits).map(([kind, limit]) => [
      kind,
      limit === null ? undefined : { most: limit.most, windowMs: limit.days === undefined ? Infinity : limit.days * DAY },
    ]),
  );
  const values = new Set((file.blocked?.values ?? SHIPPED_RULES.blocked.values ?? []).map((value) => value.toLowerCase()));
  const longest = Math.max(...[...values].map((value) => value.length));
  const patterns = (file.blocked?.patterns ?? SHIPPED_RULES.blocked.patterns ?? []).map((pattern) => new RegExp(pattern, 'iu'));
  const blocks = (value: string): boolean =>
    (value.length <= longest && values.has(value.toLowerCase())) || patterns.some((pattern) => pattern.test(value));
  const groups = new Set(file.groups ?? SHIPPED_RULES.groups);
  return {
    rankOf: (kind) => ranks.get(kind) ?? others,
    limitOf: (kind) => limitOf.get(limitOf.has(kind) ? kind : '*'),
    isBlocked: (value) => blocks(value) || (!ASCII.test(value) && blocks(seenOf(value))),
    isGroup: (kind) => groups.has(kind),
    kinds: priority.filter((kind) => kind !== '*'),
    fingerprint: JSON.stringify([priority, Object.entries(limits).toSorted(([a], [b]) => (a < b ? -1 : 1)), [...groups].sort()]),
  };
}

/** The shipped rules, compiled. */
export const DEFAULT_RULES: IdentityRules = compileRules();
