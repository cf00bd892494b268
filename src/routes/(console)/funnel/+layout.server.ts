import { ask } from '#lib/api/ask.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async ({ locals, depends }) => {
  depends('app:funnels');
  return { saved: await ask(locals.api.funnels.list()) };
};
