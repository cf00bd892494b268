import { error, redirect } from '@sveltejs/kit';
import { ask } from '#lib/api/ask.ts';
import { PAGE_SIZE } from './timeline-state.svelte.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => {
  if (!/^[0-9a-f]{20}$/.test(params.customer))
    error(404, 'A customer’s address ends in 20 characters, 0 to 9 and a to f. Search for them instead.');
  const page = await ask(locals.api.customers.timeline({ customerId: params.customer, limit: PAGE_SIZE }));
  if (page.movedTo !== null) redirect(307, `/c/${page.movedTo}`);
  return { timeline: page };
};
