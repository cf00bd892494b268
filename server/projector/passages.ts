import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Traveller } from '#server/domain/association/passage.ts';
import type { FoldContext } from '#server/domain/customer/applying.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { readEvent } from '#server/domain/event/event.ts';
import { minuteOf } from '#server/domain/kernel/time.ts';
import { travelled } from '#server/domain/view/passages.ts';
import type { Journeying, PassageHead } from '#server/domain/view/passages.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';
import type { CaseMember } from '#server/domain/case/case.ts';
import { scan } from './lists/scan.ts';
import type { ListReading } from './lists/scan.ts';
import { boundedFrom } from './lists/moment.ts';
import type { OpenedIn } from './lists/moment.ts';

/** Cases looked at, about: where more were opened, the newest are. Each is folded again with everything its customer did. */
const MOST_CASES = 5000;
/** Somebody with more events than this is left out: all of them are folded in one go. */
const MOST_EVENTS = 2000;
/** Streams that are fetched at a time. */
const AT_A_TIME = 4;
/** Folding somebody is short, folding everybody is not: after so long whoever waits for the process has his turn, ms. Somebody with many events takes longer. */
const TURN_MS = 6;

export interface PassageReading extends ListReading {
  readonly context: FoldContext;
  /** position, ms */
  readonly position: number;
  /** told how many customers are done, and of how many */
  readonly onProgress?: (done: number, of: number) => void;
  /** Rests after some work; default: until the next turn of the process. */
  readonly rest?: (workedMs: number) => Promise<unknown>;
  /** gives it up: it is then rejected with the reason */
  readonly signal?: AbortSignal;
}

/** Everybody's passages in a stretch of time, and which stretch it came to be. */
export interface Passages {
  readonly from: number;
  readonly travellers: readonly Traveller[];
  /** more cases were opened than are looked at */
  readonly limited: boolean;
  /** customers with too many events to be looked at */
  readonly leftOut: number;
  /** customers that could not be read: an entry is broken, or cannot be folded */
  readonly unreadable: number;
}

/** Entries as they are stored; null: too many. */
type Entries = readonly { readonly message: Readonly<Record<string, string>> }[] | null;

async function headsIn(reading: ListReading, { from, until }: OpenedIn): Promise<Map<string, PassageHead[]>> {
  const heads = new Map<string, PassageHead[]>();
  for await (const member of scan<CaseMember>(reading, 'cases', { from, to: until })) {
    const [customer, caseId, segment, channel, opened] = member;
    if (minuteOf(opened) > reading.at) continue;
    const head = { caseId, segment, channel, opened };
    const known = heads.get(customer);
    if (known === undefined) heads.set(customer, [head]);
    else known.push(head);
  }
  for (const own of heads.values()) own.sort((a, b) => a.opened - b.opened || (a.caseId < b.caseId ? -1 : 1));
  return heads;
}

async function streamOf({ redis, partitions, position }: PassageReading, customer: string): Promise<Entries> {
  const key = keys.customer(partitionOf(customer, partitions), customer);
  const entries = (await redis.xRange(key, '-', String(position), { COUNT: MOST_EVENTS + 1 })) ?? [];
  return entries.length > MOST_EVENTS ? null : entries;
}

/** @throws where an entry is broken */
function eventsOf(entries: NonNullable<Entries>): StoredEvent[] {
  return entries.map(({ message }) => readEvent(message['e'] ?? ''));
}

/** Somebody's passages; undefined where an entry is broken or cannot be folded: one customer must not hide all the others. */
function travelledOr(
  customer: string,
  entries: NonNullable<Entries>,
  asked: Journeying,
  own: readonly PassageHead[],
): Traveller | undefined {
  try {
    return travelled(customer, eventsOf(entries), asked, own);
  } catch {
    return undefined;
  }
}

/** Every touchpoint of the cases opened in a stretch of time, as known at the position. Folds their customers again, one at a time, and writes nothing. */
export async function gatherPassages(reading: PassageReading, wanted: OpenedIn, most = MOST_CASES): Promise<Passages> {
  const from = await boundedFrom(reading, wanted, most);
  const heads = [...(await headsIn(reading, { ...wanted, from }))];
  const travellers: Traveller[] = [];
  let [leftOut, unreadable] = [0, 0];
  // Funnels and factors change none of what is asked for.
  const { blueprints, friction, emotion } = reading.context;
  const context = { blueprints, ...(friction === undefined ? {} : { friction }), ...(emotion === undefined ? {} : { emotion }) };
  const asked = { blueprint: reading.blueprint, context, at: reading.position };
  const fetch = (place: number): Promise<readonly Entries[]> =>
    Promise.all(heads.slice(place, place + AT_A_TIME).map(([customer]) => streamOf(reading, customer)));
  const rest = reading.rest ?? (() => nextTurn());
  let coming = fetch(0);
  let worked = 0;
  for (let place = 0; place < heads.length; place += AT_A_TIME) {
    reading.onProgress?.(place, heads.length);
    const streams = await coming;
    reading.signal?.throwIfAborted();
    coming = fetch(place + AT_A_TIME);
    // A reader that fails meanwhile leaves this unread; its failure is then nobody's.
    coming.catch(() => undefined);
    for (const [i, entries] of streams.entries()) {
      const [customer, own] = heads[place + i] ?? ['', []];
      const begun = performance.now();
      const traveller = entries === null ? null : travelledOr(customer, entries, asked, own);
      worked += performance.now() - begun;
      if (traveller === null) leftOut++;
      else if (traveller === undefined) unreadable++;
      else travellers.push(traveller);
      if (worked < TURN_MS) continue;
      await rest(worked);
      worked = 0;
    }
  }
  return { from, travellers, limited: from > wanted.from, leftOut, unreadable };
}
