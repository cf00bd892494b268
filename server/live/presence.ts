import type { Present } from '#lib/contract/index.ts';
import type { Clock } from '#server/platform/clock.ts';
import { another } from '#server/redis/client.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';

/** Somebody of a process that no longer says so is gone after this time, ms. */
const LIVES_MS = 30_000;
/** How often a process says who is still there, and looks who else is, ms. */
const RENEW_MS = 10_000;

export interface PresenceOptions {
  readonly redis: Redis;
  readonly partitions: number;
  readonly clock: Clock;
  /** tells processes apart */
  readonly process: string;
  /** told whenever other people look at a customer than before */
  readonly onChange: (customer: string, people: readonly Present[]) => void;
}

/**
 * Who looks at the same customer now, over all processes on one store. Each process keeps its own connections, writes them down for half a minute, and
 * tells the others which customer to look up again: an address and nothing else goes through the channel. Names are self-given. While the store is
 * away, each shows those it knows.
 */
export class Presence {
  readonly #o: PresenceOptions;
  /** connections of this process, by customer */
  readonly #own = new Map<string, Map<string, string>>();
  /** those of others, as last read */
  readonly #others = new Map<string, readonly Present[]>();
  #hears: Redis | undefined;
  /** What is written down is written in the order in which it happened. */
  #written: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PresenceOptions) {
    this.#o = options;
  }

  /** Begins to hear of others. */
  async start(): Promise<void> {
    this.#hears = await another(this.#o.redis);
    await this.#hears.subscribe(keys.presence(), (customer) => void this.#look(customer));
    this.#timer = setInterval(() => void this.renew(), RENEW_MS);
    this.#timer.unref();
  }

  /** Nobody of this process is there any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const [customer, there] of this.#own) for (const id of [...there.keys()]) this.leave(customer, id);
    await this.#written;
    this.#hears?.destroy();
  }

  /** Somebody looks at a customer, or has another name now. */
  enter(customer: string, who: Present): void {
    let there = this.#own.get(customer);
    if (there === undefined) this.#own.set(customer, (there = new Map<string, string>()));
    const known = there.get(who.id);
    if (known === who.name) return this.#show(customer);
    there.set(who.id, who.name);
    this.#changed(customer, known === undefined ? [] : [{ id: who.id, name: known }]);
  }

  leave(customer: string, id: string): void {
    const there = this.#own.get(customer);
    const name = there?.get(id);
    if (there === undefined || name === undefined) return;
    there.delete(id);
    if (there.size === 0) {
      this.#own.delete(customer);
      this.#others.delete(customer);
    }
    this.#changed(customer, [{ id, name }]);
  }

  /** Customers that a connection looks at. */
  customersOf(id: string): readonly string[] {
    return [...this.#own].flatMap(([customer, there]) => (there.has(id) ? [customer] : []));
  }

  /** Says again who is there, and looks who else is. Goes by itself every ten seconds. */
  async renew(): Promise<void> {
    await Promise.all(
      [...this.#own.keys()].map(async (customer) => {
        await this.#write(customer, [], 'quietly');
        await this.#look(customer);
      }),
    );
  }

  #changed(customer: string, gone: readonly Present[]): void {
    this.#show(customer);
    this.#written = this.#written.then(() => this.#write(customer, gone));
  }

  #show(customer: string): void {
    const own = [...(this.#own.get(customer) ?? [])].map(([id, name]): Present => ({ id, name }));
    this.#o.onChange(customer, [...own, ...(this.#others.get(customer) ?? [])]);
  }

  #key(customer: string): string {
    return keys.present(partitionOf(customer, this.#o.partitions), customer);
  }

  #memberOf({ id, name }: Present): string {
    return JSON.stringify([this.#o.process, id, name]);
  }

  /** Writes down who is there; a store that is away hears of it with the next renewal. */
  async #write(customer: string, gone: readonly Present[], how?: 'quietly'): Promise<void> {
    const key = this.#key(customer);
    const score = this.#o.clock() + LIVES_MS;
    const own = [...(this.#own.get(customer) ?? [])].map(([id, name]) => ({ score, value: this.#memberOf({ id, name }) }));
    try {
      const { redis } = this.#o;
      await Promise.all([
        ...(gone.length === 0
          ? []
          : [
              redis.zRem(
                key,
                gone.map((one) => this.#memberOf(one)),
              ),
            ]),
        ...(own.length === 0 ? [] : [redis.zAdd(key, own), redis.pExpire(key, LIVES_MS)]),
      ]);
      if (how !== 'quietly') await redis.publish(keys.presence(), customer);
    } catch {
      // Nothing is lost that the next renewal does not say again.
    }
  }

  /** Reads who of other processes looks at a customer, where somebody of this one does. */
  async #look(customer: string): Promise<void> {
    if (!this.#own.has(customer)) return;
    try {
      const found = await this.#o.redis.zRangeByScore(this.#key(customer), `(${this.#o.clock()}`, '+inf');
      if (!this.#own.has(customer)) return;
      const others = found.flatMap((member): readonly Present[] => {
        const [process, id, name] = JSON.parse(member) as readonly [string, string, string];
        return process === this.#o.process ? [] : [{ id, name }];
      });
      if (JSON.stringify(others) === JSON.stringify(this.#others.get(customer) ?? [])) return;
      this.#others.set(customer, others);
      this.#show(customer);
    } catch {
      // Those last seen are shown until the store answers again.
    }
  }
}
