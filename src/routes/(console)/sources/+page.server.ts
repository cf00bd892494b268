import { ask } from '#lib/api/ask.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
  const { sources } = locals.api;
  const only = url.searchParams.get('refused');
  const [view, groups, keys] = await Promise.all([
    ask(sources.view()),
    ask(sources.quarantine.groups(only === null ? undefined : { source: only })),
    ask(sources.keys.list()),
  ]);
  return { view, groups, only, keys };
};
