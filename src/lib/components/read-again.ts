import { invalidate } from '$app/navigation';
import { navigating } from '$app/state';

/**
 * Has the parts of the page that depend on something read again, when nobody asked for it: only once no page is being opened, because reading again
 * would give that up, and a click would come to nothing.
 * @param dependency as the loader names it
 */
export async function readAgain(dependency: string): Promise<void> {
  await navigating.complete?.catch(() => undefined);
  await invalidate(dependency);
}
