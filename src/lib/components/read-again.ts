import { invalidate } from '$app/navigation';
import { navigating } from '$app/state';
import { statusOf } from './status-of.ts';

/** How long until it is asked again whether anything can be read, ms. */
const ASK_AGAIN_MS = 5000;

/**
 * Has the parts of the page that depend on something read again, when nobody asked for it: only once no page is being opened, because reading again
 * would give that up, and a click would come to nothing; and only once there is an answer to be had, because a refusal would take the place of the page
 * that somebody reads.
 * @param dependency as the loader names it
 */
export async function readAgain(dependency: string): Promise<void> {
  while (!(await canBeRead())) await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  await navigating.complete?.catch(() => undefined);
  await invalidate(dependency);
}

/** Whether the server answers, and has its store: what is read may be there without being up to date. */
async function canBeRead(): Promise<boolean> {
  const status = await statusOf('/api/trpc/system.status');
  return status !== null && status < 500;
}
