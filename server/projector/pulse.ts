import { Fault } from '#lib/contract/index.ts';
import type { SystemStatus } from '#lib/contract/index.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';

const EVERY_MS = 500;
/** Events wait and none was projected for this long: the projector is not at work. */
const STANDSTILL_MS = 15_000;
/** A store that has not answered a look for this long hangs, or the way to it does: a connection that still stands does not tell. */
const HANGS_MS = 3000;
/** One that has not answered for this long may only be slow; whoever shows what it said no longer vouches for it. */
const SILENT_MS = 1000;
/** Whoever waits for the store looks this often whether it hangs. */
const CHECK_MS = 250;

export interface PulseOptions {
  readonly redis: Redis;
  readonly partitions: number;
  readonly clock: Clock;
  /** whether the store is still the one that was opened */
  readonly isSame: () => Promise<boolean>;
  /** called once when it is not */
  readonly onExchanged: () => void;
}

type Counts = Pick<
  SystemStatus,
  'accepted' | 'duplicates' | 'rejected' | 'projected' | 'customers' | 'lastEventAt' | 'lagMs' | 'waiting' | 'refolding'
> & {
  /** batches that wait, by partition */
  readonly backlog: readonly number[];
};

/** Looks, twice a second, how far behind the numbers are and which sources speak. */
export class Pulse {
  readonly #o: PulseOptions;
  #timer: NodeJS.Timeout | undefined;
  #lagMs = 0;
  #projected = 0;
  #movedAt: number;
  #sources: ReadonlyMap<string, number> = new Map();
  /** when the look under way began, by the clock of the process */
  #askedAt: number | undefined;
  #exchanged = false;

  constructor(options: PulseOptions) {
    this.#o = options;
    this.#movedAt = options.clock();
  }

  /** Whether accepted events reach the numbers: none waits, or the projector got on with them lately. */
  get projecting(): boolean {
    return this.#lagMs === 0 || this.#o.clock() - this.#movedAt < STANDSTILL_MS;
  }

  /** Whether the store answers what it is asked. */
  get answering(): boolean {
    return this.#silentMs < HANGS_MS && !this.#exchanged;
  }

  /** Whether the store has answered just now: what was read from it before is still what it would say. */
  get vouching(): boolean {
    return this.#silentMs < SILENT_MS;
  }

  /** For how long the store has kept a look waiting. */
  get #silentMs(): number {
    return this.#askedAt === undefined ? 0 : performance.now() - this.#askedAt;
  }

  /** Waits for what is asked of the store, unless it hangs. @throws Fault `store_unavailable`; what was to be written may still be */
  async unlessHanging<Result>(asked: Promise<Result>): Promise<Result> {
    let check: NodeJS.Timeout | undefined;
    let missed = 0;
    const hanging = new Promise<never>((_, reject) => {
      check = setInterval(() => {
        missed = this.answering ? 0 : missed + 1;
        // An answer that is there already is read between two checks.
        if (missed > 1) reject(new Fault('store_unavailable', 'The store does not answer. Try again.', { retryAfter: 1 }));
      }, CHECK_MS);
    });
    try {
      return await Promise.race([asked, hanging]);
    } finally {
      clearInterval(check);
    }
  }

  /** Age of the oldest accepted event that is not yet in the numbers, ms. */
  get lagMs(): number {
    return this.#lagMs;
  }

  /** Source -> its newest event, ms. */
  get sources(): ReadonlyMap<string, number> {
    return this.#sources;
  }

  async start(): Promise<void> {
    await this.#look();
    this.#timer = setTimeout(() => void this.#again(), EVERY_MS);
  }

  stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return Promise.resolve();
  }

  /** Counts over all partitions. */
  async counts(): Promise<Counts> {
    const { redis, partitions } = this.#o;
    const places = Array.from({ length: partitions }, (_, p) => p);
    const [stats, customers, backlog, refolding] = await Promise.all([
      Promise.all(places.map((p) => redis.hGetAll(keys.stat(p)))),
      Promise.all(places.map((p) => redis.zCard(keys.customers(p)))),
      Promise.all(places.map((p) => redis.xLen(keys.log(p)))),
      Promise.all(places.map((p) => redis.zCard(keys.pending(p)))),
    ]);
    const sum = (field: string): number => stats.reduce((total, stat) => total + Number(stat[field] ?? 0), 0);
    const last = Math.max(0, ...stats.map((stat) => Number(stat['lastReceived'] ?? 0)));
    return {
      accepted: sum('accepted'),
      duplicates: sum('duplicates'),
      rejected: sum('rejected'),
      projected: sum('projected'),
      customers: customers.reduce((a, b) => a + b, 0),
      lastEventAt: last === 0 ? null : last,
      lagMs: this.#lagMs,
      backlog,
      waiting: backlog.reduce((a, b) => a + b, 0),
      refolding: refolding.reduce((a, b) => a + b, 0),
    };
  }

  async #again(): Promise<void> {
    try {
      await this.#look();
    } catch {
      // The store is away; the last known figures stay, and the chip tells by its heartbeat.
    }
    if (this.#timer !== undefined) this.#timer = setTimeout(() => void this.#again(), EVERY_MS);
  }

  async #look(): Promise<void> {
    this.#askedAt = performance.now();
    try {
      await this.#read();
      if (!this.#exchanged && !(await this.#o.isSame())) {
        this.#exchanged = true;
        this.#o.onExchanged();
      }
    } finally {
      this.#askedAt = undefined;
    }
  }

  async #read(): Promise<void> {
    const { redis, partitions, clock } = this.#o;
    const places = Array.from({ length: partitions }, (_, p) => p);
    const [oldest, projected, sources] = await Promise.all([
      Promise.all(places.map((p) => redis.xRange(keys.log(p), '-', '+', { COUNT: 1 }))),
      Promise.all(places.map((p) => redis.hGet(keys.stat(p), 'projected'))),
      redis.hGetAll(keys.sources()),
    ]);
    const total = projected.reduce((sum, text) => sum + Number(text ?? 0), 0);
    if (total !== this.#projected || oldest.every((entries) => entries?.[0] === undefined)) this.#movedAt = clock();
    this.#projected = total;
    const waiting = oldest.flatMap((entries) => (entries?.[0] === undefined ? [] : [Number(entries[0].id.split('-')[0])]));
    this.#lagMs = waiting.length === 0 ? 0 : Math.max(0, clock() - Math.min(...waiting));
    this.#sources = new Map(Object.entries(sources).map(([source, at]) => [source, Number(at)]));
  }
}
