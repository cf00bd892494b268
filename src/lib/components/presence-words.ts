import type { Expectation, Presence } from '#lib/contract/silence.ts';
import * as m from '#messages/words.ts';
import { count, decimal, percent } from './format.ts';

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
  const about = { expected: expected < 10 ? decimal(expected, 1) : count(expected) };
  const text = basis === 'weeks' ? m.expectedByWeeks(about) : m.expectedByFile(about);
  if (p === null || p >= 0.05) return text;
  return m.byChance({ expected: text, share: p < 0.0001 ? m.lessThanTenThousandth() : percent(p, 1, 2) });
}
