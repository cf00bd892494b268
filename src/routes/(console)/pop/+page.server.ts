import { redirect } from '@sveltejs/kit';
import type { FindAnswer } from '#lib/contract/find.ts';
import { askedOf } from './caller.ts';
import { lookUpAll } from './look-up.ts';
import type { Actions, PageServerLoad } from './$types';

/** What came of a screen pop that did not open one customer. */
interface Popped {
  /** null: there was nothing to look for */
  readonly answer: FindAnswer | null;
  readonly withheld: boolean;
}

export const load: PageServerLoad = async ({ url, locals }): Promise<{ popped: Popped }> => ({
  popped: await pop(locals.api, (name) => url.searchParams.get(name)),
});

export const actions = {
  /** By POST: what stood behind the # of the address, or what was typed; neither is ever part of a URL on the wire. */
  default: async ({ request, locals }) => {
    const form = await request.formData();
    const popped = await pop(locals.api, (name) => {
      const value = form.get(name);
      return typeof value === 'string' ? value : null;
    });
    return { popped };
  },
} satisfies Actions;

/** One person found is opened at once, under an address that says nothing about them. */
async function pop(api: App.Locals['api'], field: (name: string) => string | null): Promise<Popped> {
  const { lookUps, withheld } = askedOf(field);
  if (lookUps.length === 0) return { answer: null, withheld };
  const answer = await lookUpAll(api, lookUps);
  const [only] = answer.hits;
  // What only begins or ends alike may be somebody else: whoever calls is not shown a stranger's page.
  if (only?.how === 'exact' && answer.hits.length === 1) redirect(303, `/c/${only.customer}?by=${encodeURIComponent(only.matched)}&call=1`);
  return { answer, withheld };
}
