import { fail, redirect } from '@sveltejs/kit';
import { ask } from '#lib/api/ask.ts';
import type { FindAnswer } from '#lib/contract/find.ts';
import { askedOf } from '../pop/caller.ts';
import type { Actions, PageServerLoad } from './$types';

interface Found {
  readonly q: string;
  readonly answer: FindAnswer;
}

/** An address that names whom to open is a screen pop. */
export const load: PageServerLoad = ({ url }) => {
  const { lookUps, withheld } = askedOf((name) => url.searchParams.get(name));
  if (lookUps.length > 0 || withheld) redirect(303, `/pop${url.search}`);
};

export const actions: Actions = {
  /** By POST: what people type in here are names, numbers and addresses, and those do not belong in a URL or a log. */
  default: async ({ request, locals }) => {
    const value = (await request.formData()).get('q');
    const q = typeof value === 'string' ? value.trim().slice(0, 256) : '';
    if (q === '') return fail(400, { found: null });
    return { found: await find(locals.api, q) };
  },
};

/** One person found is opened at once. */
async function find(api: App.Locals['api'], q: string): Promise<Found> {
  const answer = await ask(api.customers.find({ q }));
  const [only] = answer.hits;
  if (only && answer.hits.length === 1 && !answer.more) redirect(303, `/c/${only.customer}?by=${encodeURIComponent(only.matched)}`);
  return { q, answer };
}
