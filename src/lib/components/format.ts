import type { Names } from '#lib/contract/views.ts';
import { DAY, HOUR, MINUTE } from '#lib/contract/time.ts';
import { formats } from '#lib/messages/formats.ts';
import { localeOf } from '#lib/messages/languages.ts';
import { speech } from '#lib/messages/say.svelte.ts';
import * as m from '#messages/format.ts';
import { place } from './zone.ts';

const SECOND = 1_000;

/** Which of a thing's two names is shown. */
export type Side = 'customer' | 'internal';

/** The name on the chosen side. */
export function nameOf(names: Names, side: Side): string {
  return side === 'customer' ? names.customer : names.internal;
}

/** A whole number with separators: `1,204`. */
export function count(value: number): string {
  return decimal(value, 0);
}

/** A number with at most `digits` decimals. */
export function decimal(value: number, digits = 1): string {
  return formats.written(localeOf(speech.spoken), value, digits);
}

/** Money: `€29.95`, from a hundred on without cents: `€959`. */
export function money(amount: number, currency: string): string {
  return formats.money(localeOf(speech.spoken), currency, amount < 100 && !Number.isInteger(amount) ? 2 : 0).format(amount);
}

/** A number with exactly one decimal: `3.0`. */
export function tenths(value: number): string {
  return formats.number(localeOf(speech.spoken), 1, 1).format(value);
}

/** A number and its sign, which no line may part. */
function inPercent(value: number, digits: number): string {
  return m.percent({ value: decimal(value, digits) });
}

/** `part` of `whole` in per cent: `92 %`, `0.4 %` below one, there with at most `fine` decimals; a dash where there is no whole. */
export function percent(part: number, whole: number, fine = 1): string {
  if (whole <= 0) return '–';
  const value = (100 * part) / whole;
  const digits = value !== 0 && value < 1 ? fine : 0;
  // A part short of the whole must not read as all of it, nor something as nothing.
  const shown = part < whole && value > 99 ? Math.floor(value) : value;
  return inPercent(shown, digits);
}

/**
 * The parts of a total rounded to `digits` decimals so that what is shown adds up to the total as it is shown: what rounding down leaves over goes, one
 * last digit each, to those that lost most by it.
 */
export function addingUp(parts: readonly number[], total: number, digits = 1): readonly number[] {
  // Twelve digits: a product such as 1.005 × 100 must round as its factors read.
  const inUnits = (value: number) => Number((value * 10 ** digits).toPrecision(12));
  const cut = parts.map((part) => ({ whole: Math.floor(inUnits(part)), lost: inUnits(part) - Math.floor(inUnits(part)) }));
  const left = Math.round(inUnits(total)) - cut.reduce((sum, { whole }) => sum + whole, 0);
  const most = new Set([...cut.keys()].toSorted((a, b) => (cut[b]?.lost ?? 0) - (cut[a]?.lost ?? 0) || a - b).slice(0, Math.max(0, left)));
  return cut.map(({ whole }, i) => (whole + (most.has(i) ? 1 : 0)) / 10 ** digits);
}

/** Parts that make up a whole, in per cent that add up to 100: with as many decimals, at most two, as the smallest needs not to read as nothing. */
export function percents(parts: readonly number[]): readonly string[] {
  const whole = parts.reduce((sum, part) => sum + part, 0);
  if (whole <= 0) return parts.map(() => '–');
  const values = parts.map((part) => (100 * part) / whole);
  const least = Math.min(...values.filter((value) => value > 0));
  const digits = least >= 1 ? 0 : least >= 0.1 ? 1 : 2;
  return addingUp(values, 100, digits).map((value) => inPercent(value, digits));
}

/** A signed number: `+14`, `−3`, `±0`. */
export function signed(value: number, digits = 0): string {
  const rounded = Number(value.toFixed(digits));
  if (rounded === 0) return '±0';
  return `${rounded > 0 ? '+' : '−'}${decimal(Math.abs(rounded), digits)}`;
}

