/**
 * Runs a change and scrolls so that the first row in sight stays where it was.
 * @param settled resolves when the page shows the change
 */
export async function keepPlace(list: HTMLElement | undefined, change: () => Promise<void>, settled: () => Promise<void>): Promise<void> {
  const anchor = firstInSight(list);
  await change();
  // The reader may have scrolled while the answer was under way: measure at the last moment before drawing.
  const before = anchor?.getBoundingClientRect().top;
  await settled();
  if (anchor?.isConnected && before !== undefined && window.scrollY > 0)
    window.scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: 'instant' });
}

function firstInSight(list: HTMLElement | undefined): HTMLElement | undefined {
  if (!list) return undefined;
  for (const row of list.querySelectorAll<HTMLElement>('[data-event]')) if (row.getBoundingClientRect().bottom > 0) return row;
  return undefined;
}
