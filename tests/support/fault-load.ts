import { setTimeout as pause } from 'node:timers/promises';
import type { Blueprints } from '#server/domain/blueprint/blueprint.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { compareEvents } from '#server/domain/event/event.ts';
import { decodeDeltas } from '#server/domain/kernel/counters.ts';
import { readSums } from '#server/projector/sums-checkpoint.ts';
import type { RedisAddress } from '#server/redis/client.ts';
import { connect } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import type { Product } from './product.ts';
import { openWorld, sumBookings } from './world.ts';

/** Reproducible chance: a test prints its seed. @returns numbers 0 <= n < 1 */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What one client knows of its events, in the manner of a Jepsen checker. */
export interface Ledger {
  /** answered 200: promised */
  readonly acknowledged: Set<string>;
  /** sent at least once: may be there */
  readonly sent: Set<string>;
  /** statuses other than 200 with their Retry-After */
  readonly refusals: { readonly status: number; readonly retryAfter: string | null }[];
  /** connections that broke without an answer */
  broken: number;
  /** events called duplicates in an answer */
  duplicates: number;
}

/** Sends batches without pause until told to stop; what was not acknowledged is sent again, as a client should. */
export interface Load {
  readonly ledger: Ledger;
  /** no new batches; those not acknowledged are repeated until they are */
  finish(): Promise<void>;
}

const STEPS = [
  { type: 'page.viewed' },
  { type: 'order.placed' },
  { type: 'delivery.started' },
  { type: 'delivery.arrived' },
  { type: 'contact.queued', topic: 'late' },
  { type: 'contact.ended', topic: 'late', outcome: 'abandoned' },
  { type: 'error.shown' },
  { type: 'survey.answered', score: { kind: 'csat', value: 2 } },
] as const;

/** Starts clients against a product: events of the test journey, of few customers, some anonymous first, in order and late. */
export function startLoad(product: Product, options: { readonly seed: number; readonly clients: number; readonly batch: number }): Load {
  const ledger: Ledger = { acknowledged: new Set(), sent: new Set(), refusals: [], broken: 0, duplicates: 0 };
  const next = chance(options.seed);
  let stopped = false;

  function batchOf(client: number, round: number): object[] {
    return Array.from({ length: options.batch }, (_, i) => {
      const person = Math.floor(next() * 150);
      // One in seven comes late; the rest in order, as traffic does.
      const at = Date.now() - (next() < 0.15 ? Math.floor(next() * 20 * 3_600_000) : 0);
      const who =
        next() < 0.2
          ? { anonymousId: `A${person}` }
          : next() < 0.1
            ? { customerId: `C${person}`, anonymousId: `A${person}` }
            : { customerId: `C${person}` };
      return { id: `${options.seed}-${client}-${round}-${i}`, customer: who, occurredAt: at, ...STEPS[Math.floor(next() * STEPS.length)] };
    });
  }

  async function sendUntilAcknowledged(batch: readonly object[]): Promise<void> {
    const ids = batch.map((event) => (event as { readonly id: string }).id);
    for (const id of ids) ledger.sent.add(id);
    for (;;) {
      try {
        const answer = await product.send(batch);
        if (answer.status === 200) {
          for (const id of ids) ledger.acknowledged.add(id);
          ledger.duplicates += Number(answer.body['duplicates']);
          return;
        }
        ledger.refusals.push({ status: answer.status, retryAfter: answer.retryAfter });
      } catch {
        ledger.broken++;
      }
      await pause(30);
    }
  }

  const clients = Array.from({ length: options.clients }, async (_, client) => {
    for (let round = 0; !stopped; round++) await sendUntilAcknowledged(batchOf(client, round));
  });
  return {
    ledger,
    async finish() {
      stopped = true;
      await Promise.all(clients);
    },
  };
}

/** What lies in the store, read past the product. Everything in it is a function of the set of events alone. */
export interface Stored {
  /** ids of the events in all customers' streams, as often as they stand there, sorted */
  readonly ids: readonly string[];
  readonly events: readonly StoredEvent[];
  readonly streams: Readonly<Record<string, readonly string[]>>;
  readonly states: Readonly<Record<string, string>>;
  readonly lists: Readonly<Record<string, readonly string[]>>;
  /** stored sums and the changes behind them, by place */
  readonly sums: Readonly<Record<string, number>>;
  /** reasons why events were put aside */
  readonly refused: readonly string[];
}

/** Reads all customers' streams, states, lists, and the sums of all partitions. */
export async function readStored(address: RedisAddress, partitions: number): Promise<Stored> {
  const redis = await connect(address);
  try {
    const streams: Record<string, string[]> = {};
    const states: Record<string, string> = {};
    const lists: Record<string, string[]> = {};
    const events: StoredEvent[] = [];
    const refused: string[] = [];
    const sums = new Map<string, number>();
    for (let p = 0; p < partitions; p++) {
      const stored = await readSums(redis, p);
      for (const chunk of stored.chunks) sumBookings(decodeDeltas(chunk), sums);
      for (const entry of (await redis.xRange(keys.changes(p), `(${stored.at}`, '+')) ?? [])
        sumBookings(decodeDeltas(entry.message['d'] ?? ''), sums);
      for (const key of (await redis.keys(`{${p}}:*`)).sort()) {
        const rest = key.slice(`{${p}}:`.length);
        if (rest.startsWith('c:')) {
          const entries = (await redis.xRange(key, '-', '+')) ?? [];
          streams[rest.slice(2)] = entries.map((e) => `${e.id} ${e.message['e']}`);
          events.push(...entries.map((e) => JSON.parse(e.message['e'] ?? '{}') as StoredEvent));
        }
        if (rest.startsWith('s:')) states[rest.slice(2)] = (await redis.get(key)) ?? '';
        if (rest.startsWith('x:'))
          lists[rest.slice(2)] = [
            ...(lists[rest.slice(2)] ?? []),
            ...(await redis.zRangeWithScores(key, 0, -1)).map((e) => `${e.score} ${e.value}`),
          ].sort();
      }
      for (const entry of (await redis.xRange(keys.refused(p), '-', '+')) ?? []) refused.push(entry.message['reason'] ?? '');
    }
    return { ids: events.map((e) => e.id).sort(), events, streams, states, lists, sums: Object.fromEntries([...sums].sort()), refused };
  } finally {
    redis.destroy();
  }
}

/**
 * Recounts from nothing: plays the events of the streams in order into an empty store in which nothing ever went wrong.
 * @param clean the empty store's server; it is emptied
 */
export async function recount(
  clean: { readonly url: string },
  stored: Stored,
  options: { readonly partitions: number; readonly blueprints: Blueprints },
): Promise<Stored> {
  const world = await openWorld(clean, options);
  await world.ingest([...stored.events].sort(compareEvents));
  await world.settle();
  await world.close();
  return readStored(clean, options.partitions);
}
