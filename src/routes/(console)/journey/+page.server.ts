import { ask } from '#lib/api/ask.ts';
import { askedJourney } from '#lib/components/journeys.ts';
import { journeyParamsOf, readJourneyAddress } from './params.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, parent }) => {
  const field = (name: string) => url.searchParams.get(name);
  const address = readJourneyAddress(field);
  const journey = await askedJourney({ url, parent });
  if (!journey) return { journey: null };
  const params = journeyParamsOf(address, journey.journey);
  const against = address.against === undefined ? null : journeyParamsOf(address, journey.journey, address.against);
  const [view, other] = await Promise.all([
    ask(locals.api.journeys.get(params)),
    against === null ? null : ask(locals.api.journeys.get(against)),
  ]);
  return { journey: { address, params, view, against: against === null || other === null ? null : { params: against, view: other } } };
};
