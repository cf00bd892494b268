import { CUSTOMER_ID } from '#lib/contract/customer-id.ts';
import { error, redirect } from '@sveltejs/kit';
import { ask } from '#lib/api/ask.ts';
import { paramsOf, readStory } from './story-address.ts';
import * as m from '#messages/frame.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
  if (!CUSTOMER_ID.test(params.customer)) error(404, m.missing('customer'));
  const address = readStory(url);
  const story = await ask(locals.api.story.get(paramsOf(params.customer, address)));
  if (story.movedTo !== null) redirect(307, `/c/${story.movedTo}`);
  return { story, address };
};
