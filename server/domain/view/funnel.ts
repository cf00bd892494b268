import type {
  Factor,
  FunnelAge,
  FunnelGroup,
  FunnelStep,
  FunnelTotal,
  FunnelView,
  GroupComparisons,
  Position,
  VersionComparison,
} from '#lib/contract/index.ts';
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
  readonly age?: FunnelAge;
  readonly comparison?: GroupComparisons | undefined;
  readonly versions?: VersionComparison | null;
}

/** Position of a dimension in the cells of the funnel and of now: stage, segment, channel. */
const DIMENSION = { stage: 0, segment: 1, channel: 2 } as const;

/** Measures by stage. */
type Stages = Map<string, Measures>;

interface Slice {
  readonly cohort: Stages;
  readonly levels: Stages;
  readonly flows: Stages;
}

const PARTS = ['cohort', 'levels', 'flows'] as const;

function emptySlice(): Slice {
  return { cohort: new Map(), levels: new Map(), flows: new Map() };
}

function gather(into: Stages, stage: string, measures: Measures): void {
  let sums = into.get(stage);
  if (sums === undefined) into.set(stage, (sums = new Map<number, number>()));
  for (const [measure, sum] of measures) sums.set(measure, (sums.get(measure) ?? 0) + sum);
}

/** Every cell is taken apart once: into the slice of the whole, and into that of its group. */
function slicesOf(sums: FunnelSums, by: FunnelInput['by']): { readonly whole: Slice; readonly groups: ReadonlyMap<string, Slice> } {
  const whole = emptySlice();
  const groups = new Map<string, Slice>();
  for (const part of PARTS)
    for (const [cell, measures] of sums[part]) {
      const { dimensions } = parseCell(cell);
      const stage = dimensions[DIMENSION.stage] ?? '';
      gather(whole[part], stage, measures);
      if (by === null) continue;
      const key = dimensions[DIMENSION[by]] ?? '';
      let group = groups.get(key);
      // Flows alone make no group: whoever only passed through is in none.
      if (group === undefined && part !== 'flows') groups.set(key, (group = emptySlice()));
      if (group !== undefined) gather(group[part], stage, measures);
    }
  return { whole, groups };
}

function of(slice: Stages, stage: string, measure: number): number {
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

type Counts = Pick<FunnelStep, 'stage' | 'after' | 'reached' | 'dropped' | 'excluded' | 'occupancy' | 'stuck'>;

/** What is counted per stage, without what only the whole funnel shows. */
function countsOf(blueprint: Blueprint, slice: Slice): Counts[] {
  return blueprint.stages.map((stage) => ({
    stage: stage.id,
    after: stage.after,
    reached: blueprint.steps.includes(stage.index) ? of(slice.cohort, stage.id, FUNNEL.reached) : 0,
    dropped: of(slice.cohort, stage.id, FUNNEL.dropped),
    excluded: of(slice.cohort, stage.id, FUNNEL.excluded),
    occupancy: of(slice.levels, stage.id, NOW.occupancy),
    stuck: of(slice.levels, stage.id, NOW.stuck),
  }));
}

function totalOf(steps: readonly Counts[]): FunnelTotal {
  const inFunnel = steps.filter((s) => !s.after);
  const entered = inFunnel[0]?.reached ?? 0;
  const converted = inFunnel[inFunnel.length - 1]?.reached ?? 0;
  const dropped = inFunnel.reduce((sum, s) => sum + s.dropped, 0);
  const excluded = inFunnel.reduce((sum, s) => sum + s.excluded, 0);
  return { entered, converted, inProgress: entered - converted - dropped - excluded, dropped, excluded };
}

function groupsOf(blueprint: Blueprint, slices: ReadonlyMap<string, Slice>): Record<string, FunnelGroup> {
  const sorted = [...slices].sort(([a], [b]) => (a < b ? -1 : 1));
  // From entries: a group may be called as what every object has, such as `__proto__`.
  return Object.fromEntries(
    sorted.map(([key, slice]): [string, FunnelGroup] => {
      const counts = countsOf(blueprint, slice);
      const steps = counts.map(({ stage, reached, occupancy, stuck }) => ({ stage, reached, occupancy, stuck }));
      return [key, { key, total: totalOf(counts), steps }];
    }),
  );
}

/** What became of a cohort, without what is shown per stage. */
export function cohortTotal(blueprint: Blueprint, cohort: CellSums): FunnelTotal {
  const sums = new Map<string, number>();
  for (const [cell, measures] of cohort) {
    const [stage = ''] = parseCell(cell).dimensions;
    for (const [measure, sum] of measures) if (measure < FUNNEL.bins) add(sums, `${stage} ${measure}`, sum);
  }
  const of_ = (stage: string, measure: number): number => sums.get(`${stage} ${measure}`) ?? 0;
  const stages = blueprint.steps.map((index) => blueprint.stages[index]?.id ?? '');
  const total = (measure: number): number => stages.reduce((sum, stage) => sum + of_(stage, measure), 0);
  const [entered, converted] = [of_(stages[0] ?? '', FUNNEL.reached), of_(stages.at(-1) ?? '', FUNNEL.reached)];
  const [dropped, excluded] = [total(FUNNEL.dropped), total(FUNNEL.excluded)];
  return { entered, converted, inProgress: entered - converted - dropped - excluded, dropped, excluded };
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

/** The funnel as a page shows it: cohort and now, side by side, never mixed. Pure. */
export function funnelView(input: FunnelInput): FunnelView {
  const { blueprint } = input;
  const { whole, groups } = slicesOf(input.sums, input.by);
  const steps = stepsOf(blueprint, whole);
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
    ...(input.age === undefined ? {} : { age: input.age }),
    order: steps.map((s) => s.stage),
    steps: Object.fromEntries(steps.map((s) => [s.stage, s])),
    groups: groupsOf(blueprint, groups),
    ...(input.comparison === undefined ? {} : { comparison: input.comparison }),
    ...(input.versions === undefined || input.versions === null ? {} : { versions: input.versions }),
    open: steps.reduce((sum, s) => sum + s.occupancy, 0),
    factors: input.factors,
  };
}
