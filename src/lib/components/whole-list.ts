import type { ListPage, ListRow } from '#lib/contract/views.ts';
import type { FetchList } from './list-state.svelte.ts';

/** Rows of one page; the most the server gives. */
const PAGE_SIZE = 200;

/** A list to its end, or to its first `most` rows; `count` is the length of the whole. */
export interface WholeList extends Pick<ListPage, 'count' | 'position'> {
  readonly rows: readonly ListRow[];
}

/** Fetches a list page by page: the cursor holds the instant, so that every page speaks of the same one. Rejects where a page does. */
export async function wholeList(fetch: FetchList, list: string, most: number): Promise<WholeList> {
  const first = await fetch({ list, limit: Math.min(PAGE_SIZE, most) });
  const rows = [...first.rows];
  let { next } = first;
  while (next !== null && rows.length < most) {
    const page = await fetch({ list, cursor: next, limit: Math.min(PAGE_SIZE, most - rows.length) });
    rows.push(...page.rows);
    next = page.next;
  }
  return { count: first.count, position: first.position, rows };
}
