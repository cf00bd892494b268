import { BASE_VARIANT, DEVIATIONS, WINDOWS } from '#lib/contract/index.ts';
import type {
  DeviationKind,
  HeatView,
  JourneyPromise,
  JourneyStage,
  JourneyTouchpoint,
  JourneyView,
  JourneyWindow,
  Position,
  PromiseLedgerView,
  VariantSummary,
  VersionSummary,
  WayTotal,
} from '#lib/contract/index.ts';
import type { Channel } from '#lib/contract/index.ts';
import type { Blueprint, Stage, Touchpoint } from '../blueprint/blueprint.ts';
import type { CaseKind } from '../blueprint/standard.ts';
import type { CellSums, Measures } from '../kernel/sums.ts';
import { stageSummary } from '../blueprint/blueprint.ts';
import { diffJourneys } from '../blueprint/diff.ts';
import { isInVariant, variantFile } from '../blueprint/variant.ts';
import { FUNNEL, NOW, WAY, parseCell } from '../kernel/counters.ts';
import { quantile } from '../kernel/log-bins.ts';

/** Sums a journey is drawn from. */
export interface JourneySums {
  /** `D`: cases opened in the last 30 days against the plan */
  readonly ways: CellSums;
  /** `F`: cases of the last 30 days by stage */
  readonly cohort: CellSums;
  /** `N`: who is where now */
  readonly levels: CellSums;
  /** `N`: flows, and stays that ended, in the window */
  readonly stays: CellSums;
}

export interface JourneyInput {
  /** the version */
  readonly blueprint: Blueprint;
  readonly versions: readonly VersionSummary[];
  readonly variant: string | undefined;
  readonly window: JourneyWindow;
  readonly position: Position;
  readonly from: number;
  readonly sums: JourneySums;
  /** friction and emotion of the window, of those cases that the variant asks for */
  readonly heat: HeatView;
  /** promises made in the window, to the same cases */
  readonly promises: PromiseLedgerView;
}

/** Dimension that holds the variant of the case, in the cells of visits and of promises. */
const VARIANT = 6;

/** Sums of visits or promises: of the cases of a variant, or of all (undefined). */
export function ofVariant(cells: CellSums, variant: string | undefined): CellSums {
  if (variant === undefined) return cells;
  return new Map([...cells].filter(([cell]) => parseCell(cell).dimensions[VARIANT] === variant));
}

/** Dimensions of `F` and `N`: stage, segment, channel of entry; of `D`: stage, touchpoint, segment, channel of entry. */
function kindOf(dimensions: readonly string[]): CaseKind {
  const [segment = '', channel = ''] = dimensions.slice(-2);
  return { segment, channel: channel as Channel };
}

/** Sums by a key made of the dimensions, over the cases that are asked for. */
function gather(
  cells: CellSums,
  keep: (one: CaseKind) => boolean,
  keyOf: (dimensions: readonly string[]) => string,
): Map<string, Measures> {
  const groups = new Map<string, Measures>();
  for (const [cell, measures] of cells) {
    const { dimensions } = parseCell(cell);
    if (!keep(kindOf(dimensions))) continue;
    const key = keyOf(dimensions);
    let into = groups.get(key);
    if (into === undefined) groups.set(key, (into = new Map<number, number>()));
    for (const [measure, sum] of measures) into.set(measure, (into.get(measure) ?? 0) + sum);
  }
  return groups;
}

/** Cases held against the plan, in sum. */
export function wayTotal(ways: CellSums, keep: (one: CaseKind) => boolean): WayTotal {
  const sums = gather(ways, keep, (d) => `${d[0] ?? ''}|${d[1] ?? ''}`).get('|');
  const of = (measure: number): number => sums?.get(measure) ?? 0;
  return { cases: of(WAY.cases), deviating: of(WAY.deviating), planned: of(WAY.planned), ownWay: of(WAY.ownWay) };
}

function promisesIn(blueprint: Blueprint, stage: number | null): JourneyPromise[] {
  return blueprint.promises
    .filter((rule) => rule.stage === stage)
    .map((rule) => ({ kind: rule.kind, wording: rule.wording, owner: rule.owner, due: rule.due }));
}

function touchpointView(touchpoint: Touchpoint, measures: Measures | undefined): JourneyTouchpoint {
  const deviations: Partial<Record<DeviationKind, number>> = {};
  DEVIATIONS.forEach((kind, i) => {
    const count = measures?.get(WAY.kinds + i) ?? 0;
    if (count !== 0) deviations[kind] = count;
  });
  const { id, name, internal, owner, channels, controller, clue, mot, phase, required, exclusive, most } = touchpoint;
  return { id, name, internal, owner, channels, controller, clue, mot, phase, required, exclusive, most, deviations };
}

/** Stages that may follow: the next in order first. */
function followers(blueprint: Blueprint, stage: Stage): string[] {
  const inOrder = stage.after ? undefined : blueprint.steps[blueprint.steps.indexOf(stage.index) + 1];
  const indexes = [...new Set([...(inOrder === undefined ? [] : [inOrder]), ...[...stage.next].sort((a, b) => a - b)])];
  return indexes.flatMap((index) => blueprint.stages[index]?.id ?? []);
}

