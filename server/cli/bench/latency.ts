import { setTimeout as pause } from 'node:timers/promises';
import type { FunnelView, HeatView, Subscription, SystemStatus } from '#lib/contract/index.ts';
import { Fault } from '#lib/contract/index.ts';
import { startProduct } from './children.ts';
import { rewritten } from './store.ts';
import type { Bench } from './throughput.ts';
import { JOURNEY, warmUp } from './throughput.ts';
import { openPages } from './viewers.ts';

/** Events come at their rate for this long before anything is measured: nothing of the burst that warmed up is left. */
const SETTLING_MS = 1500;
const PROBE_EVERY_MS = 60;
const LAST_PROBE_MS = 5000;
/** Some two seconds. */
const PROBES_PER_LOOK = 33;
/** Probes are the only events of this channel and segment, so what they count to is known. */
export const PROBE_CHANNEL = 'store';
const PROBE_SEGMENT = 'probe';
const PROBE_CELL = `look|${PROBE_CHANNEL}`;

/** Reads JSON from the product. @throws Fault where it refuses */
export async function ask<Answer>(address: string, path: string, input: unknown): Promise<Answer> {
  const response = await fetch(`${address}/api/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`);
  const body = (await response.json()) as { readonly result?: { readonly data: Answer } };
  if (body.result === undefined) throw new Fault('internal', `${path} answered ${response.status}.`);
  return body.result.data;
}

/** Sends events through the door. @throws Fault where it refuses them */
async function give(address: string, writeKey: string, events: readonly object[]): Promise<void> {
  const headers = { authorization: `Bearer ${writeKey}`, 'content-type': 'application/json', 'x-source': 'probe' };
  const response = await fetch(`${address}/v1/events`, { method: 'POST', headers, body: JSON.stringify(events) });
  const body = (await response.json()) as { readonly accepted?: number };
  if (body.accepted !== events.length)
    throw new Fault('internal', `The door took ${body.accepted ?? 0} of ${events.length} events (${response.status}).`);
}

/** Follows how far a count that only probes raise has come. */
class Seen {
  /** instant at which the count first reached 1, 2, 3, ... */
  readonly at: number[] = [];

  reached(count: number): void {
    const now = performance.now();
    while (this.at.length < count) this.at.push(now);
  }
}

async function loopDelayOf(address: string): Promise<number> {
  const status = (await (await fetch(`${address}/readyz`)).json()) as Pick<SystemStatus, 'loopDelayMs'>;
  return status.loopDelayMs;
}

/** From an event's acknowledgement to the changed number at a page, ms. */
export interface Latencies {
  readonly funnel: readonly number[];
  readonly heat: readonly number[];
  /** probes whose change no page showed in time */
  readonly lost: number;
  /** longest p99 by which the serving thread came late in any two seconds of it, ms */
  readonly loopDelayMs: number;
}

/** Measures with pages open and events coming at a rate: every probe raises one number of the funnel and one of the heatmap. */
export async function measureLatency(
  bench: Bench,
  options: { readonly pool: string; readonly rate: number; readonly viewers: number; readonly forMs: number; readonly warmMs: number },
): Promise<Latencies> {
  const { redis, nursery, sender } = bench;
  await redis.flushAll();
  const product = await startProduct(nursery, 'all');
  try {
    const { address } = product;
    const [funnel, heat] = [new Seen(), new Seen()];
    const funnelRoom: Subscription = { view: 'funnel', params: { journey: JOURNEY, by: 'segment' } };
    const heatRoom: Subscription = { view: 'heat', params: { journey: JOURNEY, window: '15m' } };
    const pages = await openPages(address, [
      { request: funnelRoom, onView: (view) => funnel.reached((view as unknown as FunnelView).groups[PROBE_SEGMENT]?.total.entered ?? 0) },
      { request: heatRoom, onView: (view) => heat.reached((view as unknown as HeatView).cells[PROBE_CELL]?.n ?? 0) },
      ...Array.from({ length: options.viewers - 2 }, (_, i) => ({ request: i % 2 === 0 ? funnelRoom : heatRoom })),
    ]);
    await warmUp(bench, { pool: options.pool, address, warmMs: options.warmMs, projected: true });
    await rewritten(redis);
    const sending = sender.send({
      pool: options.pool,
      address,
      writeKey: nursery.writeKey,
      rate: options.rate,
      forMs: SETTLING_MS + options.forMs,
      fresh: false,
    });
    await pause(SETTLING_MS);
    // Probes keep their beat however long an answer takes: a busy door must not make the measurement look away.
    const given: number[] = [];
    const answers: Promise<void>[] = [];
    const delays: Promise<number>[] = [];
    for (const begun = performance.now(); performance.now() - begun < options.forMs;) {
      const id = `probe-${answers.length}`;
      const customer = { anonymousId: id };
      const event = { id, type: 'visit.begun', touchpoint: 'shop_visit', channel: PROBE_CHANNEL, segment: PROBE_SEGMENT, customer };
      answers.push(give(address, nursery.writeKey, [event]).then(() => void given.push(performance.now())));
      if (answers.length % PROBES_PER_LOOK === 0) delays.push(loopDelayOf(address));
      await pause(PROBE_EVERY_MS);
    }
    await Promise.all(answers);
    await sending;
    const loopDelayMs = Math.max(...(await Promise.all(delays)));
    for (
      const end = performance.now() + LAST_PROBE_MS;
      performance.now() < end && Math.min(funnel.at.length, heat.at.length) < given.length;
    )
      await pause(50);
    pages.close();
    const between = (seen: Seen): number[] => given.map((at, i) => Math.max(0, (seen.at[i] ?? Infinity) - at));
    const [f, h] = [between(funnel), between(heat)];
    return { funnel: f, heat: h, lost: [...f, ...h].filter((ms) => ms === Infinity).length, loopDelayMs };
  } finally {
    await product.end();
  }
}

