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

const about = (events: number): string => (events < 10 ? decimal(events, 1) : count(events));

/** What is expected, and going by what. Where fewer than usual came into the stage before, or fewer hours are worked, that is part of the reason. */
function basisWords({ basis, demand, open }: Expectation, expected: number): string {
  if (open === 0) return m.closed();
  if (basis !== 'weeks') return m.expectedByFile({ expected: about(expected) });
  if (open < 1) return m.expectedOfHours({ expected: about(expected) });
  if (demand === 1) return m.expectedByWeeks({ expected: about(expected) });
  return m.expectedOfFewer({ expected: about(expected), usual: about(expected / demand), share: percent(demand, 1) });
}

/** What was usual and how sure it is that less came: `about 12 expected, going by earlier weeks`; empty where nothing is known. */
export function expectedWords(expectation: Expectation): string {
  const { expected, p } = expectation;
  if (expected === null) return '';
  const text = basisWords(expectation, expected);
  if (p === null || p >= 0.05) return text;
  return m.byChance({ expected: text, share: p < 0.0001 ? m.lessThanTenThousandth() : percent(p, 1, 2) });
}
