import { redirect } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ parent, locals, url }) => {
  const { journeys, status } = await parent();
  if (status.demo?.on || journeys.some(({ span }) => span !== null)) redirect(307, '/funnel');
  return { address: url.origin, writeKeyFile: locals.writeKeyFile };
};
