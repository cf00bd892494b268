/** A seeded source of chance: the same seed gives the same numbers, on every machine. */
export class Chance {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed whole number; `stream` tells independent sequences of one seed apart */
  constructor(seed: number, stream: number) {
    this.#a = seed >>> 0;
    this.#b = stream >>> 0;
    this.#c = (seed ^ 0x9e3779b9) >>> 0;
    this.#d = 1;
    for (let i = 0; i < 15; i++) this.next();
  }

  /** Evenly spread in [0, 1). Small fast counter generator (sfc32), period at least 2^32. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  /** True with probability `p`. */
  happens(p: number): boolean {
    return this.next() < p;
  }

  /** Evenly spread between two numbers. */
  between(from: number, to: number): number {
    return from + (to - from) * this.next();
  }

  /** A whole number in [0, below). */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** One of a list, each as likely. @throws RangeError for an empty list */
  pick<T>(list: readonly T[]): T {
    const one = list[this.below(list.length)];
    if (one === undefined) throw new RangeError('nothing to pick from');
    return one;
  }

  /** One of a list of [thing, weight]. @throws RangeError for an empty list */
  weighted<T>(list: readonly (readonly [thing: T, weight: number])[]): T {
    let left = this.next() * list.reduce((sum, entry) => sum + entry[1], 0);
    let last: T | undefined;
    for (const [thing, weight] of list) {
      last = thing;
      left -= weight;
      if (left < 0) return thing;
    }
    if (last === undefined) throw new RangeError('nothing to weigh');
    return last;
  }

  /** Time to the next of events that come at random, with this mean. */
  wait(mean: number): number {
    return -Math.log(1 - this.next()) * mean;
  }

  /** Skewed to the right, as durations are: half below the median; `spread` is the deviation of the logarithm. */
  around(median: number, spread: number): number {
    return median * Math.exp(spread * this.normal());
  }

  /** Standard normal, by the sum of six even numbers: no tail beyond 4.2. */
  normal(): number {
    let sum = -3;
    for (let i = 0; i < 6; i++) sum += this.next();
    return sum * Math.SQRT2;
  }
}
