import type { FeedState, SourceView } from '#lib/contract/sources.ts';
import { coarse } from '#lib/components/format.ts';

/** A source's state in a word, for people. */
export const STATE_WORDS: Readonly<Record<FeedState, string>> = {
  live: 'speaks',
  quiet: 'quieter than usual',
  silent: 'silent',
  unknown: 'too little known',
};

/** Why it is called that. */
export function stateReason({ state, expectedEveryMs, lastReceived }: SourceView, now: number): string {
  if (lastReceived === null) return 'Nothing of it was accepted yet.';
  const still = `Last heard ${coarse(Math.max(0, now - lastReceived))} ago`;
  if (expectedEveryMs === null || state === 'unknown') return `${still}; it has not said enough to know its habit.`;
  return `${still}; at this hour it usually speaks at least every ${coarse(expectedEveryMs)}.`;
}

/** What a reason for refusing is called. */
export const REASON_WORDS: Readonly<Record<string, string>> = {
  invalid_json: 'is no JSON',
  invalid_field: 'is not valid',
  missing_field: 'is missing',
  unknown_field: 'is not part of the envelope',
  no_identifier: 'names nobody',
  too_deep: 'is nested too deeply',
  too_large: 'is too large',
};
