import { DateTime } from 'luxon';

const NUMBER = /^-?\d+(\.\d+)?$/;
/** A date, with a time or without, and an offset of less than a day: a time alone would become today's. */
const ISO = /^[+-]?\d{4}[\dW-]*(?:T[\d:.,]+(?:Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?(?:\[[^\]]+\])?)?$/i;
/** Distinct texts remembered: times repeat, and reading one is the dearest step of a row. */
const REMEMBERED = 50_000;

/** Text -> ms since 1970; undefined where it is no such time. */
export type InstantReader = (text: string) => number | undefined;

/** Whether there is a time zone of this name, e.g. `Europe/Berlin`. */
export function isZone(name: string): boolean {
  return DateTime.utc().setZone(name).isValid;
}

function finite(ms: number): number | undefined {
  return Number.isFinite(ms) ? Math.round(ms) : undefined;
}

function plainReader(format: string, zone: string): InstantReader {
  if (format === 'ms') return (text) => (NUMBER.test(text) ? finite(Number(text)) : undefined);
  if (format === 's') return (text) => (NUMBER.test(text) ? finite(Number(text) * 1000) : undefined);
  if (format === 'iso') return (text) => (ISO.test(text) ? finite(DateTime.fromISO(text, { zone }).toMillis()) : undefined);
  const parser = DateTime.buildFormatParser(format);
  return (text) => finite(DateTime.fromFormatParser(text, parser, { zone }).toMillis());
}

/**
 * Makes a reader for one format.
 * @param format `iso`, `ms`, `s`, or a pattern such as `d/M/yyyy HH:mm`
 * @param zone of times that name none
 */
export function instantReader(format: string, zone: string): InstantReader {
  const read = plainReader(format, zone);
  const known = new Map<string, number | undefined>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const value = read(text);
    if (known.size >= REMEMBERED) known.clear();
    known.set(text, value);
    return value;
  };
}
