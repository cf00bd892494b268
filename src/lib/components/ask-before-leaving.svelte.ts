import { beforeNavigate } from '$app/navigation';
import { leaveUnsaved } from '#messages/shared.ts';
import { getUnsavedWork } from './unsaved-work.svelte.ts';

/** Keeps what is begun in a form from being lost: whoever wants to leave is asked first. Call it while the form is set up. */
export function askBeforeLeaving(begun: () => boolean): void {
  const unsaved = getUnsavedWork();
  $effect(() => (begun() ? unsaved.hold() : undefined));
  beforeNavigate((navigation) => {
    if (!begun()) return;
    // Leaving the page altogether is asked about by the browser itself.
    if (navigation.willUnload || !confirm(leaveUnsaved())) navigation.cancel();
  });
}
