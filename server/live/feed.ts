import { setTimeout as pause } from 'node:timers/promises';
import { Breath } from '#server/platform/breath.ts';
import type { Log } from '#server/platform/log.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Redis } from '#server/redis/client.ts';
import { readBookings } from '#server/domain/kernel/counters.ts';
import { compareStreamIds } from '#server/domain/kernel/stream-id.ts';
import { minuteOf } from '#server/domain/kernel/time.ts';
import { readSums } from '#server/projector/sums-checkpoint.ts';
import { keys } from '#server/redis/keys.ts';
import { LiveSums } from './sums.ts';

/** Without a wake-up the feed is looked at this often: what another process committed is picked up then. */
const LOOK_MS = 100;
/** Entries of one partition read at once. */
const PAGE = 32;
/** After changes were taken in, the next look comes this much later: the feeds of all partitions are read together. */
const GATHER_MS = 20;
/** What cannot be read is asked for again this often: pages show that they stand still until it can. */
const AWAY_MS = 200;
/** A clock that was put back by more than this many minutes begins anew from the stored sums: those in memory have gone on further, and only go on. */
const PUT_BACK_MINUTES = 2;
/** How often it is checked that the feed was not trimmed past our place. */
const CHECK_MS = 5000;

export interface FeedOptions {
  readonly redis: Redis;
  readonly partitions: number;
  readonly clock: Clock;
  readonly log: Log;
  /** told whose customers changed */
  readonly onCustomers: (customers: readonly string[]) => void;
  /** told that the sums changed */
  readonly onChange: () => void;
}

/** Follows the changes of all partitions into the sums in memory: from the stored sums, then entry by entry. */
export class Feed {
  readonly #o: FeedOptions;
  readonly #at = new Map<number, string>();
  readonly #stop = new AbortController();
  #sums: LiveSums;
  #wake: (() => void) | undefined;
  #news = false;
  #running: Promise<void> = Promise.resolve();
  #failing = false;

  constructor(options: FeedOptions) {
    this.#o = options;
    this.#sums = new LiveSums(minuteOf(options.clock()));
  }

  /** The sums at the minute of the clock: who reads just after a minute has begun sees what it brought, as the lists do. */
  get sums(): LiveSums {
    this.#sums.advance(minuteOf(this.#o.clock()));
    return this.#sums;
  }

  /** Whether the store could be read when last looked at. */
  get healthy(): boolean {
    return !this.#failing;
  }

  /** Loads the stored sums and begins to follow. */
  async start(): Promise<void> {
    await this.#load();
    this.#running = this.#run();
  }

  wake(): void {
    this.#news = true;
    this.#wake?.();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.wake();
    await this.#running;
  }

  async #load(): Promise<void> {
    const sums = new LiveSums(minuteOf(this.#o.clock()), this.#sums.changes + 1);
    for (let partition = 0; partition < this.#o.partitions; partition++) {
      const stored = await readSums(this.#o.redis, partition);
      for (const chunk of stored.chunks) readBookings(chunk, sums);
      this.#at.set(partition, stored.at);
    }
    this.#sums = sums;
    await this.#follow();
  }

  async #run(): Promise<void> {
    let checkAt = performance.now() + CHECK_MS;
    while (!this.#stop.signal.aborted) {
      try {
        this.#news = false;
        let loaded = this.#isPutBack();
        if (performance.now() >= checkAt) {
          checkAt = performance.now() + CHECK_MS;
          loaded ||= await this.#overtaken();
        }
        if (loaded) await this.#load();
        const read = await this.#follow();
        this.sums.tidy();
        this.#failing = false;
        if (read > 0 || loaded) this.#o.onChange();
        if (read === 0) await this.#rest(LOOK_MS);
        else if (read < PAGE) await pause(GATHER_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      } catch (error) {
        if (!this.#failing) this.#o.log.error({ err: error }, 'the changes cannot be followed; trying again');
        this.#failing = true;
        await this.#rest(AWAY_MS);
      }
    }
  }

  #isPutBack(): boolean {
    return this.#sums.minute - minuteOf(this.#o.clock()) > PUT_BACK_MINUTES;
  }

  /** Whether changes that we have not read were already trimmed away (they are in the stored sums). */
  async #overtaken(): Promise<boolean> {
    for (const [partition, at] of this.#at) {
      const first = (await this.#o.redis.xRange(keys.changes(partition), '-', '+', { COUNT: 1 }))?.[0]?.id;
      const stored = (await this.#o.redis.hGet(keys.sums(partition), 'at')) ?? '0-0';
      const isNew = (id: string): boolean => compareStreamIds(id, at) > 0;
      if (isNew(stored) && (first === undefined || isNew(first)) && first !== stored) return true;
    }
    return false;
  }

  /** Takes in what is new. */
  async #follow(): Promise<number> {
    const { redis, partitions } = this.#o;
    const places = Array.from({ length: partitions }, (_, p) => p);
    const pages = await Promise.all(places.map((p) => redis.xRange(keys.changes(p), `(${this.#at.get(p) ?? '0-0'}`, '+', { COUNT: PAGE })));
    let read = 0;
    const breath = new Breath();
    for (const [partition, page] of pages.entries()) {
      for (const entry of page ?? []) {
        await breath.take();
        readBookings(entry.message['d'] ?? '', this.#sums);
        this.#at.set(partition, entry.id);
        const customers = entry.message['c'] ?? '';
        if (customers !== '') this.#o.onCustomers(customers.split(' '));
        read++;
      }
    }
    return read;
  }

  async #rest(ms: number): Promise<void> {
    if (this.#news || this.#stop.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
      this.#wake = done;
    });
    this.#wake = undefined;
  }
}
