/** Of a long text so much is shown at first. */
const SHOWN_LETTERS = 600;
const SHOWN_LINES = 10;
/** Folding away less than this would cost a press and save nothing. */
const LEAST_FOLDED = 200;
const LEAST_LINES_FOLDED = 4;
/** A word is not cut where one ends so close before. */
const LONGEST_WORD = 60;

/** Where a long text is cut, in UTF-16 units, so that its beginning can stand for it; null: it is short enough to be read as it is. */
export function foldAt(text: string): number | null {
  const byLines = endOfLine(text, SHOWN_LINES);
  const tooLong = text.length > SHOWN_LETTERS + LEAST_FOLDED;
  const tooManyLines = endOfLine(text, SHOWN_LINES + LEAST_LINES_FOLDED) < text.length;
  if (!tooLong && !tooManyLines) return null;
  if (byLines <= SHOWN_LETTERS) return byLines;
  const word = text.slice(0, SHOWN_LETTERS).search(/\s\S*$/);
  if (word >= SHOWN_LETTERS - LONGEST_WORD) return word;
  // A letter outside the basic plane has two units, which belong together.
  return text.codePointAt(SHOWN_LETTERS - 1) === text.charCodeAt(SHOWN_LETTERS - 1) ? SHOWN_LETTERS : SHOWN_LETTERS - 1;
}

/** Where the so-many-th line ends; the text's end where it has fewer. */
function endOfLine(text: string, lines: number): number {
  let end = -1;
  for (let line = 0; line < lines; line++) {
    end = text.indexOf('\n', end + 1);
    if (end < 0) return text.length;
  }
  return end;
}
