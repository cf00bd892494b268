import type { TimelineItem, TimelinePage } from '#lib/contract/views.ts';

/** A line of the timeline: an event, or the silence between two. */
export type TimelineRow =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'gap'; readonly key: string; readonly ms: number }
  | { readonly kind: 'item'; readonly key: string; readonly item: TimelineItem };

/** From here on nothing having happened is worth a line. */
export const GAP_MS = 36 * 3_600_000;

/** Items, newest first, with day headings and silences between them. `dayOf` names the reader's day of an instant. */
export function rowsOf(items: readonly TimelineItem[], dayOf: (at: number) => string): readonly TimelineRow[] {
  const rows: TimelineRow[] = [];
  let newer: TimelineItem | undefined;
  for (const item of items) {
    if (newer && newer.at - item.at >= GAP_MS) rows.push({ kind: 'gap', key: `gap ${item.id}`, ms: newer.at - item.at });
    if (!newer || dayOf(newer.at) !== dayOf(item.at)) rows.push({ kind: 'day', key: `day ${item.id}`, at: item.at });
    rows.push({ kind: 'item', key: item.id, item });
    newer = item;
  }
  return rows;
}

/** The first page, fetched again, over what was already loaded: its own stretch is replaced, older items stay. */
export function mergeNewest(held: readonly TimelineItem[], page: Pick<TimelinePage, 'items' | 'next'>): readonly TimelineItem[] {
  if (page.next === null) return page.items;
  const fresh = new Set(page.items.map(({ id }) => id));
  const oldest = page.items.at(-1);
  if (!oldest) return held;
  return [...page.items, ...held.filter((item) => !fresh.has(item.id) && item.at <= oldest.at)];
}

/** How many items of `next` are not in `held`. */
export function countNew(held: readonly TimelineItem[], next: readonly TimelineItem[]): number {
  const known = new Set(held.map(({ id }) => id));
  return next.filter(({ id }) => !known.has(id)).length;
}
