import { ask } from '#lib/api/ask.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, untrack }) => {
  const { sources } = locals.api;
  // Whoever chooses another source on the page is answered there.
  const only = untrack(() => url.searchParams.get('refused') || null);
  const [view, groups, keys] = await Promise.all([
    ask(sources.view()),
    ask(sources.quarantine.groups(only === null ? undefined : { source: only })),
    ask(sources.keys.list()),
  ]);
  return { view, groups, only, keys };
};
