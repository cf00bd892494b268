import { updated } from '$app/state';

/**
 * A part of a page that is loaded when it is wanted. The product may have been started with a newer build since the page came: what is left to load is gone then, and
 * the page comes anew, as pages that are opened from it do by themselves. The browser asks first where something is unsaved.
 * @throws what loading threw
 */
export async function loadedLate<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch (cause) {
    if (await updated.check()) location.reload();
    throw cause;
  }
}
