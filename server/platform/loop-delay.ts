import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the thread looks at the clock, ms. */
const RESOLUTION_MS = 10;
const WINDOW_MS = 2000;

/** How long this thread keeps others waiting: by how much a timer of 10 ms comes late. What is measured, not what is hoped. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #timer: NodeJS.Timeout | undefined;
  #p99Ms = 0;

  /** 99 of 100 looks were at most this late in the last two seconds that are over, ms. */
  get p99Ms(): number {
    return this.#p99Ms;
  }

  start(): void {
    this.#histogram.enable();
    this.#timer = setInterval(() => this.#turn(), WINDOW_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  #turn(): void {
    // The histogram holds the time between two looks.
    this.#p99Ms = Math.max(0, Math.round(this.#histogram.percentile(99) / 1e6 - RESOLUTION_MS));
    this.#histogram.reset();
  }
}
