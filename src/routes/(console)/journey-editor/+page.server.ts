import { ask } from '#lib/api/ask.ts';
import { askedJourney } from '#lib/components/journeys.ts';
import type { PageServerLoad } from './$types';
import { withVersion } from './draft-text.ts';

export const load: PageServerLoad = async ({ locals, url, parent }) => {
  const journey = await askedJourney({ url, parent });
  if (!journey) return { draft: null };
  const published = await ask(locals.api.journeys.text({ journey: journey.journey }));
  const text = withVersion(published.text, published.nextVersion);
  return { draft: { published, text, check: await ask(locals.api.journeys.check({ text })) } };
};
