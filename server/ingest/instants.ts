import { MINUTE } from '#lib/contract/time.ts';

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d|60)(?:[.,](\d{1,9}))?)?(?:[Zz]|([+-])([01]\d|2[0-3]):?([0-5]\d)?)$/;

/** What an instant must be, behind the name of its field. */
export const INSTANT_FORM = 'must be ISO 8601 with an offset (2026-03-01T09:30:00Z) or milliseconds since 1970';

/**
 * Reads an instant as an event carries it: ISO 8601 with an offset, or milliseconds since 1970.
 * Days that do not exist are refused, because `Date.parse` would quietly turn 30 February into 2 March.
 * @returns whole ms since 1970, or undefined where it is no instant
 */
export function readInstant(value: string | number): number | undefined {
  if (typeof value === 'number') return Math.abs(value) <= 8.64e15 ? Math.trunc(value) : undefined;
  const parts = ISO.exec(value);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second = '0', fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = parts;
  const monthIndex = Number(month) - 1;
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const at = Date.UTC(Number(year), monthIndex, Number(day), Number(hour), Number(minute), Number(second), milliseconds);
  if (!dayExists(Number(year), monthIndex, Number(day))) return undefined;
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * MINUTE;
  return sign === '-' ? at + offset : at - offset;
}

function dayExists(year: number, monthIndex: number, day: number): boolean {
  if (monthIndex < 0 || monthIndex > 11 || day < 1) return false;
  return day <= 28 || new Date(Date.UTC(year, monthIndex, day)).getUTCMonth() === monthIndex;
}
