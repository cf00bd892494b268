import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CLAIM_MS, Fault, MOST_NAMES, NAMELESS } from '#lib/contract/index.ts';
import type { CareAct, Factor, QueueItem, QueueParams, QueueView, RecoveryParams, RecoveryView } from '#lib/contract/index.ts';
import type { NameDesk } from '#server/api/names.ts';
import type { QueueDesk } from '#server/api/queue.ts';
import { STAFF_SOURCE } from '#server/domain/event/staff.ts';
import type { Clock } from '#server/platform/clock.ts';
import { addresseeOf, careOfItem } from '#server/projector/addressee.ts';
import type { AddresseeReading } from '#server/projector/addressee.ts';
import { queueView } from '#server/domain/view/queue.ts';
import type { Waiting } from '#server/domain/view/queue.ts';
import { readWaiting } from '#server/projector/lists/queue.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';
import type { Actor } from '#server/security/actor.ts';
import { sendThrough } from './through-the-door.ts';
import type { DeskDoor } from './through-the-door.ts';

/** A claim is decided here until its event is followed, which takes a second; where events wait, no longer than this. */
const DECIDED_MS = 300_000;
/** What was read is good until something changes, and for so long, ms: the clock alone brings and takes things. */
const FRESH_MS = 500;
/** Between two readings lies so many times what the last one took, so that reading takes a quarter of the time at most, but never more than this, ms. */
const REST = 3;
const LEAST_REST_MS = 100;
const MOST_REST_MS = 5000;

export interface QueueDeskOptions {
  readonly reading: AddresseeReading;
  readonly factors: () => readonly Factor[];
  readonly acceptor: DeskDoor;
  readonly names: NameDesk;
  readonly recoveries: (params: RecoveryParams) => RecoveryView;
  /** grows whenever something in the numbers changes */
  readonly changes: () => number;
  readonly clock: Clock;
}

/** Everything that waited at an instant, and how pages asked for it. */
interface Reading {
  readonly at: number;
  /** what had changed in the numbers when it was begun */
  readonly changes: number;
  readonly waiting: readonly Waiting[];
  readonly views: Map<string, QueueView>;
  /** when it was done, and what it took; of the process's own clock, ms */
  readonly doneAt: number;
  readonly tookMs: number;
}

const TYPES: Readonly<Record<CareAct['act'], string>> = {
  claim: 'queue.claimed',
  release: 'queue.released',
  snooze: 'queue.snoozed',
  done: 'queue.done',
};

function detailsOf(act: CareAct, now: number): Readonly<Record<string, unknown>> {
  if (act.act === 'snooze')
    return { until: now + act.forMs, ...(act.reason === undefined || act.reason === '' ? {} : { reason: act.reason }) };
  return act.act === 'done' ? { outcome: act.outcome } : {};
}

/** Says that somebody else has it; undefined: it is theirs. Of two who give no name nobody can say whether they are one: what one of them has is not the other's. */
function heldByAnother(holder: string, act: CareAct, by: Actor): Fault | undefined {
  if (holder === by.name && !(holder === NAMELESS && act.act === 'claim')) return undefined;
  return new Fault('conflict', holder === NAMELESS ? 'Somebody who gave no name has claimed this.' : `${holder} has claimed this.`);
}

/**
 * The desk at which people take up what needs somebody. What they do is an event about the customer, so that everybody sees it at once and it stays on
 * the timeline; who gets a claim is decided here, by one atomic write in the store.
 */
