import { QUEUE_REASONS } from '#lib/contract/index.ts';
import type { Channel, QueueReason } from '#lib/contract/index.ts';
import type { CareEntry, CaseState } from '../customer/state.ts';
import type { Listed } from '../kernel/row.ts';
import { DAY } from '../kernel/time.ts';
import type { CaseValue } from './value.ts';

/** What waits longer than this is no matter of now any more. */
const WAITS_MS = 28 * DAY;
const WEEK = 7 * DAY;
/** First part of the name of a list of what waits. */
const QUEUE = 'queue:';

/**
 * Something that needs somebody, on a list: [what waits, reason, from, until, journey, version, case, stage, kind of the promise, owner, segment, area,
 * channel, factors, claimed by, claimed at, put aside until, what the case is worth where that is known]; the reason and the stage by their places,
 * instants in ms.
 */
export type QueueMember = readonly [
  item: string,
  reason: number,
  from: number,
  until: number,
  journey: string,
  version: number,
  caseId: string,
  stage: number,
  kind: string,
  owner: string,
  segment: string,
  area: string,
  channel: Channel,
  factors: readonly string[],
  by: string,
  since: number,
  snoozedUntil: number,
  value?: CaseValue,
];

/** What is known of something that waits beside its case. */
export interface WaitingFor {
  readonly item: string;
  readonly reason: QueueReason;
  /** the instant from which somebody is needed; the clock alone comes to it */
  readonly from: number;
  /** the instant at which the clock alone takes it off again; default: after four weeks */
  readonly until?: number;
  readonly stage: number;
  readonly area: string;
  readonly kind?: string;
  readonly owner?: string;
  readonly factors?: readonly string[];
}

/** What people here do about something that waits. */
export function careFor(one: CaseState, item: string): CareEntry | undefined {
  return one.care?.desk.find((entry) => entry[0] === item);
}

/**
 * The place of something that waits: on a list of the week in which the clock takes it off, by the instant from which somebody is needed. So what needs
 * somebody at an instant, or will soon, is at the beginning of a handful of lists, however long the past is. Done: nowhere.
 */
export function waitingPlace(one: CaseState, what: WaitingFor): Listed | null {
  const [, by = '', since = 0, snoozedUntil = 0, doneAt = 0] = careFor(one, what.item) ?? [];
  if (doneAt !== 0) return null;
  const until = Math.min(what.until ?? Infinity, what.from + WAITS_MS);
  if (until <= what.from) return null;
  const member: QueueMember = [
    what.item,
    QUEUE_REASONS.indexOf(what.reason),
    what.from,
    until,
    one.journey,
    one.version,
    one.id,
    what.stage,
    what.kind ?? '',
    what.owner ?? '',
    one.segment,
    what.area,
    one.channel,
    what.factors ?? [],
    by,
    since,
    snoozedUntil,
    ...(one.value === null ? ([] as const) : ([one.value] as const)),
  ];
  return { list: `${QUEUE}${Math.floor(until / WEEK)}`, score: what.from, member };
}

/** Lists that can hold something that needs somebody at an instant, or within a horizon behind it. */
export function queueLists(at: number, horizonMs: number): readonly string[] {
  const lists: string[] = [];
  for (let week = Math.floor(at / WEEK); week <= Math.floor((at + horizonMs + WAITS_MS) / WEEK); week++) lists.push(`${QUEUE}${week}`);
  return lists;
}

/** Name of a stay among what waits. */
export function stayItem(stay: { readonly from: number; readonly stage: number }): string {
  return `s:${stay.from}:${stay.stage}`;
}

/** Name of a promise among what waits. */
export function promiseItem(promise: { readonly key: string }): string {
  return `p:${promise.key}`;
}

/** Name of a recovery among what waits. */
export function recoveryItem(recovery: { readonly 0: number; readonly 1: number }): string {
  return `r:${recovery[0]}:${recovery[1]}`;
}