/** A length of time in its two largest units: `45 s`, `2 h 10 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  const value = Math.max(0, ms);
  if (value < 950) return inUnit(value, 's', 1);
  if (value < MINUTE) return inUnit(value, 's');
  if (value < HOUR) return pair(value, 'min', { name: 's', below: 10 });
  if (value < DAY) return pair(value, 'h', { name: 'min', below: 24 });
  return pair(value, 'd', { name: 'h', below: 14 });
}

type Unit = 's' | 'min' | 'h' | 'd';
const SIZE: Readonly<Record<Unit, number>> = { s: SECOND, min: MINUTE, h: HOUR, d: DAY };

function inUnit(ms: number, unit: Unit, digits = 0): string {
  return m.unit(unit, { value: decimal(ms / SIZE[unit], digits) });
}

/** The smaller unit is shown only while the larger count is `below` this. */
function pair(ms: number, large: Unit, small: { readonly name: Unit; readonly below: number }): string {
  const steps = Math.round(ms / SIZE[small.name]);
  const perLarge = SIZE[large] / SIZE[small.name];
  const whole = Math.floor(steps / perLarge);
  const rest = steps % perLarge;
  if (whole >= small.below) return inUnit(ms, large);
  const first = inUnit(whole * SIZE[large], large);
  return rest === 0 ? first : `${first} ${inUnit(rest * SIZE[small.name], small.name)}`;
}

/** How long ago `at` was, seen from `now`: `just now`, `3 min ago`, `in 2 h`. */
export function ago(at: number, now: number): string {
  const ms = now - at;
  if (Math.abs(ms) < 5 * SECOND) return m.justNow();
  return ms > 0 ? m.ago({ time: coarse(ms) }) : m.ahead({ time: coarse(-ms) });
}

/** A length of time in one unit: `48 s`, `3 min`, `41 h`, `12 d`. */
export function coarse(ms: number): string {
  if (ms < 90 * SECOND) return inUnit(ms, 's');
  if (ms < 90 * MINUTE) return inUnit(ms, 'min');
  if (ms < 48 * HOUR) return inUnit(ms, 'h');
  return inUnit(ms, 'd');
}

/** Time of day to the second. `zone` is an IANA name; the reader's own without. */
export function clock(at: number, zone?: string): string {
  return shown(at, { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: zone });
}

/** Time of day to the minute. */
export function minute(at: number, zone?: string): string {
  return shown(at, { hour: '2-digit', minute: '2-digit', timeZone: zone });
}

/** Time of day to the minute, on another day than `now` with that day: `23:18`, `Wed 23:18`, from six days on `20 Nov, 23:18`. */
export function minuteOfDay(at: number, now: number, zone?: string): string {
  if (day(at, zone) === day(now, zone)) return minute(at, zone);
  const which = Math.abs(now - at) < 6 * DAY ? ({ weekday: 'short' } as const) : ({ day: 'numeric', month: 'short' } as const);
  return shown(at, { ...which, hour: '2-digit', minute: '2-digit', timeZone: zone });
}

/** Day, month and time: `20 Nov 2026, 14:32`. */
export function dateTime(at: number, zone?: string): string {
  return shown(at, { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone: zone });
}

/** Day of the week and month: `Friday, 20 November 2026`. */
export function day(at: number, zone?: string): string {
  return shown(at, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: zone });
}

/** The whole instant with its zone, for tooltips: `20 Nov 2026, 14:32:07 CET`. */
export function exact(at: number, zone?: string): string {
  return shown(at, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
    timeZone: zone,
  });
}

/** Things in a row as the language joins them: `web, phone and chat`. */
export function listed(things: readonly string[], type: 'conjunction' | 'disjunction' = 'conjunction'): string {
  return formats.list(localeOf(speech.spoken), type).format(things);
}

/** Somebody's own words or a name, in the quotation marks of the language. */
export function quoted(text: string): string {
  return m.quoted({ text });
}

/** For machines: `<time datetime>` and URLs; whole seconds, UTC. */
export function iso(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** Somebody's own wording and no identifier: it has blanks, or begins with a capital and no sign stands between its parts. */
const WORDED = /\s|^\p{Lu}[^_.]*$/u;

/** Turns an identifier of the customer's own, `customer_id`, `customerId` or `self-service`, into words; a name such as `Customer Care` or `VIP` stays. */
export function words(identifier: string): string {
  if (WORDED.test(identifier)) return identifier.charAt(0).toUpperCase() + identifier.slice(1);
  const spaced = identifier
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_.-]+/g, ' ')
    .toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function shown(at: number, options: { [Key in keyof Intl.DateTimeFormatOptions]: Intl.DateTimeFormatOptions[Key] | undefined }): string {
  const { timeZone = place.zone, ...rest } = options;
  const known = timeZone === undefined ? rest : { ...rest, timeZone };
  return formats.date(localeOf(speech.spoken), known).format(at);
}
