import { coarse, dateTime, minute } from '#lib/components/format.ts';
import { RECOVERY_CAUSES } from '#lib/contract/queue-choices.ts';
import type { QueueIncident, QueueItem } from '#lib/contract/queue.ts';
import { DAY } from '#lib/contract/time.ts';
import * as m from '#messages/queue.ts';

/** What a row asks before something is done. */
export type QueueChoice = 'claim' | 'snooze' | 'done';

/** What is asked, in words. */
export function choiceName(choice: QueueChoice): string {
  return choice === 'claim' ? m.claim() : choice === 'snooze' ? m.snoozeFor() : m.outcomeOf();
}

/** Why a row needs somebody, and since when; or what is going to happen, and when. A complaint or a bad moment is never ahead. */
export function reasonAt({ reason, from }: Pick<QueueItem, 'reason' | 'from'>, now: number): string {
  const time = coarse(Math.abs(now - from));
  return from > now && reason !== 'complaint' && reason !== 'bad_peak' ? m.soon(reason, { time }) : m.reason(reason, { time });
}

/** How many things an incident opens, where several wait for some of its customers; null: as many as there are customers. */
export function incidentThings({ customers, items }: Pick<QueueIncident, 'customers' | 'items'>): string | null {
  return items === customers ? null : m.things({ count: items });
}

/** What the customers of an incident have in common. The same place, or the same promise, is said only where it is the same. */
export function incidentWords({ reason, stage, kind }: Pick<QueueIncident, 'reason' | 'stage' | 'kind'>): string {
  const alike = reason === 'promise' ? kind !== null : stage !== null;
  return alike ? m.incidentOf(reason) : m.incidentAcross(reason);
}

/** The drawer's heading for a list of recoveries. */
export function recoveryListTitle(list: string): string {
  const fields = new URLSearchParams(list.slice(list.indexOf('?') + 1));
  const [what, cause] = [fields.get('what') ?? '', RECOVERY_CAUSES.find((one) => one === fields.get('cause'))];
  const title = m.recoveryList(m.isRecoveryList(what) ? what : 'other');
  return cause === undefined ? title : `${title} · ${m.cause(cause)}`;
}

/** When something comes back: the time of day where that is clear, else with its day. */
export function comesBack(at: number, now: number): string {
  return at - now < DAY / 2 ? minute(at) : dateTime(at);
}
