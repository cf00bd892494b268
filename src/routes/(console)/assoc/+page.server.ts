import { ask } from '#lib/api/ask.ts';
import { chooseJourney } from '#lib/components/journeys.ts';
import { associationParamsOf, readAssociationAddress } from './params.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, parent, depends }) => {
  depends('app:association');
  const field = (name: string) => url.searchParams.get(name);
  const address = readAssociationAddress(field);
  const asked = field('j');
  const { journeys } = await parent();
  const journey = chooseJourney(journeys, asked);
  if (!journey) return { association: null };
  const answer = await ask(locals.api.associations.get(associationParamsOf(address, journey.journey)));
  return { association: { address, answer } };
};
