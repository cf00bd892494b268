import { ask } from '#lib/api/ask.ts';
import { askedJourney } from '#lib/components/journeys.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
  const journey = url.searchParams.get('j');
  if (journey !== null) await askedJourney({ url, parent: async () => ({ journeys: await ask(locals.api.journeys.list()) }) });
  const params = journey === null || journey === '' ? {} : { journey };
  const [view, status] = await Promise.all([ask(locals.api.wall.get(params)), ask(locals.api.system.status())]);
  return { params, view, synthetic: status.demo?.on ?? false };
};
