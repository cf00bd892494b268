/** Where one element of an array stands in a JSON text. */
export interface Span {
  readonly start: number;
  /** position after the last character */
  readonly end: number;
  /** levels of nesting inside, 0 for a scalar */
  readonly depth: number;
}

/** What one pass over a JSON text tells, before anybody parses it. */
export interface Scan {
  /** deepest level of nesting */
  readonly depth: number;
  /** elements of the arrays that open at the asked level */
  readonly spans: readonly Span[];
  /** every string and bracket was closed and nothing followed the value; says nothing else about validity */
  readonly closed: boolean;
  /** a number is written in so many digits, or with such an exponent, that it may lose some as a number of JavaScript */
  readonly long: boolean;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const ZERO = 0x30;
const NINE = 0x39;
const PLUS = 0x2b;
const SMALL_E = 0x65;
const LARGE_E = 0x45;
/** So many digits are exact, or in an exponent far from the largest number. */
const EXACT_DIGITS = 15;
const SMALL_EXPONENT = 2;

/**
 * Walks once over a JSON text, without recursion, so that nesting is known before a parser or serialiser meets it.
 * @param level depth of the arrays whose elements are wanted: 1 for `[e, e]`, 2 for `{"batch": [e, e]}`
 */
export function scanJson(text: string, level: number): Scan {
  const spans: Span[] = [];
  let depth = 0;
  let deepest = 0;
  let inside = 0;
  let start = -1;
  let long = false;
  let finishedAt = -1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      if (at === -1) return { depth: deepest, spans, closed: false, long };
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      depth++;
      if (depth > deepest) deepest = depth;
      if (depth === level && code === OPEN_ARRAY) {
        start = at + 1;
        inside = 0;
      } else if (depth - level > inside) inside = depth - level;
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      if (depth === level && start !== -1) {
        pushSpan(spans, { start, end: at, depth: inside }, text);
        start = -1;
      }
      depth--;
      if (depth < 0) return { depth: deepest, spans, closed: false, long };
      if (depth === 0) {
        finishedAt = at + 1;
        break;
      }
    } else if (code === COMMA && depth === level && start !== -1) {
      spans.push({ start, end: at, depth: inside });
      start = at + 1;
      inside = 0;
    } else if (code >= ZERO && code <= NINE) {
      const end = endOfDigits(text, at);
      long ||= end - at > (isExponent(text, at) ? SMALL_EXPONENT : EXACT_DIGITS);
      at = end - 1;
    }
  }
  return { depth: deepest, spans, closed: depth === 0 && (finishedAt === -1 || isBlank(text, finishedAt)), long };
}

/** The last span of an array; an empty array has none. */
function pushSpan(spans: Span[], span: Span, text: string): void {
  const previous = spans.at(-1);
  const isFirst = previous === undefined || previous.end !== span.start - 1;
  if (!isFirst || !isBlank(text.slice(span.start, span.end), 0)) spans.push(span);
}

function endOfDigits(text: string, from: number): number {
  let end = from + 1;
  for (let code = text.charCodeAt(end); code >= ZERO && code <= NINE; code = text.charCodeAt(end)) end++;
  return end;
}

function isExponent(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  return before === SMALL_E || before === LARGE_E || before === PLUS;
}

function endOfString(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at++;
  }
  return -1;
}

/** Whether only JSON's white space stands from a position on. */
export function isBlank(text: string, from: number): boolean {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return false;
  }
  return true;
}
