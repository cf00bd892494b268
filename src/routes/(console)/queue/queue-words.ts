import { coarse } from '#lib/components/format.ts';
import type { QueueItem } from '#lib/contract/queue.ts';
import * as m from '#messages/queue.ts';

/** Why a row needs somebody, and since when; or what is going to happen, and when. A complaint or a bad moment is never ahead. */
export function reasonAt({ reason, from }: Pick<QueueItem, 'reason' | 'from'>, now: number): string {
  const time = coarse(Math.abs(now - from));
  return from > now && reason !== 'complaint' && reason !== 'bad_peak' ? m.soon(reason, { time }) : m.reason(reason, { time });
}
