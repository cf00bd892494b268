/** What a page offers to the chip in the frame. */
export interface Pausable {
  readonly paused: boolean;
  readonly missed: number;
  readonly synced: boolean;
  /** it waits for its first snapshot */
  readonly opening?: boolean;
  /** for how long it has not been told of changes, ms */
  readonly untoldMs?: number;
  togglePause(): void;
}

/** The page that is on: what the chip pauses, and whether it shows a past instant. */
export class Stage {
  #view = $state.raw<Pausable | null>(null);
  #pastAt = $state<number | null>(null);

  get view(): Pausable | null {
    return this.#view;
  }
  /** ms since 1970 where a past instant is shown; null where the page is live. */
  get pastAt(): number | null {
    return this.#pastAt;
  }

  /** Called by a page when it shows; returns how to leave. */
  enter(view: Pausable | null, pastAt: number | null): () => void {
    this.#view = view;
    this.#pastAt = pastAt;
    return () => {
      this.#view = null;
      this.#pastAt = null;
    };
  }
}
