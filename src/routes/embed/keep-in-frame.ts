import { isRedirect, redirect } from '@sveltejs/kit';
import { placeInFrame } from './place.ts';

/** What a page of the console does on the server, for the same page in a frame: where it sends people on, they stay in the frame. */
export async function keepInFrame<Made>(make: () => Made | Promise<Made>): Promise<Made> {
  try {
    return await make();
  } catch (thrown) {
    if (!isRedirect(thrown)) throw thrown;
    const to = new URL(thrown.location, 'http://here');
    // Which tab answers a call is the console's matter.
    to.searchParams.delete('call');
    redirect(thrown.status, placeInFrame(to) ?? thrown.location);
  }
}
