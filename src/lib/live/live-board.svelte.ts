import { untrack } from 'svelte';
import type { Subscription } from '#lib/contract/live.ts';
import { getLive, getStage } from './context.ts';
import { LiveView } from './live-view.svelte.ts';

/** What a component shows of the server. */
export interface Shown<View> {
  /** null: a past instant, which does not move */
  readonly request: Subscription | null;
  /** as it came with the page */
  readonly initial: View;
}

/** Follows a view while its component is there. To be called while a component is made. */
export function liveView<View extends object>(shown: () => Shown<View>): LiveView<View> {
  const view = new LiveView<View>(
    getLive(),
    untrack(() => shown().initial),
  );
  $effect(() => {
    const { request, initial } = shown();
    return view.open(request, initial);
  });
  return view;
}

/** The same for what a page is about: the chip in the frame speaks of it and pauses it. */
export function liveBoard<View extends { readonly position: { readonly at: number } }>(shown: () => Shown<View>): LiveView<View> {
  const stage = getStage();
  const board = liveView(shown);
  $effect(() => {
    const { request, initial } = shown();
    return stage.enter(board, request === null ? initial.position.at : null);
  });
  return board;
}
