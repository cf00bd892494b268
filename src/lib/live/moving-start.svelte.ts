import { untrack } from 'svelte';
import { readAgain } from '#lib/components/read-again.ts';
import { HOUR } from '#lib/contract/time.ts';
import { getLive } from './context.ts';

/** After the full hour, so that whoever reads again finds the new one; and so far apart at most that not all screens come at once. */
const AFTER_MS = 1000;
const SPREAD_MS = 4000;

/**
 * Moves the start of a named range on while its page lies open: "30 days" are counted back from now to the hour, as for whoever opens the page then.
 * To be called while a component is made.
 * @param start start and length of the range shown, ms; null while it stands still: a start of the reader's own, all there is, a past instant, a pause
 */
export function moveStart(start: () => { readonly from: number; readonly length: number } | null): void {
  const live = getLive();
  $effect(() => {
    const shown = start();
    if (shown === null) return;
    const now = untrack(() => live.serverNow(Date.now()));
    const wait = Math.max(0, shown.from + shown.length + HOUR - now) + AFTER_MS + Math.random() * SPREAD_MS;
    const timer = setTimeout(() => void readAgain('app:moving-start'), wait);
    return () => clearTimeout(timer);
  });
}
