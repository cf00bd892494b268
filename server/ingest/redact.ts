/** What stands where a card number stood. */
export const REMOVED = '[card number removed]';

const SHORTEST = 13;
const LONGEST = 19;
/** Digits without a gap that are no number anybody works with, so a card may hide anywhere inside. */
const SUSPICIOUS = 24;
/** Characters between two digits that still leave them one number: "4111 - 1111". */
const LARGEST_GAP = 3;
const NO_DIGIT = 255;
const MATHEMATICAL_HIGH = 0xd835;
const MATHEMATICAL_LOW = 0xdfce;
const MATHEMATICAL_DIGITS = 50;

/** Spaces, dashes, dots, slashes, underscores, commas, and what cannot be seen. */
const SEPARATORS = /[\p{Zs}\p{Pd}\p{Cf}\t./_·•,]/u;

/** What a number of JSON is written with. */
const OF_NUMBER = /[-+.\deE]/;

/** Value of each UTF-16 unit as a decimal digit in any script; 255 for everything else. */
const DIGITS: Uint8Array = digitTable();
const GAPS: Uint8Array = gapTable();

/** Where a card number stands in a text, and what comes in its place; default: `REMOVED`. */
type Card = readonly [start: number, end: number, instead?: string];

/** Digits that follow each other with at most small gaps. */
interface Run {
  readonly digits: number[];
  readonly starts: number[];
  readonly ends: number[];
}

/**
 * Removes card numbers from text: 13 to 19 digits of any script, with or without separators, that begin as cards do and pass the Luhn check.
 * A number must begin and end where a group of digits does, so that order and parcel numbers survive (those have up to 20 digits): in longer groups
 * than cards have it need only begin there, and groups of 24 digits and more are searched anywhere.
 * One pass, linear in the length; running it again changes nothing.
 */
export function redactText(text: string): string {
  return replaced(text, cardsIn(text));
}

/**
 * The same for a JSON text, which stays one: where a number holds a card number, all of it becomes a text, and a character written as an escape
 * goes whole. What is no JSON loses its card numbers too.
 */
export function redactJson(text: string): string {
  return replaced(text, wholeTokens(text, cardsIn(text)));
}

/** Card numbers widened to the parts of a JSON text that would be broken without them. */
function wholeTokens(text: string, cards: readonly Card[]): readonly Card[] {
  const whole: Card[] = [];
  let at = 0;
  let quoted = false;
  for (const [start, end] of cards) {
    let from = start;
    for (let width = 1; at < start; at += width) {
      width = quoted && text[at] === '\\' ? (text[at + 1] === 'u' ? 6 : 2) : 1;
      if (text[at] === '"') quoted = !quoted;
      if (at + width > start) from = at;
    }
    at = Math.max(at, end);
    if (quoted) whole.push([from, end]);
    else if (start >= (whole.at(-1)?.[1] ?? 0)) whole.push([numberStart(text, start), numberEnd(text, end), `"${REMOVED}"`]);
  }
  return whole;
}

function numberStart(text: string, from: number): number {
  let start = from;
  while (start > 0 && OF_NUMBER.test(text.charAt(start - 1))) start--;
  return start;
}

function numberEnd(text: string, from: number): number {
  let end = from;
  while (OF_NUMBER.test(text.charAt(end))) end++;
  return end;
}

/** The places of card numbers in a text, in order. */
function cardsIn(text: string): readonly Card[] {
  const found: Card[] = [];
  if (!mayHoldCard(text)) return found;
  let at = 0;
  while (at < text.length) {
    if (digitAt(text, at) === NO_DIGIT) at++;
    else {
      const run = readRun(text, at);
      findCards(run, found);
      at = run.ends.at(-1) ?? at + 1;
    }
  }
  return found;
}

/**
 * Removes card numbers from every string, number and key of a JSON value, and drops `__proto__` keys, which would change the copies others make.
 * @param value JSON of bounded depth
 * @returns the same value where nothing had to change
 */
export function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'number') return redactNumber(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return redactArray(value);
  return isRecord(value) ? redactRecord(value) : value;
}

/** Like `redactValue`, for a record of attributes. */
export function redactRecord(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const keys = Object.keys(record);
  let copy: [string, unknown][] | undefined;
  for (const [index, key] of keys.entries()) {
    const value = record[key];
    const cleanKey = redactText(key);
    const cleanValue = redactValue(value);
    if (copy === undefined && (cleanKey !== key || cleanValue !== value || key === '__proto__'))
      copy = keys.slice(0, index).map((earlier) => [earlier, record[earlier]]);
    if (key !== '__proto__') copy?.push([cleanKey, cleanValue]);
  }
  return copy === undefined ? record : Object.fromEntries(copy);
}

function isRecord(value: object): value is Readonly<Record<string, unknown>> {
  return !Array.isArray(value);
}

function redactArray(values: readonly unknown[]): readonly unknown[] {
  const clean = values.map(redactValue);
  return clean.some((value, index) => value !== values[index]) ? clean : values;
}

/** Numbers that are exact enough to be a card's: those from 2^53 on were rounded, yet 16 digits of them can still be read. */
function redactNumber(value: number): number | string {
  if (value < 1e12 || value >= 1e19 || !Number.isInteger(value)) return value;
  const digits = Array.from(BigInt(value).toString(), Number);
  return isCard(digits, 0, digits.length) ? REMOVED : value;
}

