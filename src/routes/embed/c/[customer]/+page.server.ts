import { load as customer } from '../../../(console)/c/[customer]/+page.server.ts';
import { keepInFrame } from '../../keep-in-frame.ts';
import type { PageServerLoad } from './$types';

/** The customer's page of the console; only the name of the route differs. */
export const load: PageServerLoad = (event) => keepInFrame(async () => customer(event as unknown as Parameters<typeof customer>[0]));
