import { setTimeout as pause } from 'node:timers/promises';
import { ASSOCIATION_WINDOWS } from '#lib/contract/index.ts';
import type { AssociationView, AssociationWindow, Position } from '#lib/contract/index.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import type { FoldContext } from '#server/domain/customer/applying.ts';
import { DAY, HOUR, MINUTE, minuteOf } from '#server/domain/kernel/time.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import { gatherPassages } from '#server/projector/passages.ts';
import type { Passages } from '#server/projector/passages.ts';
import type { Redis } from '#server/redis/client.ts';
import { restOf } from './pace.ts';

/** Cases of so long are looked at: opened by when the window began, so that each has had at least that. */
const BACK_MS = 28 * DAY;
/** What is live is read anew this often, when somebody asks: it costs a fold of everybody's events. */
const AGAIN_MS = 10 * MINUTE;
/** Older than this, a live reading is not shown any more. */
const SHOWN_MS = HOUR;
/** A reading that nobody has asked for in so long is given up. */
const UNASKED_MS = MINUTE;
/** Finished readings kept: those used last, the live ones apart. With its cases one is some 15 MB. */
const MOST_KEPT = { live: 8, past: 4 } as const;
/** Past positions that wait for their turn. Of what is live, each version of a journey can wait once for each window. */
const MOST_WAITING = 8;
/** Past positions that are begun in so long at most: whoever goes through them one by one does not keep the process at it. */
const MOST_PAST = { count: 12, within: 10 * MINUTE } as const;
/** What failed does not begin again for so long. */
const FAILED_MS = 10_000;

export interface ReadingsOptions {
  readonly redis: Redis;
  readonly partitions: number;
  readonly clock: Clock;
  readonly log: Log;
  /** what customers are folded under now */
  readonly context: () => FoldContext;
  /** age of the oldest accepted event that is not counted yet, ms */
  readonly lagMs: () => number;
}

/** What is read: a version of a journey, for a window, at a position. */
export interface Asked {
  readonly blueprint: Blueprint;
  readonly window: AssociationWindow;
  readonly position: Position;
}

/** A reading, from when it is asked for. */
export interface Reading extends Asked {
  readonly until: number;
  readonly progress: { done: number; of: number };
  /** true: it is there; false: it was given up. @throws whatever it failed for */
  readonly ended: Promise<boolean>;
  readonly end: (isThere: boolean) => void;
  readonly fail: (fault: unknown) => void;
  readonly stopping: AbortController;
  /** by stage asked for; '' where none is */
  readonly views: Map<string, Promise<AssociationView>>;
  askedAt: number;
  passages: Passages | undefined;
}

/** What there is of what was asked for, and what is on its way. */
export interface Found {
  readonly there?: Reading | undefined;
  /** absent: what is there is new enough, or there is no place in the queue yet */
  readonly coming?: Reading | undefined;
  /** why there is nothing, where it failed just now */
  readonly failed?: unknown;
}

/** Whether two ask for the same; of what is live, the newest answers both. */
function isSame(a: Asked, b: Asked): boolean {
  const { position } = b;
  if (a.blueprint !== b.blueprint || a.window !== b.window || a.position.live !== position.live) return false;
  return position.live || a.position.at === position.at;
}

const newest = (readings: readonly Reading[]): Reading | undefined =>
  readings.reduce<Reading | undefined>((last, one) => (last === undefined || one.position.at >= last.position.at ? one : last), undefined);

function without<T>(list: readonly T[], one: T): T[] {
  return list.filter((other) => other !== one);
}

function begin(asked: Asked, askedAt: number): Reading {
  let [end, fail]: [Reading['end'], Reading['fail']] = [() => undefined, () => undefined];
  const ended = new Promise<boolean>((resolve, reject) => ([end, fail] = [resolve, reject]));
  // Nobody may be waiting for it when it fails.
  ended.catch(() => undefined);
  const until = asked.position.at - ASSOCIATION_WINDOWS[asked.window];
  const progress = { done: 0, of: 0 };
  return { ...asked, until, progress, ended, end, fail, stopping: new AbortController(), views: new Map(), askedAt, passages: undefined };
}

/** Reads everybody's passages in the background, one reading at a time, and keeps the last ones. */
export class Readings {
  readonly #o: ReadingsOptions;
  #waiting: readonly Reading[] = [];
  #running: Reading | undefined;
  /** the one used last is last */
  #kept: readonly Reading[] = [];
  #failures: readonly { readonly of: Asked; readonly fault: unknown; readonly at: number }[] = [];
  /** when past positions were begun */
  #begun: readonly number[] = [];
  #isStopped = false;

  constructor(options: ReadingsOptions) {
    this.#o = options;
  }

