/** Draws part of a page as a picture. Load it with `import()`: no first page carries it. */
import { toBlob } from 'html-to-image';

/** Sharp on a screen with twice the dots, and in a document. */
const SCALE = 2;
const MARGIN = 12;

/** Saves an element as PNG, as it is shown, on the ground of the page, with everything that scrolls out of sight. @throws Error where the browser cannot */
export async function savePicture(element: HTMLElement, name: string): Promise<void> {
  const blob = await toBlob(element, {
    pixelRatio: SCALE,
    backgroundColor: getComputedStyle(document.body).backgroundColor,
    width: element.scrollWidth + 2 * MARGIN,
    height: element.scrollHeight + 2 * MARGIN,
    style: { margin: `${MARGIN}px`, overflow: 'visible' },
    // The page's own fonts are those of the system; there is nothing to fetch.
    skipFonts: true,
  });
  if (blob === null) throw new Error('The browser could not draw this.');
  const href = URL.createObjectURL(blob);
  Object.assign(document.createElement('a'), { href, download: name }).click();
  // The browser has not read it yet when click returns.
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
