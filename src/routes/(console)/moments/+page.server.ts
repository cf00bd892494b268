import { ask } from '#lib/api/ask.ts';
import { askedJourney } from '#lib/components/journeys.ts';
import { momentParamsOf, readMomentAddress } from './params.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, parent }) => {
  const field = (name: string) => url.searchParams.get(name);
  const address = readMomentAddress(field);
  const journey = await askedJourney({ url, parent });
  if (!journey) return { moments: null };
  const view = await ask(locals.api.moments.get(momentParamsOf(address, journey.journey)));
  return { moments: { address, view, stages: journey.stages, windowMs: journey.windowMs } };
};
