/** A whole number written in so many digits may be more than a number of JavaScript can tell apart from its neighbours. */
const LONG = /\d{16}/;
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A number of more digits than any, such as 1e400, would become nothing at all. */
const HUGE = /[eE]\+?0*[1-9]\d{2}|\d{300}/;

function isLost(text: string): boolean {
  const value = Number(text);
  return !Number.isFinite(value) || (LONG.test(text) && Number.isInteger(value) && !Number.isSafeInteger(value));
}

/** A text as a number; the text itself where it is none, or where the number would lose digits: two long ids must not become one. */
export function exactNumber(text: string): number | string {
  return text.trim() === '' || isLost(text) ? text : Number(text);
}

/** Reads JSON; numbers that would lose digits become text. @throws SyntaxError */
export function parseExactly(json: string): unknown {
  if (!LONG.test(json) && !HUGE.test(json)) return JSON.parse(json);
  return JSON.parse(json.replace(STRING_OR_NUMBER, (token) => (!token.startsWith('"') && isLost(token) ? `"${token}"` : token)));
}
