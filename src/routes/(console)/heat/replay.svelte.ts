import { MINUTE } from '#lib/contract/time.ts';

/** Minutes that go by in one step of a replay; one step a second. */
export const PACES = [1, 5, 15, 60] as const;
export type Pace = (typeof PACES)[number];

/** Between the beginnings of two steps, ms; a step that takes longer is waited for. */
const BEAT_MS = 1_000;

export interface ReplayOptions {
  /** the instant that is shown; undefined: now */
  readonly at: () => number | undefined;
  /** the server's clock */
  readonly now: () => number;
  /** shows an instant, or now; resolves when it is shown */
  readonly show: (to: number | undefined) => Promise<void>;
}

/** Lets the past go by, one step after the other, until it has become the present. */
export class Replay {
  readonly #o: ReplayOptions;
  #playing = $state(false);
  #pace = $state<Pace>(5);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ReplayOptions) {
    this.#o = options;
  }

  get playing(): boolean {
    return this.#playing;
  }
  get pace(): Pace {
    return this.#pace;
  }
  set pace(pace: Pace) {
    this.#pace = pace;
  }

  /** Plays from the instant that is shown, or from an hour ago. */
  play(): void {
    if (this.#playing) return;
    this.#playing = true;
    void this.#go(this.#o.at() === undefined ? -60 : this.#pace);
  }

  pause(): void {
    this.#playing = false;
    clearTimeout(this.#timer);
  }

  toggle(): void {
    if (this.#playing) this.pause();
    else this.play();
  }

  /** One step back (-1) or forth (1), and stays there. */
  async step(way: -1 | 1): Promise<void> {
    this.pause();
    await this.#show(way * this.#pace);
  }

  /** Back to now. */
  async live(): Promise<void> {
    this.pause();
    await this.#o.show(undefined);
  }

  async #go(minutes: number): Promise<void> {
    const begun = performance.now();
    await this.#show(minutes);
    if (!this.#playing) return;
    if (this.#o.at() === undefined) return this.pause();
    this.#timer = setTimeout(() => void this.#go(this.#pace), Math.max(0, BEAT_MS - (performance.now() - begun)));
  }

  /** Whole minutes: the product knows the past to the minute. */
  async #show(minutes: number): Promise<void> {
    const now = this.#o.now();
    const next = Math.floor((this.#o.at() ?? now) / MINUTE) * MINUTE + minutes * MINUTE;
    await this.#o.show(next >= now - MINUTE ? undefined : next);
  }
}
