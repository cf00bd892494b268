import type { TouchpointFile } from '#lib/contract/index.ts';

type Rule = TouchpointFile['match'][number];
const FIELDS = ['touchpoint', 'channel', 'topic', 'outcome'] as const;

/** Types that a rule takes: all that begin with `prefix`, or (`exact`) only this one. */
function typeOf(rule: Rule): { readonly prefix: string; readonly exact: boolean } {
  if (rule.type === undefined) return { prefix: '', exact: false };
  return rule.type.endsWith('*') ? { prefix: rule.type.slice(0, -1), exact: false } : { prefix: rule.type, exact: true };
}

function typesOverlap(a: Rule, b: Rule): boolean {
  const [one, other] = [typeOf(a), typeOf(b)];
  if (one.exact && other.exact) return one.prefix === other.prefix;
  if (one.exact) return one.prefix.startsWith(other.prefix);
  if (other.exact) return other.prefix.startsWith(one.prefix);
  return one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix);
}

/** Whether one event could be matched by both rules. */
export function overlaps(a: Rule, b: Rule): boolean {
  if (!typesOverlap(a, b)) return false;
  if (FIELDS.some((field) => a[field] !== undefined && b[field] !== undefined && a[field] !== b[field])) return false;
  const [mine, theirs] = [a.attributes ?? {}, b.attributes ?? {}];
  return Object.entries(mine).every(([name, value]) => theirs[name] === undefined || theirs[name] === value);
}

/** Whether every event that `particular` matches is matched by `general` too. */
export function takesAllOf(general: Rule, particular: Rule): boolean {
  const [wide, narrow] = [typeOf(general), typeOf(particular)];
  const types = wide.exact ? narrow.exact && narrow.prefix === wide.prefix : narrow.prefix.startsWith(wide.prefix);
  if (!types) return false;
  if (FIELDS.some((field) => general[field] !== undefined && general[field] !== particular[field])) return false;
  const theirs = particular.attributes ?? {};
  return Object.entries(general.attributes ?? {}).every(([name, value]) => theirs[name] === value);
}
