/** Where something was found in a text: from (inclusive) and to (exclusive), in UTF-16 units. */
export interface TextHit {
  readonly from: number;
  readonly to: number;
}

/** A text as it is searched in: without case and without accents. */
export function searchable(text: string): string {
  let folded = '';
  for (const letter of text) folded += foldLetter(letter);
  return folded;
}

/** Every place of the words in the text, in order, not overlapping; case and accents do not matter. Empty words are found nowhere. */
export function hitsIn(text: string, words: string): readonly TextHit[] {
  const wanted = searchable(words);
  if (wanted === '') return [];
  // Place in the text of each unit of the folded text, and where the letter it came from ends.
  const starts: number[] = [];
  const ends: number[] = [];
  let folded = '';
  let at = 0;
  for (const letter of text) {
    const plain = foldLetter(letter);
    for (let i = 0; i < plain.length; i++) {
      starts.push(at);
      ends.push(at + letter.length);
    }
    folded += plain;
    at += letter.length;
  }
  const hits: TextHit[] = [];
  for (let found = folded.indexOf(wanted); found >= 0; found = folded.indexOf(wanted, found + wanted.length)) {
    const hit = { from: starts[found] ?? 0, to: ends[found + wanted.length - 1] ?? text.length };
    // One letter can stand for several, as a ligature does: it is marked once.
    if (hit.from >= (hits.at(-1)?.to ?? 0)) hits.push(hit);
  }
  return hits;
}

function foldLetter(letter: string): string {
  const code = letter.charCodeAt(0);
  if (letter.length === 1 && code < 128) return code >= 65 && code <= 90 ? String.fromCharCode(code + 32) : letter;
  return letter.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