export function createQueueDesk(options: QueueDeskOptions): QueueDesk {
  const { reading, acceptor, clock } = options;
  let last: Reading | undefined;
  let next: Promise<void> | undefined;

  async function send(act: CareAct, by: Actor): Promise<void> {
    const now = clock();
    const found = await addresseeOf(reading, act.customerId, now);
    if (found === null) throw new Fault('not_found', 'Nobody lives at this address (any more). Reload the page.');
    const { identifier } = found;
    await sendThrough(acceptor, STAFF_SOURCE, {
      id: randomUUID(),
      occurredAt: now,
      type: TYPES[act.act],
      customer: { [identifier.kind]: identifier.value },
      attributes: { by: by.name, verified: by.verified, case: act.caseId, item: act.item, ...detailsOf(act, now) },
    });
  }

  /** @throws Fault `conflict` where somebody else has it */
  async function decide(act: CareAct, by: Actor): Promise<void> {
    const entry = await careOfItem(reading, act, clock());
    if (entry === 'unknown') throw new Fault('not_found', 'This no longer waits for anybody. Reload the page.');
    if (entry !== null && entry.done) throw new Fault('conflict', `${entry.by} has done this already.`);
    const held = entry !== null && entry.by !== '' && clock() - entry.at < CLAIM_MS ? entry.by : null;
    const fault = held === null ? undefined : heldByAnother(held, act, by);
    if (fault !== undefined) throw fault;
  }

  async function claim(act: CareAct, by: Actor): Promise<void> {
    const key = keys.claim(partitionOf(act.customerId, reading.partitions), act.customerId, `${act.caseId} ${act.item}`);
    const got = await reading.redis.set(key, by.name, { condition: 'NX', expiration: { type: 'PX', value: DECIDED_MS } });
    if (got === null) {
      const holder = await reading.redis.get(key);
      const fault = holder === null ? undefined : heldByAnother(holder, act, by);
      if (fault !== undefined) throw fault;
    }
    try {
      await send(act, by);
    } catch (error) {
      if (got !== null) await reading.redis.del(key);
      throw error;
    }
  }

  /** With what to call customers; those far down show the beginning of their address. */
  async function named(items: readonly QueueItem[]): Promise<readonly QueueItem[]> {
    const found = await options.names.of(
      items.map(({ customer }) => customer),
      MOST_NAMES,
    );
    const names = new Map(found.map(({ customer, name, number }) => [customer, { name, number }]));
    return items.map((item) => ({ ...item, ...names.get(item.customer) }));
  }

  /** What waits, no older than what had changed when it was asked for. Who asks while it is being read shares a reading. */
  async function current(): Promise<Reading> {
    const [askedAt, changes] = [clock(), options.changes()];
    const serves = (made: Reading): boolean => made.changes >= changes && askedAt - made.at <= FRESH_MS && made.at <= clock();
    while (last === undefined || !serves(last)) {
      next ??= read().finally(() => (next = undefined));
      await next;
    }
    return last;
  }

  async function read(): Promise<void> {
    if (last !== undefined) {
      const restMs = Math.min(MOST_REST_MS, Math.max(LEAST_REST_MS, REST * last.tookMs)) - (performance.now() - last.doneAt);
      if (restMs > 0) await pause(restMs);
    }
    const [at, changes, begun] = [clock(), options.changes(), performance.now()];
    const waiting = await readWaiting({ ...reading, now: at });
    const doneAt = performance.now();
    last = { at, changes, waiting, views: new Map(), doneAt, tookMs: doneAt - begun };
  }

  function viewOf({ waiting, views, at }: Reading, params: QueueParams): QueueView {
    const key = JSON.stringify(params);
    const known = views.get(key);
    if (known !== undefined) return known;
    const view = queueView(waiting, params, { blueprints: reading.blueprints, factors: options.factors(), now: at });
    views.set(key, view);
    return view;
  }

  return {
    async get(params) {
      const view = viewOf(await current(), params);
      return { ...view, items: await named(view.items) };
    },
    recoveries: options.recoveries,
    async act(act, by) {
      await decide(act, by);
      if (act.act === 'claim') return claim(act, by);
      await send(act, by);
      await reading.redis.del(keys.claim(partitionOf(act.customerId, reading.partitions), act.customerId, `${act.caseId} ${act.item}`));
    },
  };
}
