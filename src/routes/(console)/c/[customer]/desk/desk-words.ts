import type { SpokenPromise } from '#lib/contract/staff-choices.ts';
import { DAY, HOUR, MINUTE } from '#lib/contract/time.ts';

/** What can be stated about a customer, with the key that opens its form. */
export const SAYINGS = [
  { kind: 'note', key: 'n' },
  { kind: 'promise', key: 'p' },
  { kind: 'disposition', key: 'o' },
  { kind: 'gesture', key: 'i' },
] as const;
export type Saying = (typeof SAYINGS)[number]['kind'];

/** A promise as the form holds it. `due` undefined: not a time, or one that has passed; else ms since 1970. */
export interface GivenPromise {
  readonly promise: SpokenPromise;
  readonly wording: string;
  readonly due: number | undefined;
}

/** Units in which a promise can be due, ms. */
export const UNITS = [
  { unit: 'minutes', ms: MINUTE },
  { unit: 'hours', ms: HOUR },
  { unit: 'days', ms: DAY },
] as const;
