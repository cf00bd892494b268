import { ask } from '#lib/api/ask.ts';
import { askedJourney } from '#lib/components/journeys.ts';
import { associationParamsOf, readAssociationAddress } from './params.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, parent, depends }) => {
  depends('app:association');
  const field = (name: string) => url.searchParams.get(name);
  const address = readAssociationAddress(field);
  const journey = await askedJourney({ url, parent });
  if (!journey) return { association: null };
  const answer = await ask(locals.api.associations.get(associationParamsOf(address, journey.journey)));
  return { association: { address, answer } };
};
