import { CUSTOMER_ID } from '#lib/contract/customer-id.ts';
import { error } from '@sveltejs/kit';
import { ask } from '#lib/api/ask.ts';
import { PAGE_SIZE } from './account-state.svelte.ts';
import * as m from '#messages/frame.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params }) => {
  if (!CUSTOMER_ID.test(params.account)) error(404, m.missing('account'));
  const accountId = params.account;
  const [account, timeline] = await Promise.all([
    ask(locals.api.accounts.get({ accountId })),
    ask(locals.api.accounts.timeline({ accountId, limit: PAGE_SIZE })),
  ]);
  return { account, timeline };
};
