import { readChoice } from '#lib/components/address.ts';
import { THEMES } from '#lib/components/preferences.svelte.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ cookies }) => ({
  preferences: {
    side: readChoice(cookies.get('names') ?? null, ['customer', 'internal'] as const, 'customer' as const),
    theme: readChoice(cookies.get('theme') ?? null, THEMES, 'system' as const),
    keys: cookies.get('keys') !== 'off',
  },
});
