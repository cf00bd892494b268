import { untrack } from 'svelte';
import type { Patch, SubscribeAnswer, Subscription } from '#lib/contract/live.ts';
import type { Feed, Follow } from './feed.ts';
import { applyPatch } from './patch.ts';

type Snapshot = Extract<SubscribeAnswer, { ok: true }>;

/**
 * One view that keeps itself up to date: first paint from the page's load, then snapshot and patches from the feed.
 * A patch at or below the last sequence is dropped; a gap or another epoch asks for the whole view again, so nothing is ever counted from patches alone.
 */
export class LiveView<View extends object> {
  readonly #feed: Feed;
  #latest: View;
  #shown: View;
  #paused = $state(false);
  #missed = $state(0);
  #synced = $state(false);
  #opening = $state(false);
  /** when it was last told, by the tab's clock, ms; null while it is told, or follows nothing */
  #untoldSince: number | null = $state(null);
  #refusal = $state<string | null>(null);
  #follow: Follow | undefined;
  #room = '';
  #epoch = '';
  #sequence = 0;

  constructor(feed: Feed, initial: View) {
    this.#feed = feed;
    this.#latest = initial;
    this.#shown = $state.raw(initial);
  }

  /** What the page shows. */
  get data(): View {
    return this.#shown;
  }
  get paused(): boolean {
    return this.#paused;
  }
  /** Changes received but not shown, since the pause. */
  get missed(): number {
    return this.#missed;
  }
  /** true while what is held is the server's newest. */
  get synced(): boolean {
    return this.#synced;
  }
  /** For how long it has not been told of changes, ms; 0 while it is. Runs on by itself: read it with the pulse. */
  get untoldMs(): number {
    return this.#untoldSince === null ? 0 : performance.now() - this.#untoldSince;
  }
  /** true until the first snapshot has come: nothing that was there is lost. */
  get opening(): boolean {
    return this.#opening;
  }
  /** Why the server refuses this view; null while it does not. */
  get refusal(): string | null {
    return this.#refusal;
  }

  /** Shows `initial` and follows `request`; null stays with `initial` (a past instant does not move). Returns how to stop. */
  open(request: Subscription | null, initial: View): () => void {
    // Called from effects: what is read here (the pause) must not start them again.
    return untrack(() => this.#open(request, initial));
  }

  #open(request: Subscription | null, initial: View): () => void {
    this.#stop();
    this.#refusal = null;
    this.#paused = false;
    this.#put(initial);
    this.#missed = 0;
    this.#opening = request !== null;
    if (request) {
      this.#untoldSince = performance.now();
      this.#follow = this.#feed.follow(request, {
        snapshot: (answer) => this.#snapshot(answer),
        patch: (patch) => this.#patch(patch),
        refused: (_code, message) => this.#refuse(message),
        lost: () => this.#lose(),
      });
    }
    return () => this.#stop();
  }

  /** Stops or lets go on what is shown; receiving goes on meanwhile. */
  togglePause(): void {
    this.#paused = !this.#paused;
    this.#missed = 0;
    if (!this.#paused) this.#shown = this.#latest;
  }

  #stop(): void {
    this.#follow?.stop();
    this.#follow = undefined;
    this.#synced = false;
    this.#untoldSince = null;
    this.#room = '';
  }

  #snapshot(answer: Snapshot): void {
    this.#room = answer.room;
    this.#epoch = answer.epoch;
    this.#sequence = answer.seq;
    this.#synced = true;
    this.#untoldSince = null;
    this.#opening = false;
    this.#refusal = null;
    // The shape of a snapshot is fixed by the request it answers.
    this.#put(answer.data as View);
  }

  #patch(patch: Patch): void {
    if (patch.room !== this.#room || !this.#synced) return;
    if (patch.epoch !== this.#epoch || patch.seq > this.#sequence + 1) return this.#resynchronise();
    if (patch.seq <= this.#sequence) return;
    this.#sequence = patch.seq;
    this.#put(applyPatch(this.#latest, patch));
  }

  #refuse(message: string): void {
    this.#refusal = message;
    this.#lose();
  }

  #lose(): void {
    this.#synced = false;
    this.#untoldSince ??= performance.now();
  }

  #resynchronise(): void {
    this.#lose();
    this.#follow?.again();
  }

  #put(view: View): void {
    this.#latest = view;
    if (this.#paused) this.#missed += 1;
    else this.#shown = view;
  }
}
