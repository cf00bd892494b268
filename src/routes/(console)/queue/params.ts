import { readChoice } from '#lib/components/address.ts';
import { QUEUE_REASONS, type QueueReason } from '#lib/contract/queue-choices.ts';
import type { QueueParams } from '#lib/contract/queue.ts';

/** What the page's address says. */
export interface QueueAddress {
  readonly tab: 'now' | 'recovery';
  readonly reason: QueueReason | undefined;
  readonly owner: string | undefined;
  readonly segment: string | undefined;
  readonly who: string | undefined;
  readonly incident: string | undefined;
}

const some = (text: string | null, most: number): string | undefined => (text === null || text === '' ? undefined : text.slice(0, most));

/** Reads the address by its single fields, so that a load depends on these and no others. */
export function readQueueAddress(field: (name: string) => string | null): QueueAddress {
  return {
    tab: readChoice(field('tab'), ['now', 'recovery'] as const, 'now' as const),
    reason: readChoice(field('reason'), QUEUE_REASONS, undefined),
    owner: some(field('owner'), 128),
    segment: some(field('segment'), 128),
    who: some(field('who'), 60),
    incident: some(field('incident'), 300),
  };
}

/** What to ask the API for. */
export function queueParamsOf({ reason, owner, segment, who, incident }: QueueAddress): QueueParams {
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(owner === undefined ? {} : { owner }),
    ...(segment === undefined ? {} : { segment }),
    ...(who === undefined ? {} : { who }),
    ...(incident === undefined ? {} : { incident }),
  };
}
