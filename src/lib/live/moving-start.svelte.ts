import { untrack } from 'svelte';
import { readAgain } from '#lib/components/read-again.ts';
import { MINUTE } from '#lib/contract/time.ts';
import { getLive } from './context.ts';
import { movesIn } from './named-range.ts';
import type { NamedRange } from './named-range.ts';

/** After the full hour, so that whoever reads again finds the new start; and so far apart at most that not all screens come at once. */
const AFTER_MS = 1000;
const SPREAD_MS = 4000;

/**
 * Moves the start of a named range on while its page lies open: "30 days" are counted back from now, as for whoever opens the page then.
 * To be called while a component is made.
 * @param shown null while the start stands still: a start of the reader's own, all there is, a past instant, a pause
 */
export function moveStart(shown: () => NamedRange | null): void {
  const live = getLive();
  let before: number | undefined;
  $effect(() => {
    const range = shown();
    if (range === null) return;
    const due = movesIn(
      range,
      untrack(() => live.serverNow(Date.now())),
    );
    // Where this machine's clock is ahead of a server that it does not hear, the start read again is the same one.
    const wait = range.from === before ? Math.max(MINUTE, due) : due;
    before = range.from;
    const timer = setTimeout(() => void readAgain('app:moving-start'), wait + AFTER_MS + Math.random() * SPREAD_MS);
    return () => clearTimeout(timer);
  });
}
