import { tick } from 'svelte';

/** What was pressed may be gone once the page is drawn: the focus goes to what took its place, by its selector. */
export async function focusOn(inside: ParentNode | undefined, what: string): Promise<void> {
  await tick();
  inside?.querySelector<HTMLElement>(what)?.focus();
}
