import { createContext } from 'svelte';
import { speech } from '#lib/messages/say.svelte.ts';
import type { Spoken } from '#lib/messages/languages.ts';
import type { Side } from './format.ts';

export type Theme = 'system' | 'light' | 'dark';
export const THEMES = ['system', 'light', 'dark'] as const satisfies readonly Theme[];

/** What a reader has chosen for this browser. Kept in cookies, so that the first paint already follows it. */
export class Preferences {
  #side: Side;
  #theme: Theme;
  #keys: boolean;

  constructor(initial: { readonly side: Side; readonly theme: Theme; readonly keys: boolean }) {
    this.#side = $state(initial.side);
    this.#theme = $state(initial.theme);
    this.#keys = $state(initial.keys);
  }

  /** Whose names for stages are shown. */
  get side(): Side {
    return this.#side;
  }
  get theme(): Theme {
    return this.#theme;
  }
  /** Whether single-key shortcuts are on (WCAG 2.1.4 wants them to have a switch). */
  get keys(): boolean {
    return this.#keys;
  }

  showNames(side: Side): void {
    this.#side = side;
    keep('names', side);
  }

  useTheme(theme: Theme): void {
    this.#theme = theme;
    document.documentElement.dataset['theme'] = theme;
    keep('theme', theme);
  }

  /** Everything that is shown follows at once; the server follows from the next page on. */
  useLanguage(language: Spoken): void {
    speech.choose(language);
    document.documentElement.lang = language;
    keep('language', language);
  }

  useKeys(on: boolean): void {
    this.#keys = on;
    keep('keys', on ? 'on' : 'off');
  }
}

/** The reader's choices: set by the root layout. */
export const [getPreferences, setPreferences] = createContext<Preferences>();

function keep(name: string, value: string): void {
  document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax`;
}
