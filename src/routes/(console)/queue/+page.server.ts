import { ask } from '#lib/api/ask.ts';
import { askedJourney } from '#lib/components/journeys.ts';
import { queueParamsOf, readQueueAddress } from './params.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, parent }) => {
  const field = (name: string) => url.searchParams.get(name);
  const address = readQueueAddress(field);
  const journey = (await askedJourney({ url, parent }))?.journey ?? null;
  const params = queueParamsOf(address);
  const [view, recoveries] = await Promise.all([
    ask(locals.api.queue.get(params)),
    address.tab === 'now' || journey === null ? null : ask(locals.api.queue.recoveries({ journey })),
  ]);
  return { queue: { address, params, view, journey, recoveries } };
};
