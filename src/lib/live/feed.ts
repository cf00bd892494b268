import type { Patch, SubscribeAnswer, Subscription } from '#lib/contract/live.ts';

/** What a follower of one view is told. */
export interface Listener {
  /** The whole view: after every (re)subscription. */
  snapshot(answer: Extract<SubscribeAnswer, { ok: true }>): void;
  patch(patch: Patch): void;
  refused(code: string, message: string): void;
  /** The connection is gone; a snapshot will follow when it is back. */
  lost(): void;
}

/** A running subscription. */
export interface Follow {
  /** Ask for the whole view again: after a gap. */
  again(): void;
  stop(): void;
}

/** Where live views come from: the socket, or a test. */
export interface Feed {
  follow(request: Subscription, listener: Listener): Follow;
}
