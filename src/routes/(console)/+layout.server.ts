import { ask } from '#lib/api/ask.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async ({ locals, depends }) => {
  depends('app:journeys');
  const [journeys, status] = await Promise.all([ask(locals.api.journeys.list()), ask(locals.api.system.status())]);
  return { journeys, status };
};
