import { createHash } from 'node:crypto';
import type { BatchAnswer, Door } from './door.ts';

/** One event on its way: its place in the sorted file, the row it was, the person it belongs to, and itself as JSON. */
export interface Parcel {
  readonly position: number;
  readonly row: number;
  readonly person: string;
  readonly json: string;
}

/** What is told of each batch that arrived. */
export type Delivered = (batch: readonly Parcel[], answer: BatchAnswer) => Promise<void> | void;

/** How much is sent at once. */
export interface LaneLimits {
  /** batches on their way at one time */
  readonly inFlight: number;
  /** events per batch */
  readonly events: number;
  /** bytes per batch, below what the door takes */
  readonly bytes: number;
}
const LANE_LIMITS: LaneLimits = { inFlight: 4, events: 500, bytes: 700_000 };

/** Sends parcels through several lanes. */
export interface Lanes {
  /** waits where the parcel's lane is full */
  put(parcel: Parcel): Promise<void>;
  /** everything before this position has arrived */
  arrived(): number;
  /** sends what is left and waits for it */
  finish(): Promise<void>;
  /** sends nothing more and waits for what is on its way; never throws */
  abandon(): Promise<void>;
}

class Lane {
  readonly #door: Door;
  readonly #limits: LaneLimits;
  readonly #delivered: Delivered;
  #filling: Parcel[] = [];
  #bytes = 0;
  #sending: readonly Parcel[] = [];
  #sent: Promise<void> = Promise.resolve();
  #failure: Error | undefined = undefined;

  constructor(door: Door, limits: LaneLimits, delivered: Delivered) {
    this.#door = door;
    this.#limits = limits;
    this.#delivered = delivered;
  }

  async put(parcel: Parcel): Promise<void> {
    const bytes = Buffer.byteLength(parcel.json) + 1;
    if (this.#filling.length > 0 && this.#bytes + bytes > this.#limits.bytes) await this.flush();
    this.#filling.push(parcel);
    this.#bytes += bytes;
    if (this.#filling.length >= this.#limits.events) await this.flush();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** One batch of a lane is on its way at a time: that keeps each person's events in order. */
  async flush(): Promise<void> {
    await this.#sent;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#filling.length === 0) return;
    const batch = this.#filling;
    this.#sending = batch;
    this.#filling = [];
    this.#bytes = 0;
    this.#sent = this.#send(batch);
  }

  async quiet(): Promise<void> {
    await this.#sent;
  }

  async settled(): Promise<void> {
    await this.#sent;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** position of the oldest parcel that has not arrived */
  oldest(): number {
    return this.#sending[0]?.position ?? this.#filling[0]?.position ?? Infinity;
  }

  async #send(batch: readonly Parcel[]): Promise<void> {
    try {
      const answer = await this.#door.send(batch.map((parcel) => parcel.json));
      this.#sending = [];
      await this.#delivered(batch, answer);
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    }
  }
}

/**
 * Lanes to the door. A person always takes the same lane and a lane sends one batch after the other, so that nobody's events overtake each other:
 * a late event costs the product far more than one in order.
 */
export function openLanes(door: Door, delivered: Delivered, limits: LaneLimits = LANE_LIMITS): Lanes {
  const lanes = Array.from({ length: limits.inFlight }, () => new Lane(door, limits, delivered));
  let put = 0;
  const laneOf = (person: string): Lane | undefined => lanes[createHash('sha1').update(person).digest().readUInt32BE(0) % lanes.length];
  return {
    async put(parcel) {
      // Until the lane has taken it, a parcel is in nobody's hands and must not count as arrived.
      put = parcel.position;
      await laneOf(parcel.person)?.put(parcel);
      put = parcel.position + 1;
    },
    arrived: () => Math.min(put, ...lanes.map((lane) => lane.oldest())),
    async finish() {
      for (const lane of lanes) await lane.flush();
      for (const lane of lanes) await lane.settled();
    },
    async abandon() {
      for (const lane of lanes) await lane.quiet();
    },
  };
}
