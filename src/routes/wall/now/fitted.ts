import type { Attachment } from 'svelte/attachments';

/** Nothing is made smaller than this share of its size: from further on nobody reads it. */
const SMALLEST = 0.3;
const STEP = 0.02;

/** Letters of a name that stand in its line at full size, with room to spare. */
const LETTERS = 28;

/** How large a name is told from the first paint on, as a share of its size: whether it fits in is measured only later, and then it would jump. */
export function shareOf(name: string): number {
  return Math.max(0.5, Math.min(1, LETTERS / name.length));
}

/**
 * Makes what an element holds smaller, by `--fit`, until all of it fits in: a long name, or a reader who spaces the text out, pushes nothing off a wall that nobody
 * scrolls. What fits as it is stays as it is.
 */
export const fitted: Attachment<HTMLElement> = (element) => {
  let asked = 0;
  const fit = () => {
    for (let size = 1; size >= SMALLEST; size -= STEP) {
      element.style.setProperty('--fit', size.toFixed(2));
      if (element.scrollHeight <= element.clientHeight && element.scrollWidth <= element.clientWidth) return;
    }
  };
  // In the next frame: an observer that changes what it observes is told off by the browser.
  const later = () => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(fit);
  };
  const sizes = new ResizeObserver(later);
  for (const observed of [element, ...element.children]) sizes.observe(observed);
  const words = new MutationObserver(later);
  words.observe(element, { subtree: true, childList: true, characterData: true });
  return () => {
    cancelAnimationFrame(asked);
    sizes.disconnect();
    words.disconnect();
  };
};
