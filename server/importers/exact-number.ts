/** A whole number written in so many digits may be more than a number of JavaScript can tell apart from its neighbours. */
const LONG = /\d{16}/;
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function losesDigits(text: string): boolean {
  const value = Number(text);
  return LONG.test(text) && Number.isInteger(value) && !Number.isSafeInteger(value);
}

/** A text as a number; the text itself where it is none, or where the number would lose digits: two long ids must not become one. */
export function exactNumber(text: string): number | string {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) || losesDigits(text) ? text : value;
}

/** Reads JSON; numbers that would lose digits become text. @throws SyntaxError */
export function parseExactly(json: string): unknown {
  if (!LONG.test(json)) return JSON.parse(json);
  return JSON.parse(json.replace(STRING_OR_NUMBER, (token) => (!token.startsWith('"') && losesDigits(token) ? `"${token}"` : token)));
}
