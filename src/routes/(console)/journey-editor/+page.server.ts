import { ask } from '#lib/api/ask.ts';
import { chooseJourney } from '#lib/components/journeys.ts';
import type { PageServerLoad } from './$types';
import { withVersion } from './draft-text.ts';

export const load: PageServerLoad = async ({ locals, url, parent }) => {
  const asked = url.searchParams.get('j');
  const { journeys } = await parent();
  const journey = chooseJourney(journeys, asked);
  if (!journey) return { draft: null };
  const published = await ask(locals.api.journeys.text({ journey: journey.journey }));
  const text = withVersion(published.text, published.nextVersion);
  return { draft: { published, text, check: await ask(locals.api.journeys.check({ text })) } };
};
