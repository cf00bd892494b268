import { BASE_VARIANT, Fault, WAY_DAYS, WINDOWS } from '#lib/contract/index.ts';
import type { HeatView, JourneyParams, JourneyView, Position, PromiseLedgerView, VersionSummary } from '#lib/contract/index.ts';
import type { Blueprint, Blueprints } from '#server/domain/blueprint/blueprint.ts';
import { isInVariant } from '#server/domain/blueprint/variant.ts';
import { parseCell } from '#server/domain/kernel/counters.ts';
import type { CellSums } from '#server/domain/kernel/sums.ts';
import { windowRange } from '#server/domain/kernel/sums.ts';
import { DAY, MINUTE, hourAnchor } from '#server/domain/kernel/time.ts';
import { heatView } from '#server/domain/view/heat.ts';
import { journeyView, wayTotal } from '#server/domain/view/journey.ts';
import { promiseLedgerView } from '#server/domain/view/promises.ts';
import { judgedBy } from './judged.ts';
import type { FrictionReading } from './judged.ts';
import type { LiveSums } from './sums.ts';

/** Dimension that holds the segment, in the cells of visits and of promises. */
const SEGMENT = 2;

export interface JourneyReaderOptions {
  readonly blueprints: Blueprints;
  readonly sums: () => LiveSums;
  readonly friction: FrictionReading;
  readonly positionOf: (to: number | undefined) => { readonly position: Position; readonly minute: number };
}

/**
 * Which segments a variant is made of, where segments alone tell its cases: visits and promises do not carry the channel of entry.
 * Null: they do not tell.
 */
function segmentsTell(blueprint: Blueprint, variant: string): ((segment: string) => boolean) | null {
  const place = variant === BASE_VARIANT ? blueprint.variants.length : blueprint.variants.findIndex((one) => one.id === variant);
  if (blueprint.variants.slice(0, place + 1).some((one) => one.channels !== null)) return null;
  return (segment) => isInVariant(variant, blueprint, { segment, channel: 'web' });
}

function onlySegments(cells: CellSums, keep: (segment: string) => boolean): CellSums {
  return new Map([...cells].filter(([cell]) => keep(parseCell(cell).dimensions[SEGMENT] ?? '')));
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
    const blueprint = o.blueprints.get(params.journey, params.version);
    if (blueprint === undefined) throw new Fault('not_found', `There is no journey "${params.journey}" in this version.`);
    const { variant } = params;
    if (variant !== undefined && variant !== BASE_VARIANT && !blueprint.variants.some((one) => one.id === variant))
      throw new Fault('not_found', `The journey "${params.journey}" has no variant "${variant}".`);
    const { position, minute } = o.positionOf(params.to);
    const window = params.window ?? '7d';
    const range = windowRange(WINDOWS[window], minute);
    const from = hourAnchor(position.at - WAY_DAYS * DAY);
    const sums = o.sums();
    const tell = variant === undefined ? () => true : segmentsTell(blueprint, variant);
    const heat = (): HeatView =>
      heatView({
        blueprint,
        window,
        by: 'channel',
        position,
        sums:
          variant === undefined || tell === null
            ? sums.heat(blueprint, window, minute)
            : onlySegments(sums.heat(blueprint, window, minute), tell),
        weeks: [],
        notes: new Map(),
        sources: [],
        factors: [],
        ...judgedBy(o.friction, blueprint, { from: range.from * MINUTE, at: position.at }),
      });
    const promises = (): PromiseLedgerView => {
      const made = sums.promises(blueprint, hourAnchor(range.from * MINUTE), minute);
      return promiseLedgerView({
        blueprint,
        sums: variant === undefined || tell === null ? made : onlySegments(made, tell),
        from: hourAnchor(range.from * MINUTE) * MINUTE,
        position,
      });
    };
    const funnel = sums.funnel(blueprint, from, minute);
    return journeyView({
      blueprint,
      versions: versionsOf(params.journey, from, minute),
      variant,
      window,
      position,
      from: from * MINUTE,
      sums: { ways: sums.ways(blueprint, from, minute), cohort: funnel.cohort, levels: funnel.levels, stays: sums.stays(blueprint, range) },
      heat: tell === null ? null : heat(),
      promises: tell === null ? null : promises(),
    });
  };
}
