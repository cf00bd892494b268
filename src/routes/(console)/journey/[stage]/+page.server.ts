import { error } from '@sveltejs/kit';
import { ask } from '#lib/api/ask.ts';
import { askedJourney } from '#lib/components/journeys.ts';
import { journeyParamsOf, readJourneyAddress } from '../params.ts';
import * as m from '#messages/frame.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, params: route, parent }) => {
  const field = (name: string) => url.searchParams.get(name);
  const address = readJourneyAddress(field);
  const journey = await askedJourney({ url, parent });
  if (!journey) error(404, m.missing('journey'));
  const params = journeyParamsOf(address, journey.journey);
  const all = { ...address, variant: undefined };
  const view = await ask(locals.api.journeys.get(params));
  if (!Object.hasOwn(view.stages, route.stage)) error(404, m.missing('stage'));
  const variants = await Promise.all(
    view.variants.map(async ({ id }) => ({
      id,
      params: { ...journeyParamsOf(all, journey.journey), variant: id },
      view: await ask(locals.api.journeys.get({ ...journeyParamsOf(all, journey.journey), variant: id })),
    })),
  );
  return { stage: route.stage, address, params, view, variants };
};
