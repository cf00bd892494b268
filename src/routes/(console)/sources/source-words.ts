import { coarse } from '#lib/components/format.ts';
import type { SourceView } from '#lib/contract/sources.ts';
import * as m from '#messages/sources.ts';

/** Why a source's state is called that. */
export function stateReason({ state, expectedEveryMs, lastReceived }: SourceView, now: number): string {
  if (lastReceived === null) return m.nothingYet();
  const time = coarse(Math.max(0, now - lastReceived));
  if (expectedEveryMs === null || state === 'unknown') return m.heardUnknown({ time });
  return m.heardUsually({ time, every: coarse(expectedEveryMs) });
}
