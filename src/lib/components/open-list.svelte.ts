import { goto } from '$app/navigation';
import { page } from '$app/state';
import { withFields } from './address.ts';

/** The list behind a number that lies open, as `formatList` writes it; null: none does. The page's address holds it. */
export function openList(): string | null {
  return page.url.searchParams.get('list');
}

/** This page with a list open. */
export function hrefOf(list: string): string {
  return withFields(page.url, { list });
}

/** Shows the page without the list; it stays where it is. */
export function closeList(): Promise<void> {
  return goto(withFields(page.url, { list: null }), { noScroll: true, keepFocus: true });
}
