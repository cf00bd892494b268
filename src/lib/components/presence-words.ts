import type { Expectation, Presence } from '#lib/contract/silence.ts';
import { count, decimal } from './format.ts';

/** What a place says, in a word or two. */
export const PRESENCE_WORDS: Readonly<Record<Presence, string>> = {
  value: 'as usual',
  few: 'too few',
  zero: 'none',
  quiet: 'quiet',
  silent: 'silent',
  source_down: 'source down',
  not_planned: 'not planned',
};

/** The drawing of each: none is like another. */
export const PRESENCE_ICONS = {
  value: 'loud',
  few: 'few',
  zero: 'zero',
  quiet: 'quiet',
  silent: 'silent',
  source_down: 'unplugged',
  not_planned: 'dot',
} as const satisfies Readonly<Record<Presence, string>>;

/** What was usual and how sure it is that less came: `about 12 expected, going by earlier weeks`; empty where nothing is known. */
export function expectedWords({ expected, basis, p }: Expectation): string {
  if (expected === null) return '';
  const from = basis === 'weeks' ? 'going by the same time in earlier weeks' : 'going by the journey file';
  const chance =
    p === null || p >= 0.05
      ? ''
      : `; so few by chance in ${p < 0.0001 ? 'less than 1 of 10,000' : `${decimal(100 * p, 2)} %`} of such times`;
  return `about ${expected < 10 ? decimal(expected, 1) : count(expected)} expected, ${from}${chance}`;
}
