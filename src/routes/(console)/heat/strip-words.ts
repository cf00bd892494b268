import { dateTime, decimal, minute, percent, quoted } from '#lib/components/format.ts';
import { factorKindName } from '#lib/components/names.ts';
import type { Factor } from '#lib/contract/event.ts';
import type { StripPoint } from '#lib/contract/heat-strip.ts';
import { feelingOf } from './cell-words.ts';
import * as m from '#messages/strip.ts';

/** What one point of the strip says. */
export function pointSentence(point: StripPoint): string {
  const { word } = feelingOf(point.valence);
  return m.point({
    from: dateTime(point.from),
    to: minute(point.to + 1),
    friction: point.friction === null ? m.tooFewFor() : m.friction({ value: decimal(point.friction) }),
    visits: m.visits({ count: point.n }),
    feeling: point.n === 0 ? m.feeling({ word }) : m.feelingKnown({ word, share: percent(point.known, point.n) }),
    kept: point.kept,
    broken: point.broken,
  });
}

/** One sentence about the whole strip. */
export function stripSentence(points: readonly StripPoint[]): string {
  const known = points.filter((point) => point.friction !== null);
  const worst = known.reduce<StripPoint | undefined>(
    (a, b) => (a === undefined || (b.friction ?? 0) > (a.friction ?? 0) ? b : a),
    undefined,
  );
  const broken = points.reduce((sum, point) => sum + point.broken, 0);
  if (worst === undefined) return m.noStretch();
  return m.hardest({ time: dateTime(worst.from), value: decimal(worst.friction ?? 0), broken });
}

/** A factor in a few words. */
export function factorWords(factor: Factor): string {
  const where = [...factor.areas, ...factor.segments].join(', ');
  return `${factorKindName(factor.kind)}${factor.name && factor.name !== factor.kind ? ` ${quoted(factor.name)}` : ''}${where === '' ? '' : `, ${where}`}`;
}
