import { createContext, untrack } from 'svelte';

/**
 * What somebody has begun to write in this tab and has not sent yet. Whatever wants to take the page away, such as an incoming call, asks first.
 * A form says so with `askBeforeLeaving`.
 */
export class UnsavedWork {
  #held = $state(0);

  /** whether leaving the page now would lose something */
  get any(): boolean {
    return this.#held > 0;
  }

  /** Something is begun. @returns lets it go: it was sent, emptied, or the form is gone; a second call does nothing */
  hold(): () => void {
    let holding = true;
    untrack(() => this.#held++);
    return () => {
      if (!holding) return;
      holding = false;
      untrack(() => this.#held--);
    };
  }
}

/** The tab's unsaved work: set by the root layout. */
export const [getUnsavedWork, setUnsavedWork] = createContext<UnsavedWork>();