function mayHoldCard(text: string): boolean {
  if (text.length < SHORTEST) return false;
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((DIGITS[code] !== NO_DIGIT || code === MATHEMATICAL_HIGH) && ++digits === SHORTEST) return true;
  }
  return false;
}

function readRun(text: string, from: number): Run {
  const run: Run = { digits: [], starts: [], ends: [] };
  let gap = 0;
  for (let at = from; at < text.length && gap <= LARGEST_GAP;) {
    const digit = digitAt(text, at);
    if (digit === NO_DIGIT) {
      if (GAPS[text.charCodeAt(at)] === 0) break;
      gap++;
      at++;
      continue;
    }
    const width = text.charCodeAt(at) === MATHEMATICAL_HIGH ? 2 : 1;
    run.digits.push(digit);
    run.starts.push(at);
    run.ends.push(at + width);
    gap = 0;
    at += width;
  }
  return run;
}

function findCards(run: Run, found: Card[]): void {
  const { digits, starts, ends } = run;
  const groups = groupLengths(starts, ends);
  let afterCard = true;
  for (let from = 0; from + SHORTEST <= digits.length;) {
    const group = groups[from] ?? 0;
    const opens = afterCard || ends[from - 1] !== starts[from];
    const length: number = opens || group >= SUSPICIOUS ? cardAt(run, from, group > LONGEST) : 0;
    const [start, end] = [starts[from], ends[from + length - 1]];
    if (length > 0 && start !== undefined && end !== undefined) found.push([start, end]);
    afterCard = length > 0;
    from += Math.max(1, length);
  }
}

/** Length of the longest card number that begins here and ends where a group ends, or anywhere in a long one; 0 where there is none. */
function cardAt({ digits, starts, ends }: Run, from: number, long: boolean): number {
  for (let length = Math.min(LONGEST, digits.length - from); length >= SHORTEST; length--) {
    const closes = from + length === digits.length || ends[from + length - 1] !== starts[from + length];
    if ((closes || long) && isCard(digits, from, length)) return length;
  }
  return 0;
}

/** For each digit, the number of digits in its unbroken group. */
function groupLengths(starts: readonly number[], ends: readonly number[]): readonly number[] {
  const lengths: number[] = new Array<number>(starts.length).fill(0);
  for (let from = 0; from < starts.length;) {
    let to = from + 1;
    while (to < starts.length && ends[to - 1] === starts[to]) to++;
    lengths.fill(to - from, from, to);
    from = to;
  }
  return lengths;
}

/** Whether these digits begin as a card of that length does and pass the Luhn check. */
function isCard(digits: readonly number[], from: number, length: number): boolean {
  if (length > LONGEST || !issuedLength(digits, from, length)) return false;
  let sum = 0;
  for (let back = 0; back < length; back++) {
    const digit = digits[from + length - 1 - back] ?? 0;
    const weighted = back % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}

/** Whether some network issues cards of this length under this beginning. */
function issuedLength(digits: readonly number[], from: number, length: number): boolean {
  let lead = 0;
  for (let at = 0; at < 4; at++) lead = lead * 10 + (digits[from + at] ?? 0);
  const two = Math.floor(lead / 100);
  if (two >= 40 && two <= 49) return length === 13 || length === 16 || length === 18 || length === 19;
  if ((two >= 51 && two <= 55) || (lead >= 2221 && lead <= 2720)) return length === 16;
  if (two === 34 || two === 37) return length === 15;
  if (two === 36 || two === 38 || two === 39 || (lead >= 3000 && lead <= 3059) || lead === 3095) return length >= 14;
  if (
    two === 35 ||
    two === 60 ||
    two === 62 ||
    two === 64 ||
    two === 65 ||
    (lead >= 8100 && lead <= 8171) ||
    (lead >= 2200 && lead <= 2204)
  )
    return length >= 16;
  return two === 50 || (two >= 56 && two <= 69) ? length >= 13 : false;
}

function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code !== MATHEMATICAL_HIGH) return DIGITS[code] ?? NO_DIGIT;
  const low = text.charCodeAt(at + 1) - MATHEMATICAL_LOW;
  return low >= 0 && low < MATHEMATICAL_DIGITS ? low % 10 : NO_DIGIT;
}

function replaced(text: string, found: readonly Card[]): string {
  if (found.length === 0) return text;
  const parts: string[] = [];
  let copied = 0;
  for (const [start, end, instead = REMOVED] of found) {
    parts.push(text.slice(copied, start), instead);
    copied = end;
  }
  parts.push(text.slice(copied));
  return parts.join('');
}

/** Decimal digits come in rows of ten, zero first, in every script. */
function digitTable(): Uint8Array {
  const table = new Uint8Array(65_536).fill(NO_DIGIT);
  const isDigit = /\p{Nd}/u;
  for (let code = 0x30; code < 65_536; code++) {
    if (!isDigit.test(String.fromCharCode(code))) continue;
    for (let digit = 0; digit < 10; digit++) table[code + digit] = digit;
    code += 9;
  }
  return table;
}

function gapTable(): Uint8Array {
  const table = new Uint8Array(65_536);
  for (let code = 0; code < 65_536; code++) if (SEPARATORS.test(String.fromCharCode(code))) table[code] = 1;
  return table;
}
