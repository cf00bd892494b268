import { BASE_VARIANT, Fault, WAY_DAYS, WINDOWS } from '#lib/contract/index.ts';
import type { JourneyParams, JourneyView, Position, VersionSummary } from '#lib/contract/index.ts';
import type { Blueprint, Blueprints } from '#server/domain/blueprint/blueprint.ts';
import { windowRange } from '#server/domain/kernel/sums.ts';
import { DAY, MINUTE, hourAnchor } from '#server/domain/kernel/time.ts';
import { heatView } from '#server/domain/view/heat.ts';
import { journeyView, ofVariant, wayTotal } from '#server/domain/view/journey.ts';
import { promiseLedgerView } from '#server/domain/view/promises.ts';
import { judgedBy } from './judged.ts';
import type { FrictionReading } from './judged.ts';
import type { LiveSums } from './sums.ts';

export interface JourneyReaderOptions {
  readonly blueprints: Blueprints;
  /** the version asked for, or the one that a position asks for @throws Fault `not_found` */
  readonly blueprintOf: (journey: string, version: number | undefined, to: number | undefined) => Blueprint;
  readonly sums: () => LiveSums;
  readonly friction: FrictionReading;
  readonly positionOf: (to: number | undefined) => { readonly position: Position; readonly minute: number };
}

/** Reads a journey in one illustration. */
export function createJourneyReader(o: JourneyReaderOptions): (params: JourneyParams) => JourneyView {
  function versionsOf(journey: string, from: number, minute: number): VersionSummary[] {
    return o.blueprints.versions(journey).map(({ blueprint, publishedAt }) => ({
      version: blueprint.version,
      publishedAt,
      cases: wayTotal(o.sums().ways(blueprint, from, minute), () => true).cases,
    }));
  }

  return (params) => {
    const blueprint = o.blueprintOf(params.journey, params.version, params.to);
    const { variant } = params;
    if (variant !== undefined && variant !== BASE_VARIANT && !blueprint.variants.some((one) => one.id === variant))
      throw new Fault('not_found', `The journey "${params.journey}" has no variant "${variant}".`);
    const { position, minute } = o.positionOf(params.to);
    const window = params.window ?? '7d';
    const range = windowRange(WINDOWS[window], minute);
    const from = hourAnchor(position.at - WAY_DAYS * DAY);
    const sums = o.sums();
    // A variant, or a new version, is not silent because others are there.
    const everybody = new Map(o.blueprints.versions(params.journey).flatMap((one) => [...sums.heat(one.blueprint, window, minute)]));
    const first = Math.min(...o.blueprints.versions(params.journey).map((one) => sums.span(one.blueprint)?.from ?? Infinity));
    const heat = heatView({
      blueprint,
      window,
      by: 'channel',
      position,
      sums: ofVariant(sums.heat(blueprint, window, minute), variant),
      weeks: [],
      seen: { now: everybody, weeks: [] },
      since: first === Infinity ? null : first,
      notes: new Map(),
      sources: [],
      factors: [],
      ...judgedBy(o.friction, blueprint, { from: range.from * MINUTE, at: position.at }),
    });
    const since = hourAnchor(range.from * MINUTE);
    const promises = promiseLedgerView({
      blueprint,
      sums: ofVariant(sums.promises(blueprint, since, minute), variant),
      from: since * MINUTE,
      position,
    });
    const funnel = sums.funnel(blueprint, from, minute);
    return journeyView({
      blueprint,
      versions: versionsOf(params.journey, from, minute),
      variant,
      window,
      position,
      from: from * MINUTE,
      sums: { ways: sums.ways(blueprint, from, minute), cohort: funnel.cohort, levels: funnel.levels, stays: sums.stays(blueprint, range) },
      heat,
      promises,
    });
  };
}