function promisedIn(promises: PromiseLedgerView, stage: string): JourneyStage['promised'] {
  const sum = { made: 0, kept: 0, late: 0, broken: 0 };
  for (const line of Object.values(promises.lines)) {
    if (line.stage !== stage) continue;
    sum.made += line.made;
    sum.kept += line.kept;
    sum.late += line.late;
    sum.broken += line.broken;
  }
  return sum;
}

function binsOf(measures: Measures | undefined): Map<number, number> {
  const bins = new Map<number, number>();
  for (const [measure, count] of measures ?? []) if (measure >= NOW.bins) bins.set(measure - NOW.bins, count);
  return bins;
}

function stagesOf(input: JourneyInput, shown: Blueprint, keep: (one: CaseKind) => boolean): JourneyStage[] {
  const { sums, window, heat, promises } = input;
  const byStage = (d: readonly string[]): string => d[0] ?? '';
  const [cohort, levels, stays] = [sums.cohort, sums.levels, sums.stays].map((cells) => gather(cells, keep, byStage));
  const ways = gather(sums.ways, keep, (d) => d[1] ?? '');
  const days = WINDOWS[window].minutes / 1440;
  return shown.stages.map((stage): JourneyStage => {
    const bins = binsOf(stays?.get(stage.id));
    const cell = heat.cells[`${stage.id}|all`];
    const touchpoints = shown.touchpoints.filter((t) => t.stage === stage.index).map((t) => touchpointView(t, ways.get(t.id)));
    return {
      stage: stage.id,
      name: stage.name,
      owner: stage.owner,
      phase: stage.phase,
      after: stage.after,
      mot: stageSummary(shown, stage).mot,
      needs: stage.needs,
      wants: stage.wants,
      next: followers(shown, stage),
      standardMs: stage.standardMs,
      working: stage.standard?.calendar != null,
      medianMs: quantile(bins, 0.5),
      p90Ms: quantile(bins, 0.9),
      timed: [...bins.values()].reduce((sum, count) => sum + count, 0),
      promises: promisesIn(shown, stage.index),
      promised: promisedIn(promises, stage.id),
      friction: cell?.friction ?? null,
      frictionState: cell?.state ?? 'zero',
      visits: cell?.n ?? 0,
      emotion: cell?.emotion ?? { known: 0, valence: null, shares: {} },
      visited: cohort?.get(stage.id)?.get(FUNNEL.visited) ?? 0,
      occupancy: levels?.get(stage.id)?.get(NOW.occupancy) ?? 0,
      stuck: levels?.get(stage.id)?.get(NOW.stuck) ?? 0,
      deviations: touchpoints.reduce((sum, t) => sum + Object.values(t.deviations).reduce((a, b) => a + b, 0), 0),
      expectedPerDay: stage.expectedPerDay,
      perDay: (stays?.get(stage.id)?.get(NOW.inflow) ?? 0) / days,
      touchpoints,
    };
  });
}

function variantsOf(blueprint: Blueprint, ways: CellSums): VariantSummary[] {
  if (blueprint.variants.length === 0) return [];
  const totalOf = (id: string): WayTotal => wayTotal(ways, (one) => isInVariant(id, blueprint, one));
  const base = { ...blueprint.file, variants: [] };
  const own = blueprint.file.variants.map((variant) => ({
    id: variant.id,
    name: variant.name,
    segments: variant.segments ?? null,
    channels: variant.channels ?? null,
    total: totalOf(variant.id),
    changes: diffJourneys(base, variantFile(blueprint.file, variant)),
  }));
  return [...own, { id: BASE_VARIANT, name: 'Everybody else', segments: null, channels: null, total: totalOf(BASE_VARIANT), changes: [] }];
}

/** The whole journey in one illustration. Pure. */
export function journeyView(input: JourneyInput): JourneyView {
  const { blueprint, sums } = input;
  const keep = (one: CaseKind): boolean => isInVariant(input.variant, blueprint, one);
  const shown = blueprint.variants.find((variant) => variant.id === input.variant)?.blueprint ?? blueprint;
  const stages = stagesOf(input, shown, keep);
  const ways = gather(sums.ways, keep, (d) => d[1] ?? '');
  return {
    journey: blueprint.journey,
    version: blueprint.version,
    versions: input.versions,
    name: blueprint.file.name,
    goal: blueprint.file.goal,
    window: input.window,
    position: input.position,
    from: input.from,
    promisesFrom: input.promises.from,
    variant: input.variant ?? null,
    variants: variantsOf(blueprint, sums.ways),
    total: wayTotal(sums.ways, keep),
    order: stages.map((stage) => stage.stage),
    stages: Object.fromEntries(stages.map((stage) => [stage.stage, stage])),
    anywhere: promisesIn(shown, null),
    accompanying: shown.touchpoints.filter((t) => t.stage === null).map((t) => touchpointView(t, ways.get(t.id))),
    expectedPerDay: blueprint.file.expectedPerDay ?? null,
  };
}
