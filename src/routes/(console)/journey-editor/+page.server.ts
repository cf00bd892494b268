import { ask } from '#lib/api/ask.ts';
import { chooseJourney } from '#lib/components/journeys.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, parent }) => {
  const asked = url.searchParams.get('j');
  const { journeys } = await parent();
  const journey = chooseJourney(journeys, asked);
  if (!journey) return { published: null };
  return { published: await ask(locals.api.journeys.text({ journey: journey.journey })) };
};
