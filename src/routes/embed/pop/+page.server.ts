import { actions as pops, load as pop } from '../../(console)/pop/+page.server.ts';
import { keepInFrame } from '../keep-in-frame.ts';
import type { Actions, PageServerLoad } from './$types';

/** The screen pop of the console; only the name of the route differs. */
export const load: PageServerLoad = (event) => keepInFrame(async () => pop(event as unknown as Parameters<typeof pop>[0]));

export const actions: Actions = {
  default: (event) => keepInFrame(async () => pops.default(event as unknown as Parameters<typeof pops.default>[0])),
};
