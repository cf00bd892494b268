import { ask } from '#lib/api/ask.ts';
import { askedJourney } from '#lib/components/journeys.ts';
import { queueParamsOf, readQueueAddress } from './params.ts';
import { MOST_WAITING } from '#lib/contract/queue-choices.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, parent, untrack }) => {
  const field = (name: string) => url.searchParams.get(name);
  const address = readQueueAddress(field);
  const journey = (await askedJourney({ url, parent }))?.journey ?? null;
  const params = queueParamsOf(address);
  // Asking for more rows fetches them in place; only whoever comes back to them needs them at once.
  const rows = untrack(() => Math.floor(Number(field('rows')))) || 0;
  const most = Math.min(MOST_WAITING.ever, Math.max(MOST_WAITING.unasked, rows));
  const [view, recoveries] = await Promise.all([
    ask(locals.api.queue.get({ ...params, most })),
    address.tab === 'now' || journey === null ? null : ask(locals.api.queue.recoveries({ journey })),
  ]);
  return { queue: { address, params, view, journey, recoveries } };
};
