import { ask } from '#lib/api/ask.ts';
import { readChoice, readInstant } from '#lib/components/address.ts';
import { askedJourney } from '#lib/components/journeys.ts';
import { WINDOW_NAMES } from '#lib/contract/words.ts';
import { SHOWN } from './params.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, parent }) => {
  const field = (name: string) => url.searchParams.get(name);
  const window = readChoice(field('w'), WINDOW_NAMES, '24h' as const);
  const to = readInstant(field('to'));
  const journey = await askedJourney({ url, parent });
  if (!journey) return { silence: null };
  const params = { journey: journey.journey, window, ...(to === undefined ? {} : { to }) };
  return {
    silence: { params, show: readChoice(field('show'), SHOWN, 'unusual' as const), view: await ask(locals.api.silence.get(params)) },
  };
};
