import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };

/** No journey takes longer: 100 years of 365 days. What is longer is a slip, and could not be reckoned with dates. */
const LONGEST_MS = 100 * 365 * 864e5;

const NO_DURATION = 'is not a duration such as 90s, 30m, 2h, 3d or 2w';

/** `90s`, `30m`, `2h`, `1d 12h`, `3w` -> milliseconds. */
export const duration = durationSchema((ms) => (ms > 0 ? undefined : 'must be more than 0s'));

/** A duration that may be none: `0m`. */
export const durationOrNone = durationSchema(() => undefined);

/** @param tooShort what is wrong with so many ms */
function durationSchema(tooShort: (ms: number) => string | undefined) {
  return z
    .string({ error: (issue) => (issue.input === undefined ? undefined : NO_DURATION) })
    .transform((text, ctx) => {
      const ms = millisecondsOf(text);
      if (ms === undefined) {
        ctx.addIssue({ code: 'custom', message: NO_DURATION });
        return z.NEVER;
      }
      const problem = ms > LONGEST_MS ? 'is longer than 100 years' : tooShort(ms);
      // It is a duration: where something else could stand as well, this is said of it and not that it is neither.
      if (problem !== undefined) ctx.addIssue({ code: 'custom', message: problem, continue: true });
      return ms;
    })
    .meta({
      description: 'a duration such as 90s, 30m, 2h, 1d 12h or 3w',
      // Editors see what is no duration as they see what is no number.
      pattern: '^\\s*(?:\\d+(?:\\.\\d+)?\\s*[smhdw]\\s*)+$',
    });
}

function millisecondsOf(text: string): number | undefined {
  let total = 0;
  const rest = text.replace(/(\d+(?:\.\d+)?)\s*([smhdw])/g, (_, n: string, unit: string) => {
    total += Number(n) * (UNITS[unit] ?? 0);
    return '';
  });
  return text.trim() === '' || rest.trim() !== '' ? undefined : Math.round(total);
}
