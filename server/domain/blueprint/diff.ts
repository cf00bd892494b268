import type { JourneyChange, JourneyFile } from '#lib/contract/index.ts';
import { DAY, HOUR, MINUTE } from '../kernel/time.ts';

/** Fields that hold a duration in ms. */
const DURATIONS: ReadonlySet<string> = new Set([
  'window',
  'idle',
  'quiet',
  'wait',
  'repeatWindow',
  'standard',
  'time',
  'working',
  'median',
  'within',
  'grace',
  'silentAfter',
]);
const UNITS = [
  ['w', 7 * DAY],
  ['d', DAY],
  ['h', HOUR],
  ['m', MINUTE],
  ['s', 1000],
] as const;

/** ms as a journey file writes it: `2d 3h`; what is finer than a second as its fraction. */
export function durationText(ms: number): string {
  let left = ms;
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    // A week is only written where it is nothing but weeks: ten days are `10d`.
    if (unit === 'w' && left % size !== 0) continue;
    const whole = unit === 's' ? left / size : Math.floor(left / size);
    if (whole > 0) parts.push(`${whole}${unit}`);
    left -= whole * size;
  }
  return parts.length === 0 ? '0s' : parts.join(' ');
}

type Field = readonly [key: string, value: unknown];

/** What names an entry of a list among its like; undefined: its place does. */
function nameOf(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null) return typeof entry === 'string' ? entry : undefined;
  const one = new Map<string, unknown>(Object.entries(entry));
  const text = (key: string): string | undefined => {
    const value = one.get(key);
    return typeof value === 'string' ? value : undefined;
  };
  if (one.has('kind')) return [text('kind'), text('stage')].filter((part) => part !== undefined).join('@');
  if (one.has('time')) return `${text('segment') ?? '*'}/${text('channel') ?? '*'}`;
  return text('id') ?? text('name');
}

function fieldsOf(value: object): Field[] {
  if (!Array.isArray(value)) return Object.entries(value);
  const entries: readonly unknown[] = value;
  const named = entries.map(nameOf);
  const unique = new Set(named).size === named.length && named.every((name) => name !== undefined);
  return entries.map((entry, i) => [unique ? (named[i] ?? String(i)) : String(i + 1), entry]);
}

function textOf(value: unknown, key: string): string {
  if (typeof value === 'number' && DURATIONS.has(key)) return durationText(value);
  if (Array.isArray(value)) return `[${value.map((one: unknown) => textOf(one, key)).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .filter(([, one]) => !isEmpty(one))
      .map(([name, one]) => `${name}: ${textOf(one, name)}`)
      .join(', ')} }`;
  return String(value);
}

/** Whether there is nothing to say. A null says something: a variant takes away with it what the base has. */
function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}

interface Place {
  readonly path: string;
  /** name of the field, which says what a number is */
  readonly key: string;
}

function walk(before: unknown, after: unknown, place: Place, out: JourneyChange[]): void {
  if (isEmpty(before) && isEmpty(after)) return;
  const both = typeof before === 'object' && typeof after === 'object' && before !== null && after !== null;
  if (both && Array.isArray(before) === Array.isArray(after)) return walkFields(fieldsOf(before), fieldsOf(after), place, out);
  const [from, to] = [isEmpty(before) ? null : textOf(before, place.key), isEmpty(after) ? null : textOf(after, place.key)];
  if (from !== to) out.push({ path: place.path, before: from, after: to });
}

function walkFields(before: readonly Field[], after: readonly Field[], place: Place, out: JourneyChange[]): void {
  const [old, now] = [new Map(before), new Map(after)];
  for (const key of new Set([...old.keys(), ...now.keys()]))
    walk(old.get(key), now.get(key), { path: place.path === '' ? key : `${place.path}.${key}`, key: isIndex(key) ? place.key : key }, out);
  const kept = (fields: readonly Field[], other: ReadonlyMap<string, unknown>): string =>
    fields
      .filter(([key]) => other.has(key))
      .map(([key]) => key)
      .join(', ');
  const [from, to] = [kept(before, now), kept(after, old)];
  // The order of stages and of rules means something; what a variant says of them is named, and has none.
  const isOrdered = ORDERED.has(place.key) && (place.key === 'standards' || !place.path.startsWith('variants.'));
  if (from !== to && place.path !== '' && isOrdered) out.push({ path: `${place.path} (order)`, before: from, after: to });
}

const ORDERED: ReadonlySet<string> = new Set(['stages', 'touchpoints', 'variants', 'standards']);

function isIndex(key: string): boolean {
  return /^\d+$/.test(key);
}

/** Exactly what differs between two journeys, in the order of the file; empty: they say the same. The version is not counted. */
export function diffJourneys(before: JourneyFile, after: JourneyFile): JourneyChange[] {
  const out: JourneyChange[] = [];
  walk(
    { ...before, version: undefined, $schema: undefined },
    { ...after, version: undefined, $schema: undefined },
    { path: '', key: '' },
    out,
  );
  return out;
}
