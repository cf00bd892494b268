import type { Patch } from '#lib/contract/index.ts';

type Json = Readonly<Record<string, unknown>>;

/** Keys of a view whose entries are sent one by one. */
const RECORDS = new Set(['cells', 'steps', 'groups', 'lines']);

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What changed between two states of a view: top-level keys whole, records (`cells`, `steps`, `groups`, `lines`) entry by entry.
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
    } else if (JSON.stringify(was) !== JSON.stringify(is)) set[key] = is;
  }
  if (Object.keys(set).length === 0 && Object.keys(merge).length === 0) return null;
  set['position'] = after['position'];
  return { set, merge };
}

function diffRecord(before: Json, after: Json): Record<string, unknown> | null {
  const entries: Record<string, unknown> = {};
  for (const key of Object.keys(before)) if (!(key in after)) entries[key] = null;
  for (const [key, value] of Object.entries(after)) if (JSON.stringify(before[key]) !== JSON.stringify(value)) entries[key] = value;
  return Object.keys(entries).length === 0 ? null : entries;
}
