import { formats } from './formats.ts';
import { isSpoken, LANGUAGES, localeOf, PSEUDO, wordsOf, type Language, type Spoken } from './languages.ts';
import { pseudo } from './pseudo.ts';

/** A stretch of a message: plain, or marked by the name of its tag. */
export type Part<Tag extends string> = string | { readonly tag: Tag; readonly text: string };

/**
 * In which language words are taken: in a browser the document's, which can be changed without a reload because every message that is shown reads it;
 * on the server that of the request being answered. The one place of the pages that is shared by all of them, as `<html lang>` is.
 */
class Speech {
  #chosen = $state<Spoken>(ofDocument());
  #ofRequest: () => Spoken | undefined = () => undefined;

  get spoken(): Spoken {
    return this.#ofRequest() ?? this.#chosen;
  }

  choose(spoken: Spoken): void {
    this.#chosen = spoken;
  }

  /** For the server, which answers several people at a time. */
  follow(ofRequest: () => Spoken | undefined): void {
    this.#ofRequest = ofRequest;
  }
}

export const speech = new Speech();

/** What the server wrote into the page, so that the first words in the browser are those already there. */
function ofDocument(): Spoken {
  const language = typeof document === 'undefined' ? undefined : document.documentElement.lang;
  return isSpoken(language) ? language : 'en';
}

/** The full stop of a shortened unit, as in `3 Tg.`, which stands after a no-break space, is also that of the sentence. */
const TWO_STOPS = /(\u00a0\p{L}+\.)\.(?!\.)/gu;

type Variant<Text> = Text | (() => Text);

/** The variant of the chosen language; variants come in the order of LANGUAGES. Called by the compiled messages. */
export function say(...variants: readonly Variant<string>[]): string {
  const said = chosen(variants) ?? '';
  const text = said.includes('..') ? said.replace(TWO_STOPS, '$1') : said;
  return speech.spoken === PSEUDO ? pseudo(text) : text;
}

/** As `say`, for messages with marked parts. */
export function sayParts<Tag extends string>(...variants: readonly Variant<readonly Part<Tag>[]>[]): readonly Part<Tag>[] {
  const parts = chosen(variants) ?? [];
  if (speech.spoken !== PSEUDO) return parts;
  return parts.map((part) => (typeof part === 'string' ? pseudo(part) : { ...part, text: pseudo(part.text) }));
}

function chosen<Text extends string | readonly unknown[]>(variants: readonly Variant<Text>[]): Text | undefined {
  const variant = variants[LANGUAGES.indexOf(wordsOf(speech.spoken))];
  return typeof variant === 'function' ? variant() : variant;
}

/** A whole or broken number as the language writes it, with at most one decimal. */
export function number(language: Language, value: number): string {
  return formats.written(localeOf(language), value, 1);
}

/** The branch for a count: an exact one (`=0`) first, then that of the language's plural rules. */
export function plural<Text>(
  language: Language,
  value: number,
  offset: number,
  branches: Readonly<Record<string, () => Text>> & { readonly other: () => Text },
): Text {
  const exact = branches[`=${value}`];
  if (exact) return exact();
  return (branches[formats.plural(localeOf(language), value - offset)] ?? branches.other)();
}
