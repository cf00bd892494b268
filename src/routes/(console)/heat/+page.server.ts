import { ask } from '#lib/api/ask.ts';
import { askedJourney } from '#lib/components/journeys.ts';
import { heatParamsOf, readHeatAddress } from './params.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, parent }) => {
  const field = (name: string) => url.searchParams.get(name);
  const address = readHeatAddress(field);
  const journey = await askedJourney({ url, parent });
  if (!journey) return { heat: null };
  const params = heatParamsOf(address, journey.journey);
  const view = await ask(locals.api.heat.get(params));
  return { heat: { address, params, view } };
};
