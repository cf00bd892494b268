import { parseExactly } from '#lib/contract/exact-number.ts';
import type { RejectionCode } from '#lib/contract/index.ts';
import { isBlank, scanJson, type Scan, type Span } from './json-scan.ts';
import type { Limits } from './limits.ts';

/** One event of a request: parsed, or what made that impossible. */
export interface Item {
  readonly value: unknown;
  /** the event as it came; undefined: the caller asks `JSON.stringify` when it needs to know */
  readonly raw?: string;
  readonly problem?: { readonly code: RejectionCode; readonly message: string; readonly field?: string };
}

/** A request's events, or why the request as a whole cannot be read. */
export type ReadItems =
  | { readonly ok: true; readonly items: readonly Item[] }
  | { readonly ok: false; readonly code: 'bad_request' | 'too_large'; readonly message: string };

type ItemLimits = Pick<Limits, 'depth' | 'eventsPerRequest' | 'eventCharacters'>;

/**
 * Reads the body of `POST /v1/events`: an array of events, one event, or one event per line.
 * An event that cannot be parsed becomes an item with a problem; its neighbours are read all the same.
 * @param byLine the sender said that it sends NDJSON
 */
export function readItems(text: string, byLine: boolean, limits: ItemLimits): ReadItems {
  const first = firstCharacter(text);
  if (first === '') return unreadable('The body is empty. Send a JSON array of events, one event, or one event per line.');
  // A body that is one array, or one event on several lines, can be nothing else, whatever its sender calls it.
  if (byLine && !((first === '[' || first === '{') && scanJson(text, 1).closed)) return readLines(text, limits);
  if (first === '[') return readArray(text, limits);
  if (first !== '{') return unreadable('The body must be a JSON array of events, one event, or one event per line.');
  const item = parseItem(text.trim(), scanJson(text, 1), limits);
  if (item.problem === undefined) return { ok: true, items: [item] };
  if (text.trimEnd().includes('\n')) return readLines(text, limits);
  return item.problem.code === 'invalid_json' ? unreadable(item.problem.message) : { ok: true, items: [item] };
}

/** What `parseShallow` puts in the place of an element that is nested too deeply. */
export const TOO_DEEP = 'throughline:too-deep';

/**
 * Parses a body that is one event, or an object around an array of events. What is nested too deeply is replaced by `TOO_DEEP` before the parser meets it.
 * @param around levels around each event: 0 for an event by itself, 2 for `{"batch": [event]}`
 * @returns undefined where it is no JSON, or where something outside the events is nested too deeply
 */
export function parseShallow(text: string, limits: Pick<Limits, 'depth'>, around: 0 | 2): { readonly value: unknown } | undefined {
  const scan = scanJson(text, 2);
  if (!scan.closed) return undefined;
  if (scan.depth <= limits.depth + around) return parsed(text, scan);
  if (around === 0) return undefined;
  const shallow = withoutDeep(text, scan.spans, limits.depth);
  return scanJson(shallow, 2).depth <= limits.depth + around ? parsed(shallow, scan) : undefined;
}

function readArray(text: string, limits: ItemLimits): ReadItems {
  const { depth, spans, closed, long } = scanJson(text, 1);
  if (!closed) return unreadable('The body is not valid JSON: the array does not end, or something follows it.');
  if (spans.length > limits.eventsPerRequest) return tooMany(limits);
  const whole = depth <= limits.depth + 1 ? parsed(text, { long }) : undefined;
  const values: readonly unknown[] | undefined =
    Array.isArray(whole?.value) && whole.value.length === spans.length ? whole.value : undefined;
  const items = spans.map((span, index): Item => {
    if (values !== undefined && span.end - span.start <= limits.eventCharacters)
      return { value: values[index], raw: text.slice(span.start, span.end) };
    return parseItem(text.slice(span.start, span.end), { depth: span.depth, long }, limits);
  });
  return { ok: true, items };
}

function readLines(text: string, limits: ItemLimits): ReadItems {
  const lines = text.split('\n').filter((line) => !isBlank(line, 0));
  if (lines.length > limits.eventsPerRequest) return tooMany(limits);
  const items = lines.map((line) => parseItem(line, scanJson(line, 1), limits));
  const [first] = items;
  if (first?.problem !== undefined && items.every(({ problem }) => problem?.code === 'invalid_json'))
    return unreadable(first.problem.message);
  return { ok: true, items };
}

/** Reads a text that is one event, within the limits of every event. */
export function readItem(raw: string, limits: Pick<Limits, 'depth' | 'eventCharacters'>): Item {
  return parseItem(raw, raw.length > limits.eventCharacters ? UNSEEN : scanJson(raw, 1), limits);
}

/** Stands for a text that is too long to be looked at. */
const UNSEEN: Pick<Scan, 'depth' | 'long'> = { depth: 0, long: false };

function parseItem(raw: string, scan: Pick<Scan, 'depth' | 'long'>, limits: Pick<Limits, 'depth' | 'eventCharacters'>): Item {
  if (raw.length > limits.eventCharacters)
    return refused(raw, 'too_large', `The event is longer than ${limits.eventCharacters} characters.`);
  if (scan.depth > limits.depth) return refused(raw, 'too_deep', `The event is nested more than ${limits.depth} levels deep.`);
  const result = parsed(raw, scan);
  return result === undefined ? refused(raw, 'invalid_json', 'This is not valid JSON.') : { value: result.value, raw };
}

function refused(raw: string, code: RejectionCode, message: string): Item {
  return { value: undefined, raw, problem: { code, message } };
}

function withoutDeep(text: string, spans: readonly Span[], depth: number): string {
  const parts: string[] = [];
  let copied = 0;
  for (const span of spans) {
    if (span.depth <= depth) continue;
    parts.push(text.slice(copied, span.start), JSON.stringify(TOO_DEEP));
    copied = span.end;
  }
  parts.push(text.slice(copied));
  return parts.join('');
}

/** Numbers that would lose digits are kept as text: two long ids must not become one. @returns undefined where it is no JSON */
export function parsed(text: string, { long }: Pick<Scan, 'long'>): { readonly value: unknown } | undefined {
  try {
    const value: unknown = long ? parseExactly(text) : JSON.parse(text);
    return { value };
  } catch {
    return undefined;
  }
}

function firstCharacter(text: string): string {
  return /[^ \t\r\n]/.exec(text)?.[0] ?? '';
}

function unreadable(message: string): ReadItems {
  return { ok: false, code: 'bad_request', message };
}

function tooMany(limits: ItemLimits): ReadItems {
  return { ok: false, code: 'too_large', message: `A request may hold at most ${limits.eventsPerRequest} events.` };
}
