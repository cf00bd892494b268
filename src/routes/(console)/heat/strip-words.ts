import { dateTime, decimal, minute, percent, quoted } from '#lib/components/format.ts';
import { factorKindName } from '#lib/components/names.ts';
import type { Factor } from '#lib/contract/event.ts';
import type { StripPoint, StripView } from '#lib/contract/heat-strip.ts';
import { formatList } from '#lib/contract/format-list.ts';
import { STRIP_SPANS } from '#lib/contract/strip-spans.ts';
import type { Part } from '#lib/messages/say.svelte.ts';
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

/** One sentence about the whole strip; the promises that broke are marked in it. */
export function stripSentence(points: readonly StripPoint[]): readonly Part<'a'>[] {
  const known = points.filter((point) => point.friction !== null);
  const worst = known.reduce<StripPoint | undefined>(
    (a, b) => (a === undefined || (b.friction ?? 0) > (a.friction ?? 0) ? b : a),
    undefined,
  );
  const broken = points.reduce((sum, point) => sum + point.broken, 0);
  if (worst === undefined) return [m.noStretch()];
  return m.hardest({ time: dateTime(worst.from), value: decimal(worst.friction ?? 0), broken });
}

/** A number of the strip that opens a list. */
export type StripCount = 'visits' | 'kept' | 'broken';

/** The list behind a number of a stretch of the strip, as it stood at the end of the stretch; of the last one, at the end of the strip. */
export function stripList(strip: StripView, { from, to }: Pick<StripPoint, 'from' | 'to'>, what: StripCount): string {
  const { journey, version, position } = strip;
  const { window } = STRIP_SPANS[strip.span];
  const at = { journey, version, stage: 'all', column: 'all', by: 'channel', window, from, to: Math.min(to, position.at) } as const;
  return formatList(what === 'visits' ? { of: 'heat', ...at } : { of: 'outcome', ...at, what });
}

/** The heading of a list behind a number of the strip. */
export function stripListTitle(list: string): string {
  const fields = new URLSearchParams(list.slice(list.indexOf('?') + 1));
  const [from, to] = [Number(fields.get('from')), Number(fields.get('to'))];
  const what = list.startsWith('heat?') ? 'visits' : fields.get('what') === 'kept' ? 'kept' : 'broken';
  return m.list(what, { from: dateTime(from), to: dateTime(to + 1) });
}

/** A factor in a few words. */
export function factorWords(factor: Factor): string {
  const where = [...factor.areas, ...factor.segments].join(', ');
  return `${factorKindName(factor.kind)}${factor.name && factor.name !== factor.kind ? ` ${quoted(factor.name)}` : ''}${where === '' ? '' : `, ${where}`}`;
}
