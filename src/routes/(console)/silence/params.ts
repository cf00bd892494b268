import { PRESENCES } from '#lib/contract/silence.ts';

/** Which touchpoints the page lists: those that are not as usual, all, or those of one picture. */
export const SHOWN = ['unusual', 'all', ...PRESENCES] as const;
export type Shown = (typeof SHOWN)[number];
