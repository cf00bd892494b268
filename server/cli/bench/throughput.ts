import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from '#server/redis/client.ts';
import type { Config } from '#server/config.ts';
import { startProduct } from './children.ts';
import type { Nursery, ProductProcess, Sender } from './children.ts';
import { countsOf, cpuMicrosOf, mailIsRead, serverUse } from './store.ts';
import type { Counts } from './store.ts';
import { everyView, openPages } from './viewers.ts';
import { appendPlainly } from './yardstick.ts';

const POLL_MS = 25;
/**
 * What is measured is a product that runs, not one that starts: the first events compile it. Between 20,000 and 50,000 events a projector still
 * spends a quarter of its CPU on compiling, from 60,000 on a tenth. On a busy machine they take more than one try.
 */
const WARM_EVENTS = 80_000;
const WARM_TRIES = 10;
/** What is measured does not begin with a backlog: a product that warms up is given so long to take in what it was sent. */
const WARM_PATIENCE_MS = 60_000;
/** The demo's main journey: what the pool's events belong to. */
export const JOURNEY = 'broadband';

/** What every measurement works with. */
export interface Bench {
  readonly redis: Redis;
  readonly nursery: Nursery;
  readonly sender: Sender;
  readonly partitions: number;
  /** a measurement that waits longer than this for the projector says how far it came, ms */
  readonly patienceMs: number;
}

/** The plain append: what the machine can do at this moment. */
export interface Yardstick {
  readonly perSecond: number;
  /** CPU of the server per entry, us */
  readonly redisMicros: number;
  /** memory of the server per entry */
  readonly bytes: number;
}

/** Measures the yardstick on the emptied store. */
export async function measureYardstick({ redis }: Bench, forMs: number): Promise<Yardstick> {
  await redis.flushAll();
  const before = await serverUse(redis);
  const { entries, tookMs } = await appendPlainly(redis, forMs);
  const after = await serverUse(redis);
  await redis.flushAll();
  return {
    perSecond: (entries / tookMs) * 1000,
    redisMicros: (after.cpuMicros - before.cpuMicros) / entries,
    bytes: (after.memory - before.memory) / entries,
  };
}

/** What one run of the product came to. */
export interface Run {
  /** events through the whole measured way, per second */
  readonly perSecond: number;
  readonly events: number;
  /** CPU per event, us: each process of the product, the sender, the server */
  readonly productMicros: Readonly<Partial<Record<Config['role'], number>>>;
  readonly senderMicros: number;
  readonly redisMicros: number;
  /** memory of the server per event */
  readonly bytes: number;
  /** everything accepted was projected in the time given */
  readonly finished: boolean;
}

/** How to run. */
export interface RunOptions {
  readonly roles: readonly Config['role'][];
  readonly pool: string;
  readonly warmMs: number;
  readonly forMs: number;
}

/** Waits until everything accepted is in the numbers. @returns what is, when it is or when patience ends */
async function projectedBy(bench: Bench, since: number): Promise<{ readonly counts: Counts; readonly finished: boolean }> {
  for (;;) {
    const counts = await countsOf(bench.redis, bench.partitions);
    if (counts.projected >= counts.accepted && (await mailIsRead(bench.redis, bench.partitions))) return { counts, finished: true };
    if (performance.now() - since > bench.patienceMs) return { counts, finished: false };
    await pause(POLL_MS);
  }
}

/** Starts the product on an emptied store, sends for a while, and measures; ends the product. With a projector, until everything is in the numbers. */
export async function measureRun(bench: Bench, options: RunOptions): Promise<Run> {
  await bench.redis.flushAll();
  const processes: ProductProcess[] = [];
  try {
    for (const role of options.roles) processes.push(await startProduct(bench.nursery, role));
    return await measureOn(bench, options, processes);
  } finally {
    await Promise.all(processes.map((one) => one.end()));
  }
}

/**
 * Sends events until the product is one that runs, not one that starts, and waits until they are in the numbers, if anybody projects them.
 * @param options.warmMs of one try
 */
export async function warmUp(
  bench: Bench,
  options: { readonly pool: string; readonly address: string; readonly warmMs: number; readonly projected: boolean },
): Promise<void> {
  const { pool, address, warmMs, projected } = options;
  const order = { pool, address, writeKey: bench.nursery.writeKey, rate: null, forMs: warmMs };
  let warm = 0;
  for (let tries = 0; tries < WARM_TRIES && warm < WARM_EVENTS; tries++)
    warm += (await bench.sender.send({ ...order, fresh: tries === 0 })).accepted;
  if (projected) await projectedBy({ ...bench, patienceMs: WARM_PATIENCE_MS }, performance.now());
}

async function measureOn(bench: Bench, options: RunOptions, processes: readonly ProductProcess[]): Promise<Run> {
  const { redis, sender, nursery } = bench;
  const { pool, warmMs, forMs } = options;
  const address = processes.find((one) => one.address !== '')?.address ?? '';
  const projected = options.roles.some((role) => role !== 'web');
  const pages = projected
    ? await openPages(
        address,
        everyView(JOURNEY).map((request) => ({ request })),
      )
    : null;
  await warmUp(bench, { pool, address, warmMs, projected });
  const [from, use] = [await countsOf(redis, bench.partitions), await serverUse(redis)];
  const cpu = processes.map((one) => cpuMicrosOf(one.pid));
  const begun = performance.now();
  const sent = await sender.send({ pool, address, writeKey: nursery.writeKey, rate: null, forMs, fresh: false });
  const { counts, finished } = projected
    ? await projectedBy(bench, begun)
    : { counts: await countsOf(redis, bench.partitions), finished: true };
  const tookMs = projected ? performance.now() - begun : sent.tookMs;
  const after = await serverUse(redis);
  pages?.close();
  const events = projected ? counts.projected - from.projected : counts.accepted - from.accepted;
  return {
    perSecond: (events / tookMs) * 1000,
    events,
    productMicros: Object.fromEntries(processes.map((one, i) => [one.role, (cpuMicrosOf(one.pid) - (cpu[i] ?? 0)) / events])),
    senderMicros: sent.cpuMicros / events,
    redisMicros: (after.cpuMicros - use.cpuMicros) / events,
    bytes: (after.memory - use.memory) / events,
    finished,
  };
}
