import { ask } from '#lib/api/ask.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => {
  const [words, view] = await Promise.all([ask(locals.api.funnels.words()), ask(locals.api.funnels.get({ id: params.id }))]);
  return { words, definition: view.definition };
};
