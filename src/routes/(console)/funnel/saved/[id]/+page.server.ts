import { error } from '@sveltejs/kit';
import { ask } from '#lib/api/ask.ts';
import { readSavedAddress, savedParamsOf } from '../params.ts';
import * as m from '#messages/frame.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, parent, params, depends }) => {
  depends('app:moving-start');
  const { saved } = await parent();
  const funnel = saved.find(({ id }) => id === params.id);
  if (funnel === undefined) error(404, m.missing('funnel'));
  const address = readSavedAddress((name) => url.searchParams.get(name), funnel);
  const request = savedParamsOf(address, funnel, Date.now());
  return { address, request, view: await ask(locals.api.funnels.get(request)) };
};
