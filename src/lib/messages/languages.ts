import languages from './languages.json';

/** A language of the pages, as its messages files are named. */
export type Language = keyof typeof languages;
/** What pages can be shown in: a language, or the pseudo-language of the tests, which is English with accents, in brackets and a third longer. */
export type Spoken = Language | typeof PSEUDO;

export const LANGUAGES: readonly Language[] = ['en', 'de'];
/** Never offered, only set by a test or a developer: words that were not taken from the messages stand out without brackets. */
export const PSEUDO = 'en-XA';

/** Whether a word names something that pages can be shown in. */
export function isSpoken(word: string | null | undefined): word is Spoken {
  return word === PSEUDO || LANGUAGES.some((language) => language === word);
}

/** What a language calls itself. */
export function ownName(language: Language): string {
  return languages[language].name;
}

/** The locale by which figures and dates are written (BCP 47). */
export function localeOf(spoken: Spoken): string {
  return languages[wordsOf(spoken)].locale;
}

/** Whose words are taken. */
export function wordsOf(spoken: Spoken): Language {
  return spoken === PSEUDO ? 'en' : spoken;
}

/**
 * The best of our languages for an Accept-Language header (RFC 9110, 12.5.4): by weight, then by place; `de-AT` is served by `de`. English where none is ours.
 */
export function accepted(header: string | null): Language {
  const wishes = (header ?? '').split(',').map((wish, place) => {
    const [range = '', ...parameters] = wish.trim().toLowerCase().split(';');
    const weight = parameters.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find((found) => found !== undefined);
    return { range: range.trim(), weight: weight === undefined ? 1 : Number(weight), place };
  });
  const best = wishes.filter((wish) => wish.weight > 0).sort((a, b) => b.weight - a.weight || a.place - b.place);
  for (const { range } of best) {
    const found = LANGUAGES.find((language) => range === language || range.startsWith(`${language}-`));
    if (found !== undefined) return found;
  }
  return 'en';
}
