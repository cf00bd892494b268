import { coarse } from '#lib/components/format.ts';
import type { SourceView } from '#lib/contract/sources.ts';
import * as m from '#messages/sources.ts';

/** Why a source's state is called that. */
export function stateReason({ state, expectedEveryMs, lastHeard }: SourceView, now: number): string {
  if (lastHeard === null) return m.nothingYet();
  const time = coarse(Math.max(0, now - lastHeard));
  if (expectedEveryMs === null || state === 'unknown') return m.heardUnknown({ time });
  return m.heardUsually({ time, every: coarse(expectedEveryMs) });
}
