import type { FaultCode } from '#lib/contract/fault.ts';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '#server/platform/log.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Redis } from '#server/redis/client.ts';
import type { Contexts } from '#server/definitions/contexts.ts';
import type { Limits } from '#server/identity/node.ts';
import { knownFault } from '#server/redis/faults.ts';
import { keys } from '#server/redis/keys.ts';
import type { Commit, ProjectorOptions, TextScorer } from './projector.ts';
import { PartitionProjector } from './projector.ts';
import { checkpointSums } from './sums-checkpoint.ts';
import { Turns } from './turns.ts';

/** A partition without news is looked at this often: what another process accepted is picked up then. */
const LOOK_MS = 200;
/**
 * After a commit of less than plenty, the next begins this much later, so that it finds more to do: a commit has a cost of its own, and a
 * customer's events that come together are folded together. What comes first after a silence is taken in at once.
 */
const GATHER_MS = 40;
const PLENTY = 250;
/** A process that projects a partition keeps it this long without a sign of life. */
const LEASE_MS = 2000;
/**
 * Partitions with a backlog that take a step at the same time. What a step reads and makes lives until its commit is written: the more of them are under way, the
 * more short-lived values every look of the garbage collector finds alive and has to move, and the less of them is near. The core is not idle while the store
 * writes: the store needs it. Where there is no backlog nobody waits: what is new is to be seen at once.
 */
const STEPS_AT_ONCE = 1;
/** Sums are checkpointed this often: all those of the days that were touched are written anew. */
const CHECKPOINT_MS = 30_000;
const WORST_BACKOFF_MS = 5000;
/** While the store is away it is looked at this often: the client knows without asking anybody, and what is new is to be seen as soon as it is back. */
const AWAY_MS = 200;

export interface ProjectionOptions {
  readonly redis: Redis;
  readonly partitions: number;
  /** which of them are projected here; default: all */
  readonly mine?: (partition: number) => boolean;
  readonly contexts: Contexts;
  /** how identifiers become people; default: the shipped rules */
  readonly rules?: Limits;
  readonly score: TextScorer;
  /** see the projector's option of this name */
  readonly prepare?: ProjectorOptions['prepare'];
  readonly log: Log;
  readonly clock: Clock;
  /** told after every commit: something may be new for those who follow the changes, and for the partitions that were sent messages */
  readonly onCommit?: (commit: Commit) => void;
  /** told of every step that failed, and once of a store that is away; it is begun again. With the code of the fault where it is a known one */
  readonly onFailure?: (code?: FaultCode) => void;
}

/** Runs a projector per partition until stopped. One process projects a partition at a time; the fence makes it right even when two try. */
export class Projection {
  readonly #o: ProjectionOptions;
  readonly #me = randomBytes(8).toString('hex');
  readonly #stop = new AbortController();
  readonly #wake = new Map<number, () => void>();
  readonly #news = new Set<number>();
  readonly #running: Promise<void>[] = [];
  readonly #turns = new Turns(STEPS_AT_ONCE);
  /** partitions whose sums are being stored or wait for it: one after the other */
  readonly #storing = new Set<number>();
  #stored: Promise<void> = Promise.resolve();

  constructor(options: ProjectionOptions) {
    this.#o = options;
  }

