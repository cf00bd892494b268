import { ask } from '#lib/api/ask.ts';
import { askedJourney } from '#lib/components/journeys.ts';
import { funnelParamsOf, readFunnelAddress } from './params.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, parent, depends }) => {
  depends('app:moving-start');
  const field = (name: string) => url.searchParams.get(name);
  const journey = await askedJourney({ url, parent });
  if (!journey) return { funnel: null };
  const address = readFunnelAddress(field, journey.windowMs);
  const params = funnelParamsOf(address, journey, Date.now());
  const view = await ask(locals.api.funnel.get(params));
  const same = { journey: view.journey, version: view.version, from: view.from, ...(address.to === undefined ? {} : { to: address.to }) };
  const [standing, impact] = await Promise.all([ask(locals.api.standing.get(same)), ask(locals.api.factors.impact(same))]);
  return { funnel: { address, params, view, beside: { standing, impact } } };
};
