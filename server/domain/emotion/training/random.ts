/** A sequence that looks random and is the same every time: a linear congruential generator (Numerical Recipes). */
export class Sequence {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 <= x < 1 */
  next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 4_294_967_296;
  }

  /** Shuffles in place (Fisher-Yates). */
  shuffle(list: number[]): void {
    for (let i = list.length - 1; i > 0; i--) {
      const j = Math.floor(this.next() * (i + 1));
      const held = list[i] ?? 0;
      list[i] = list[j] ?? 0;
      list[j] = held;
    }
  }
}
