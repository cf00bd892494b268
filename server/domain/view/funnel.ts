import type { Factor, FunnelGroup, FunnelStep, FunnelTotal, FunnelView, Position } from '#lib/contract/index.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import type { CellSums, Measures } from '../kernel/sums.ts';
import { stageSummary } from '../blueprint/blueprint.ts';
import { FUNNEL, NOW, parseCell } from '../kernel/counters.ts';
import { quantile } from '../kernel/log-bins.ts';

/** Sums a funnel is made of: the cohort over the range, levels and flows of now. */
export interface FunnelSums {
  readonly cohort: CellSums;
  readonly levels: CellSums;
  readonly flows: CellSums;
}

export interface FunnelInput {
  readonly blueprint: Blueprint;
  readonly sums: FunnelSums;
  readonly by: 'channel' | 'segment' | null;
  readonly from: number;
  readonly position: Position;
  readonly factors: readonly Factor[];
}

/** Position of a dimension in the cells of the funnel and of now: stage, segment, channel. */
const DIMENSION = { stage: 0, segment: 1, channel: 2 } as const;

function gather(cells: CellSums, keep: (dimensions: readonly string[]) => boolean): Map<string, Measures> {
  const byStage = new Map<string, Measures>();
  for (const [cell, measures] of cells) {
    const { dimensions } = parseCell(cell);
    if (!keep(dimensions)) continue;
    const stage = dimensions[DIMENSION.stage] ?? '';
    let sums = byStage.get(stage);
    if (sums === undefined) byStage.set(stage, (sums = new Map<number, number>()));
    for (const [measure, sum] of measures) sums.set(measure, (sums.get(measure) ?? 0) + sum);
  }
  return byStage;
}

interface Slice {
  readonly cohort: Map<string, Measures>;
  readonly levels: Map<string, Measures>;
  readonly flows: Map<string, Measures>;
}

function sliceOf(sums: FunnelSums, keep: (dimensions: readonly string[]) => boolean): Slice {
  return { cohort: gather(sums.cohort, keep), levels: gather(sums.levels, keep), flows: gather(sums.flows, keep) };
}

function of(slice: Map<string, Measures>, stage: string, measure: number): number {
  return slice.get(stage)?.get(measure) ?? 0;
}

function stepsOf(blueprint: Blueprint, slice: Slice): FunnelStep[] {
  return blueprint.stages.map((stage) => {
    const place = blueprint.steps.indexOf(stage.index);
    const nextStage = blueprint.stages[blueprint.steps[place + 1] ?? -1];
    const reached = place < 0 ? 0 : of(slice.cohort, stage.id, FUNNEL.reached);
    const dropped = of(slice.cohort, stage.id, FUNNEL.dropped);
    const excluded = of(slice.cohort, stage.id, FUNNEL.excluded);
    const goal = place === blueprint.steps.length - 1;
    const wentOn = place < 0 ? 0 : goal ? reached : of(slice.cohort, nextStage?.id ?? '', FUNNEL.reached);
    const bins = new Map<number, number>();
    for (const [measure, count] of slice.cohort.get(stage.id) ?? []) if (measure >= FUNNEL.bins) bins.set(measure - FUNNEL.bins, count);
    const timed = [...bins.values()].reduce((a, b) => a + b, 0);
    const summary = stageSummary(blueprint, stage);
    return {
      stage: stage.id,
      name: stage.name,
      after: stage.after,
      mot: summary.mot,
      reached,
      wentOn,
      waiting: reached - wentOn - dropped - excluded,
      dropped,
      excluded,
      visited: of(slice.cohort, stage.id, FUNNEL.visited),
      medianMs: quantile(bins, 0.5),
      p90Ms: quantile(bins, 0.9),
      timed,
      occupancy: of(slice.levels, stage.id, NOW.occupancy),
      stuck: of(slice.levels, stage.id, NOW.stuck),
      inflow: of(slice.flows, stage.id, NOW.inflow),
      outflow: of(slice.flows, stage.id, NOW.outflow),
      standardMs: stage.standardMs,
    };
  });
}

function totalOf(steps: readonly FunnelStep[]): FunnelTotal {
  const inFunnel = steps.filter((s) => !s.after);
  const entered = inFunnel[0]?.reached ?? 0;
  const converted = inFunnel[inFunnel.length - 1]?.reached ?? 0;
  const dropped = inFunnel.reduce((sum, s) => sum + s.dropped, 0);
  const excluded = inFunnel.reduce((sum, s) => sum + s.excluded, 0);
  return { entered, converted, inProgress: entered - converted - dropped - excluded, dropped, excluded };
}

function groupsOf(input: FunnelInput): Record<string, FunnelGroup> {
  const groups: Record<string, FunnelGroup> = {};
  if (input.by === null) return groups;
  const dimension = DIMENSION[input.by];
  const found = new Set<string>();
  for (const cells of [input.sums.cohort, input.sums.levels])
    for (const cell of cells.keys()) found.add(parseCell(cell).dimensions[dimension] ?? '');
  for (const key of [...found].sort()) {
    const steps = stepsOf(
      input.blueprint,
      sliceOf(input.sums, (dimensions) => dimensions[dimension] === key),
    );
    groups[key] = {
      key,
      total: totalOf(steps),
      steps: steps.map((s) => ({ stage: s.stage, reached: s.reached, occupancy: s.occupancy, stuck: s.stuck })),
    };
  }
  return groups;
}

/** The funnel as a page shows it: cohort and now, side by side, never mixed. Pure. */
export function funnelView(input: FunnelInput): FunnelView {
  const { blueprint } = input;
  const steps = stepsOf(
    blueprint,
    sliceOf(input.sums, () => true),
  );
  return {
    journey: blueprint.journey,
    version: blueprint.version,
    name: blueprint.file.name,
    goal: blueprint.file.goal,
    from: input.from,
    position: input.position,
    windowMs: blueprint.file.window,
    by: input.by,
    total: totalOf(steps),
    order: steps.map((s) => s.stage),
    steps: Object.fromEntries(steps.map((s) => [s.stage, s])),
    groups: groupsOf(input),
    open: steps.reduce((sum, s) => sum + s.occupancy, 0),
    factors: input.factors,
  };
}