const BIG = 10_000;
const BIG_ID = 'bench-long-history';

/** What readings of a long history took, and what the same process took meanwhile to say that it is there: its share is the machine's. */
export interface Readings {
  /** ms per reading, at the API */
  readonly page: readonly number[];
  readonly ping: readonly number[];
}

/** Reads the first page of a customer with 10,000 events again and again while events come in. */
export async function measureTimeline(
  bench: Bench,
  options: { readonly pool: string; readonly rate: number; readonly readings: number; readonly warmMs: number },
): Promise<Readings> {
  const { redis, nursery, sender } = bench;
  await redis.flushAll();
  const product = await startProduct(nursery, 'all');
  try {
    const { address } = product;
    const newest = Date.now() - 60_000;
    for (let from = 0; from < BIG; from += 500)
      await give(
        address,
        nursery.writeKey,
        Array.from({ length: 500 }, (_, i) => ({
          id: `long-${from + i}`,
          type: 'page.viewed',
          touchpoint: 'website',
          channel: 'web',
          occurredAt: newest - (BIG - from - i) * 60_000,
          customer: { customerId: BIG_ID },
        })),
      );
    const customer = await known(address, bench.patienceMs);
    await warmUp(bench, { pool: options.pool, address, warmMs: options.warmMs, projected: true });
    await rewritten(redis);
    const sending = sender.send({
      pool: options.pool,
      address,
      writeKey: nursery.writeKey,
      rate: options.rate,
      forMs: options.readings * 15 + SETTLING_MS,
      fresh: false,
    });
    const [pages, pings]: [number[], number[]] = [[], []];
    for (let i = -20; i < options.readings; i++) {
      const begun = performance.now();
      const page = await ask<{ readonly items: readonly unknown[] }>(address, 'customers.timeline', { customerId: customer, limit: 50 });
      if (page.items.length !== 50) throw new Fault('internal', `The first page has ${page.items.length} events.`);
      const read = performance.now();
      await pause(4);
      const asked = performance.now();
      await (await fetch(`${address}/healthz`)).text();
      const answered = performance.now();
      if (i >= 0) {
        pages.push(read - begun);
        pings.push(answered - asked);
      }
      await pause(4);
    }
    await sending;
    return { page: pages, ping: pings };
  } finally {
    await product.end();
  }
}

/** Waits until the customer with the long history is whole. @returns their id */
async function known(address: string, patienceMs: number): Promise<string> {
  for (const end = performance.now() + patienceMs; performance.now() < end;) {
    const { hits } = await ask<{ readonly hits: readonly { readonly customer: string; readonly events: number }[] }>(
      address,
      'customers.find',
      { q: BIG_ID },
    );
    const [hit] = hits;
    if (hit !== undefined && hit.events >= BIG) return hit.customer;
    await pause(100);
  }
  throw new Fault('not_ready', `The customer with ${BIG} events was not projected in ${patienceMs} ms.`);
}
