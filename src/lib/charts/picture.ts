/** Draws part of a page as a picture. Load it with `import()`: no first page carries it. */
import { toBlob } from 'html-to-image';

/** Sharp on a screen with twice the dots, and in a document. */
const SCALE = 2;

/** The ground of the page as the browser sees it now: a picture has no tokens. */
function groundOf(element: HTMLElement): string {
  const probe = element.appendChild(document.createElement('span'));
  probe.style.background = 'var(--bg)';
  const ground = getComputedStyle(probe).backgroundColor;
  probe.remove();
  return ground;
}

/** Saves an element as PNG, as it is shown, with everything that scrolls out of sight. @throws Error where the browser cannot */
export async function savePicture(element: HTMLElement, name: string): Promise<void> {
  const blob = await toBlob(element, {
    pixelRatio: SCALE,
    backgroundColor: groundOf(element),
    width: element.scrollWidth,
    height: element.scrollHeight,
    // The page's fonts are those of the system; there is nothing to fetch.
    skipFonts: true,
  });
  if (blob === null) throw new Error('The browser could not draw this.');
  const href = URL.createObjectURL(blob);
  Object.assign(document.createElement('a'), { href, download: name }).click();
  // The browser has not read it yet when click returns.
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