  start(): void {
    for (let partition = 0; partition < this.#o.partitions; partition++)
      if (this.#o.mine?.(partition) !== false) this.#running.push(this.#run(partition));
  }

  /** Says that partitions have something new, so that they need not wait for their next look. */
  wake(partitions: Iterable<number>): void {
    for (const partition of partitions) {
      this.#news.add(partition);
      this.#wake.get(partition)?.();
    }
  }

  /** Lets every commit under way finish, gives the partitions back. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.wake(this.#wake.keys());
    await Promise.all(this.#running);
    await this.#stored;
  }

  async #run(partition: number): Promise<void> {
    const { log } = this.#o;
    const projector = new PartitionProjector({ ...this.#o, partition, onCommit: (commit) => this.#committed(commit) });
    let hasMore = false;
    // By turns: what one partition's sums take is not to be felt in all of them at once.
    let checkpointAt = this.#o.clock() + CHECKPOINT_MS * (1 + partition / this.#o.partitions);
    let [failures, leaseUntil, seen] = [0, 0, 0];
    while (!this.#stop.signal.aborted) {
      try {
        // A clock that was put back would let the lease run out, and leave the sums unstored, until it has caught up.
        const now = this.#o.clock();
        if (now < seen) [leaseUntil, checkpointAt] = [0, Math.min(checkpointAt, now + CHECKPOINT_MS)];
        seen = now;
        if (this.#o.clock() > leaseUntil - LEASE_MS / 2) {
          if (!(await this.#lease(partition))) {
            projector.reset();
            await this.#wait(LEASE_MS / 4);
            continue;
          }
          leaseUntil = this.#o.clock() + LEASE_MS;
        }
        this.#news.delete(partition);
        const begun = performance.now();
        const done: number | 'held' = await (hasMore ? this.#turns.take(() => projector.step()) : projector.step());
        hasMore = done !== 'held' && done >= PLENTY;
        failures = 0;
        if (this.#o.clock() >= checkpointAt) {
          this.#store(partition);
          checkpointAt = this.#o.clock() + CHECKPOINT_MS;
        }
        if (done === 'held' || done === 0) await this.#rest(partition, LOOK_MS);
        else if (done < PLENTY) await this.#wait(GATHER_MS - (performance.now() - begun));
      } catch (error) {
        projector.reset();
        const code = knownFault(error)?.code;
        const isAway = code === 'store_unavailable';
        if (!isAway || failures === 0) {
          this.#o.onFailure?.(code);
          log.error({ partition, err: error }, 'projection failed; it begins again from the store');
        }
        await this.#wait(isAway ? AWAY_MS : Math.min(WORST_BACKOFF_MS, 100 * 2 ** failures));
        failures = isAway ? 1 : failures + 1;
      }
    }
    await projector.close();
    await this.#giveBack(partition).catch(() => undefined);
  }

  /** Has the sums stored beside the steps, which go on: nobody reads stored sums before the next start. */
  #store(partition: number): void {
    if (this.#storing.has(partition)) return;
    this.#storing.add(partition);
    this.#stored = this.#stored
      .then(async () => {
        if (!this.#stop.signal.aborted) await checkpointSums(this.#o.redis, partition);
      })
      .catch((error: unknown) =>
        this.#o.log.error({ partition, err: error }, 'the sums were not stored; the changes are kept until they are'),
      )
      .finally(() => this.#storing.delete(partition));
  }

  #committed(commit: Commit): void {
    this.wake(commit.told);
    this.#o.onCommit?.(commit);
  }

  async #lease(partition: number): Promise<boolean> {
    const { redis } = this.#o;
    const key = keys.owner(partition);
    const got = await redis.set(key, this.#me, { condition: 'NX', expiration: { type: 'PX', value: LEASE_MS } });
    if (got !== null) return true;
    if ((await redis.get(key)) !== this.#me) return false;
    await redis.pExpire(key, LEASE_MS);
    return true;
  }

  async #giveBack(partition: number): Promise<void> {
    const { redis } = this.#o;
    if ((await redis.get(keys.owner(partition))) === this.#me) await redis.del(keys.owner(partition));
  }

  /** Waits whatever is new: a store that is away refuses at once, and asking it again and again without a pause would keep the client from ever reconnecting. */
  async #wait(ms: number): Promise<void> {
    if (ms <= 0) return;
    await pause(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  /** Waits until something is new, or until it is time to look. */
  async #rest(partition: number, ms: number): Promise<void> {
    if (this.#news.has(partition) || this.#stop.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
      this.#wake.set(partition, done);
    });
    this.#wake.delete(partition);
  }
}
