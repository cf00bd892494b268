import { beforeNavigate } from '$app/navigation';
import { getUnsavedWork } from './unsaved-work.svelte.ts';

/**
 * Asks before a page, or the tab, is left and what was begun in it is lost; an incoming call leaves it alone too. To be called while a component is made.
 * @param begun whether there is something to lose
 * @param question what is asked, in the reader's language
 */
export function askBeforeLeaving(begun: () => boolean, question: () => string): void {
  const unsaved = getUnsavedWork();
  $effect(() => (begun() ? unsaved.hold() : undefined));
  beforeNavigate((navigation) => {
    if (!begun()) return;
    // Of closing the tab and the like the browser asks by itself.
    if (navigation.type === 'leave' || !confirm(question())) navigation.cancel();
  });
}
