/**
 * Runs a change of the list and scrolls so that the first row in sight stays where it was. What changes above the list is not its business.
 * @param change calls `about` right before it changes what is shown
 * @param settled resolves when the page shows the change
 */
export async function keepPlace(
  list: HTMLElement | undefined,
  change: (about: () => void) => Promise<void>,
  settled: () => Promise<void>,
): Promise<void> {
  let anchor: HTMLElement | undefined;
  let before = 0;
  const within = (row: HTMLElement) => row.getBoundingClientRect().top - (list?.getBoundingClientRect().top ?? 0);
  // The reader may have scrolled while the answer was under way: measured at the last moment.
  await change(() => {
    anchor = firstInSight(list);
    if (anchor) before = within(anchor);
  });
  await settled();
  // Rows that come into sight get their true height only when they are drawn.
  for (let frame = 0, left = window.scrollY; frame < FRAMES && left === window.scrollY; frame++) {
    if (!anchor?.isConnected || window.scrollY <= 0) return;
    const moved = within(anchor) - before;
    if (moved !== 0) window.scrollBy({ top: moved, behavior: 'instant' });
    before = within(anchor);
    left = window.scrollY;
    await new Promise(requestAnimationFrame);
  }
}

/** Frames after a change in which rows can still grow. */
const FRAMES = 4;

/** Scrolls along when what stands above the list grows or shrinks, so that what is being read stays. Returns how to stop. */
export function followHeight(above: HTMLElement, reading: () => boolean): () => void {
  let known = above.getBoundingClientRect().height;
  const sizes = new ResizeObserver(() => {
    const height = above.getBoundingClientRect().height;
    const grown = height - known;
    known = height;
    if (grown !== 0 && reading()) window.scrollBy({ top: grown, behavior: 'instant' });
  });
  sizes.observe(above);
  return () => sizes.disconnect();
}

/** The first row of the list that is in sight, or below its beginning. */
export function firstInSight(list: HTMLElement | undefined): HTMLElement | undefined {
  if (!list) return undefined;
  for (const row of list.querySelectorAll<HTMLElement>('[data-event]')) if (row.getBoundingClientRect().bottom > 0) return row;
  return undefined;
}