  /** What there is; begins what is missing or getting old. */
  find(asked: Asked): Found {
    const { at, live } = asked.position;
    const own = newest(this.#kept.filter((one) => isSame(one, asked)));
    const there = own !== undefined && (!live || at - own.position.at < SHOWN_MS) ? own : undefined;
    if (there !== undefined) this.used(there);
    if (there !== undefined && (!live || at - there.position.at < AGAIN_MS)) return { there };
    const failure = this.#failures.find(({ of, at: failedAt }) => isSame(of, asked) && this.#o.clock() - failedAt < FAILED_MS);
    if (failure !== undefined) return { there, failed: failure.fault };
    const coming = this.#ask(asked);
    this.#next();
    return { there, coming };
  }

  /** The finished readings that are kept. */
  get kept(): readonly Reading[] {
    return this.#kept;
  }

  /** Notes that a reading that is kept was of use. */
  used(reading: Reading): void {
    if (this.#kept.includes(reading)) this.#kept = [...without(this.#kept, reading), reading];
  }

  /** Gives up what waits and what is being read. */
  stop(): void {
    this.#isStopped = true;
    for (const one of this.#waiting) one.end(false);
    this.#waiting = [];
    this.#running?.stopping.abort();
  }

  #ask(asked: Asked): Reading | undefined {
    const known = [...this.#waiting, ...(this.#running === undefined ? [] : [this.#running])].find((one) => isSame(one, asked));
    if (known !== undefined) {
      known.askedAt = this.#o.clock();
      return known;
    }
    this.#giveUpUnasked();
    const isFull = !asked.position.live && this.#waiting.filter(({ position }) => !position.live).length >= MOST_WAITING;
    if (isFull || this.#isStopped) return undefined;
    const reading = begin(asked, this.#o.clock());
    this.#waiting = [...this.#waiting, reading];
    return reading;
  }

  #isUnasked(reading: Reading): boolean {
    return this.#o.clock() - reading.askedAt >= UNASKED_MS;
  }

  #giveUpUnasked(): void {
    const unasked = this.#waiting.filter((one) => this.#isUnasked(one));
    for (const one of unasked) one.end(false);
    this.#waiting = this.#waiting.filter((one) => !unasked.includes(one));
  }

  /** Begins the next reading, where none is made: what is live goes first. */
  #next(): void {
    if (this.#running !== undefined || this.#isStopped) return;
    this.#giveUpUnasked();
    const now = this.#o.clock();
    this.#begun = this.#begun.filter((at) => now - at < MOST_PAST.within);
    const mayBePast = this.#begun.length < MOST_PAST.count;
    const next = this.#waiting.find(({ position }) => position.live) ?? (mayBePast ? this.#waiting[0] : undefined);
    if (next === undefined) return;
    if (!next.position.live) this.#begun = [...this.#begun, now];
    this.#waiting = without(this.#waiting, next);
    this.#running = next;
    void this.#make(next);
  }

  async #make(reading: Reading): Promise<void> {
    try {
      reading.passages = await this.#gather(reading);
      this.#keep(reading);
      reading.end(true);
    } catch (fault) {
      if (reading.stopping.signal.aborted) reading.end(false);
      else this.#fails(reading, fault);
    }
    this.#running = undefined;
    this.#next();
  }

  async #gather(reading: Reading): Promise<Passages> {
    const { redis, partitions, context, lagMs, log } = this.#o;
    const { blueprint, position, until, stopping } = reading;
    const { signal } = stopping;
    const passages = await gatherPassages(
      {
        ...{ redis, partitions, blueprint, at: minuteOf(position.at), position: position.at, context: context(), signal },
        rest: (workedMs) => pause(restOf({ workedMs, lagMs: lagMs() }), undefined, { signal }),
        onProgress: (done, of) => {
          Object.assign(reading.progress, { done, of });
          if (this.#isUnasked(reading)) stopping.abort();
        },
      },
      { from: until - BACK_MS, until },
    );
    if (passages.unreadable > 0)
      log.warn(
        { journey: blueprint.journey, count: passages.unreadable },
        'what goes together: somebody could not be read and is left out',
      );
    return passages;
  }

  #fails(reading: Reading, fault: unknown): void {
    const { blueprint, window } = reading;
    this.#o.log.error(
      { err: fault, journey: blueprint.journey, version: blueprint.version, window },
      'what goes together could not be read',
    );
    const at = this.#o.clock();
    this.#failures = [...this.#failures.filter((one) => at - one.at < FAILED_MS), { of: reading, fault, at }];
    reading.fail(fault);
  }

  #keep(reading: Reading): void {
    const { live } = reading.position;
    this.#kept = [...this.#kept, reading];
    const own = this.#kept.filter(({ position }) => position.live === live);
    if (own.length <= (live ? MOST_KEPT.live : MOST_KEPT.past)) return;
    // What a newer one has taken the place of goes first: only lists that were opened before still need it.
    const least = own.find((one) => own.some((other) => isSame(one, other) && other.position.at > one.position.at)) ?? own[0];
    this.#kept = this.#kept.filter((one) => one !== least);
  }
}
