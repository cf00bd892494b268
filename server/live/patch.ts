import type { Patch } from '#lib/contract/index.ts';

type Json = Readonly<Record<string, unknown>>;

/** Keys of a view whose entries are sent one by one. */
const RECORDS = new Set(['cells', 'steps', 'groups', 'lines', 'stages']);

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What changed between two states of a view: top-level keys whole, records (`cells`, `steps`, `groups`, `lines`, `stages`) entry by entry.
 * `position` always comes along with a change and is none by itself. Null: nothing to send.
 */
export function diffView(before: Json, after: Json): Pick<Patch, 'set' | 'merge'> | null {
  const set: Record<string, unknown> = {};
  const merge: Record<string, Record<string, unknown>> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (key === 'position') continue;
    const [was, is] = [before[key], after[key]];
    if (RECORDS.has(key) && isRecord(was) && isRecord(is)) {
      const entries = diffRecord(was, is);
      if (entries !== null) merge[key] = entries;
    } else if (!same(was, is)) set[key] = is;
  }
  if (Object.keys(set).length === 0 && Object.keys(merge).length === 0) return null;
  set['position'] = after['position'];
  return { set, merge };
}

function diffRecord(before: Json, after: Json): Record<string, unknown> | null {
  const entries: Record<string, unknown> = {};
  for (const key of Object.keys(before)) if (!(key in after)) entries[key] = null;
  for (const [key, value] of Object.entries(after)) if (!same(before[key], value)) entries[key] = value;
  return Object.keys(entries).length === 0 ? null : entries;
}

/** Whether two values would be sent as the same JSON: told without writing either. Views hold no dates or other objects with a form of their own. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return writtenNull(a) && writtenNull(b);
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((value, index) => same(value, b[index]));
  }
  return sameRecord(a as Json, b as Json);
}

function sameRecord(a: Json, b: Json): boolean {
  for (const key in a) if (!same(a[key], b[key])) return false;
  for (const key in b) if (!(key in a) && b[key] !== undefined) return false;
  return true;
}

/** Null, and the numbers that JSON has no word for and writes as null. */
function writtenNull(value: unknown): boolean {
  return value === null || (typeof value === 'number' && !Number.isFinite(value));
}
