import { ask } from '#lib/api/ask.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
  const { sources } = locals.api;
  const [view, groups, keys] = await Promise.all([ask(sources.view()), ask(sources.quarantine.groups()), ask(sources.keys.list())]);
  return { view, groups, keys };
};
