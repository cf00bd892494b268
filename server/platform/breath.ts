import { setImmediate as nextTurn } from 'node:timers/promises';

/** Work at a stretch after which others in the thread get their turn, ms. */
const BREATH_MS = 4;

/** For long work in pieces: lets doors, pages and other work of the thread have their turn where enough was done since the last one. */
export class Breath {
  #begun = performance.now();

  /** Between two pieces. */
  async take(): Promise<void> {
    if (performance.now() - this.#begun < BREATH_MS) return;
    await nextTurn();
    this.#begun = performance.now();
  }
}
