import type { Patch } from '#lib/contract/live.ts';

/**
 * A view with one patch applied: keys in `set` replace, keys in `merge` are records of which only the named entries change (null removes one).
 * Neither the view nor the patch is changed.
 */
export function applyPatch<View extends object>(view: View, patch: Pick<Patch, 'set' | 'merge'>): View {
  const next: Record<string, unknown> = { ...view, ...patch.set };
  for (const [key, entries] of Object.entries(patch.merge)) next[key] = mergeEntries(next[key], entries);
  // The server sends the keys of the very view that was asked for; the snapshot on the same subscription fixed its shape.
  return next as View;
}

function mergeEntries(record: unknown, entries: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const merged: Record<string, unknown> = typeof record === 'object' && record !== null ? { ...record } : {};
  for (const [key, value] of Object.entries(entries)) {
    if (value === null) delete merged[key];
    else merged[key] = value;
  }
  return merged;
}
