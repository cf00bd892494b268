import type { FunnelAge, FunnelParams, FunnelTotal, FunnelView } from '#lib/contract/index.ts';
import type { Reader } from '#server/api/reader.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import { MINUTE, hourAnchor, minuteOf } from '#server/domain/kernel/time.ts';
import { cohortTotal, funnelView } from '#server/domain/view/funnel.ts';
import type { Range } from '#server/domain/kernel/sums.ts';
import { agedCohort, comparedGroups, comparedVersions, periodBefore } from './comparisons.ts';
import type { AgedCohort } from './comparisons.ts';
import { DEFAULT_RANGE } from './asked.ts';
import type { Asked } from './asked.ts';
import type { ReaderOptions } from './reader-options.ts';

/** Periods before that are remembered. */
const MOST_REMEMBERED = 50;

/** Reads the funnel of a journey's stages. */
export function createFunnelReader(o: Pick<ReaderOptions, 'blueprints' | 'clock' | 'sums'>, asked: Asked): Reader['funnel'] {
  const { blueprint, spanOf, factorsIn } = asked;
  const earlierTotals = new Map<string, FunnelTotal>();

  function earlierTotal(of: Blueprint, range: Range): FunnelTotal {
    const key = `${of.journey}@${of.version} ${range.from} ${range.to} ${minuteOf(o.clock())}`;
    const known = earlierTotals.get(key);
    if (known !== undefined) return known;
    if (earlierTotals.size >= MOST_REMEMBERED) earlierTotals.clear();
    const total = cohortTotal(of, o.sums().cohort(of, range));
    earlierTotals.set(key, total);
    return total;
  }

  /** What of a cohort is decided, and the period before it, which is read once a minute: a late event may show there a minute late. */
  function ageOf(cohort: AgedCohort, to: number): FunnelAge {
    const { blueprint: of, from, all, running, finalUntil } = cohort;
    const earlier = periodBefore({ from, to });
    return {
      matured: lessTotal(cohortTotal(of, all), cohortTotal(of, running)),
      maturedUntil: finalUntil * MINUTE,
      before: earlierTotal(of, earlier),
      beforeFrom: earlier.from * MINUTE,
      beforeAt: earlier.at * MINUTE,
    };
  }

  return function funnel(params: FunnelParams): FunnelView {
    const of = blueprint(params.journey, params.version, params.to);
    const { position, minute } = spanOf(params);
    const fromMinute = hourAnchor(params.from ?? position.at - DEFAULT_RANGE);
    const range = { from: fromMinute, to: minute };
    const cohort = agedCohort(o.sums(), of, range);
    return funnelView({
      blueprint: of,
      sums: o.sums().funnel(of, fromMinute, minute),
      by: params.by ?? null,
      from: fromMinute * MINUTE,
      position,
      factors: factorsIn(of.journey, fromMinute * MINUTE, position.at),
      age: ageOf(cohort, minute),
      comparison: params.by === undefined ? undefined : comparedGroups(cohort, params.by, o.sums().span(of)?.from ?? 0),
      versions: comparedVersions({ sums: o.sums(), blueprints: o.blueprints }, cohort, range),
    });
  };
}

function lessTotal(all: FunnelTotal, less: FunnelTotal): FunnelTotal {
  return {
    entered: all.entered - less.entered,
    converted: all.converted - less.converted,
    inProgress: all.inProgress - less.inProgress,
    dropped: all.dropped - less.dropped,
    excluded: all.excluded - less.excluded,
  };
}
