import { ask } from '#lib/api/ask.ts';
import { askedJourney } from '#lib/components/journeys.ts';
import { promiseParamsOf, readPromiseAddress } from './params.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, parent, depends }) => {
  depends('app:moving-start');
  const field = (name: string) => url.searchParams.get(name);
  const address = readPromiseAddress(field);
  const journey = await askedJourney({ url, parent });
  if (!journey) return { promises: null };
  const params = promiseParamsOf(address, journey, Date.now());
  const view = await ask(locals.api.promises.get(params));
  const same = { journey: view.journey, version: view.version, from: view.from, ...(address.to === undefined ? {} : { to: address.to }) };
  return { promises: { address, params, view, impact: await ask(locals.api.factors.impact(same)) } };
};
