import { count, dateTime, decimal, minute, percent, plural, words } from '#lib/components/format.ts';
import type { Factor } from '#lib/contract/event.ts';
import type { StripPoint } from '#lib/contract/heat-strip.ts';
import type { StripSpan } from '#lib/contract/strip-spans.ts';
import { feelingOf } from './cell-words.ts';

/** The spans of the strip, as they are read. */
export const SPAN_WORDS: Readonly<Record<StripSpan, string>> = { '6h': '6 h', '24h': '24 h', '7d': '7 days', '28d': '28 days' };

/** What one point of the strip says. */
export function pointSentence(point: StripPoint): string {
  const friction = point.friction === null ? 'too few visits for a number' : `friction ${decimal(point.friction)}`;
  const feeling = `feeling ${feelingOf(point.valence).word}${point.n === 0 ? '' : `, known for ${percent(point.known, point.n)}`}`;
  return `${dateTime(point.from)} – ${minute(point.to + 1)}: ${friction}, ${plural(point.n, 'visit')}, ${feeling}, promises ${count(point.kept)} kept, ${count(point.broken)} broken`;
}

/** One sentence about the whole strip. */
export function stripSentence(points: readonly StripPoint[]): string {
  const known = points.filter((point) => point.friction !== null);
  const worst = known.reduce<StripPoint | undefined>(
    (a, b) => (a === undefined || (b.friction ?? 0) > (a.friction ?? 0) ? b : a),
    undefined,
  );
  const broken = points.reduce((sum, point) => sum + point.broken, 0);
  if (worst === undefined) return 'No stretch of this time has enough visits for a number.';
  return `Hardest ${dateTime(worst.from)}: friction ${decimal(worst.friction ?? 0)}. ${plural(broken, 'promise')} broke in this time.`;
}

/** A factor in a few words. */
export function factorWords(factor: Factor): string {
  const where = [...factor.areas, ...factor.segments].join(', ');
  return `${words(factor.kind)}${factor.name && factor.name !== factor.kind ? ` “${factor.name}”` : ''}${where === '' ? '' : `, ${where}`}`;
}
