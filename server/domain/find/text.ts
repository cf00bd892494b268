/** Letters that do not come apart into a plain letter and a mark. */
const PLAIN: Readonly<Record<string, string>> = { ß: 'ss', æ: 'a', œ: 'o', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' };
const SPECIAL = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'g');

/**
 * Text as names are compared: without case and accents, and without the `e` by which an umlaut is written where keyboards have none,
 * so that Müller, MULLER and Mueller are one.
 */
export function foldText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(SPECIAL, (letter) => PLAIN[letter] ?? letter)
    .replace(/([aou])e/g, '$1');
}

/** The words of a name, folded. An apostrophe does not part a word: O'Brien is one. */
export function wordsOf(name: string): readonly string[] {
  return foldText(name.replace(/['’‘`´]/g, ''))
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
