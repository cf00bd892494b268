import { beforeNavigate } from '$app/navigation';
import { leaveUnsaved } from '#messages/shared.ts';
import { getUnsavedWork } from './unsaved-work.svelte.ts';

/**
 * Asks before a page, or the tab, is left and what was begun in it is lost; an incoming call leaves it alone too. To be called while a component is made.
 * @param begun whether there is something to lose
 * @param question what is asked, in the reader's language
 */
export function askBeforeLeaving(begun: () => boolean, question: () => string = leaveUnsaved): void {
  const unsaved = getUnsavedWork();
  $effect(() => (begun() ? unsaved.hold() : undefined));
  beforeNavigate((navigation) => {
    if (!begun()) return;
    // Of closing the tab and the like the browser asks by itself.
    if (navigation.willUnload || !confirm(question())) navigation.cancel();
  });
}
