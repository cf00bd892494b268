import type {
  ConversionTimes,
  Factor,
  FunnelTotal,
  GroupComparisons,
  NextPlace,
  Position,
  SavedFunnelView,
  SavedGroup,
  SavedStep,
} from '#lib/contract/index.ts';
import type { Funnel } from '../funnel/compile.ts';
import type { CellSums, Measures } from '../kernel/sums.ts';
import { ATTEMPT, parseCell } from '../kernel/counters.ts';
import { quantile, valueOf } from '../kernel/log-bins.ts';
import { groupComparisons } from './comparison.ts';

/** Bars of a histogram, at most. */
const BARS = 16;
/** Groups of a breakdown shown by name; the others are shown together. */
const NAMED_GROUPS = 12;
/** Name of what is shown together. */
export const OTHER_GROUP = 'other';

/** Sums of one breakdown (or of all): group -> step -> measures. */
type Steps = ReadonlyMap<number, Measures>;

function gather(sums: CellSums, breakdown: string): Map<string, Map<number, Measures>> {
  const groups = new Map<string, Map<number, Measures>>();
  for (const [cell, measures] of sums) {
    const [of = '', group = '', step = '0'] = parseCell(cell).dimensions;
    if (of !== breakdown) continue;
    let steps = groups.get(group);
    if (steps === undefined) groups.set(group, (steps = new Map<number, Measures>()));
    steps.set(Number(step), measures);
  }
  return groups;
}

function of(steps: Steps, step: number, measure: number): number {
  return steps.get(step)?.get(measure) ?? 0;
}

function totalOf(steps: Steps, length: number): FunnelTotal {
  const sum = (measure: number): number => Array.from({ length }, (_, k) => of(steps, k, measure)).reduce((a, b) => a + b, 0);
  const [entered, converted] = [of(steps, 0, ATTEMPT.reached), of(steps, length - 1, ATTEMPT.reached)];
  const [dropped, excluded] = [sum(ATTEMPT.dropped), sum(ATTEMPT.excluded)];
  return { entered, converted, inProgress: entered - converted - dropped - excluded, dropped, excluded };
}

/** Log bins among the measures of a step. */
function binsOf(measures: Measures | undefined, from: number, to: number): Map<number, number> {
  const bins = new Map<number, number>();
  for (const [measure, count] of measures ?? []) if (measure >= from && measure < to && count !== 0) bins.set(measure - from, count);
  return bins;
}

function timesOf(bins: ReadonlyMap<number, number>): ConversionTimes {
  const filled = [...bins.keys()].sort((a, b) => a - b);
  const n = [...bins.values()].reduce((a, b) => a + b, 0);
  const [low, high] = [filled[0] ?? 0, filled.at(-1) ?? -1];
  const width = Math.max(1, Math.ceil((high - low + 1) / BARS));
  const bars = Array.from({ length: Math.ceil((high - low + 1) / width) }, (_, i) => {
    const [first, last] = [low + i * width, low + (i + 1) * width - 1];
    const count = filled.filter((bin) => bin >= first && bin <= last).reduce((sum, bin) => sum + (bins.get(bin) ?? 0), 0);
    return { first, last, fromMs: first === 0 ? 0 : valueOf(first - 0.5), toMs: valueOf(last + 0.5), count };
  });
  // By size: in whatever order they were counted, the same sum to the last digit.
  const sum = filled.reduce((total, bin) => total + valueOf(bin) * (bins.get(bin) ?? 0), 0);
  return { n, medianMs: quantile(bins, 0.5), meanMs: n === 0 ? null : sum / n, p90Ms: quantile(bins, 0.9), bins: bars };
}

function nextOf(places: ReadonlyMap<string, Steps>, step: number, nameOf: (touchpoint: string) => string): NextPlace[] {
  return [...places]
    .map(([touchpoint, steps]) => ({ touchpoint, name: nameOf(touchpoint), count: of(steps, step, ATTEMPT.next) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.touchpoint < b.touchpoint ? -1 : 1));
}

interface Parts {
  readonly funnel: Funnel;
  readonly all: Steps;
  readonly before: Steps;
  readonly places: ReadonlyMap<string, Steps>;
  readonly nameOf: (touchpoint: string) => string;
}

function stepOf({ funnel, all, before, places, nameOf }: Parts, k: number): SavedStep {
  const { steps } = funnel.definition;
  const reached = of(all, k, ATTEMPT.reached);
  const [dropped, excluded] = [of(all, k, ATTEMPT.dropped), of(all, k, ATTEMPT.excluded)];
  const goal = k === steps.length - 1;
  const someOptional = steps.some(({ optional }) => optional);
  const wentOn = goal ? reached : someOptional ? of(all, k, ATTEMPT.wentOn) : of(all, k + 1, ATTEMPT.reached);
  const gaps = binsOf(all.get(k), ATTEMPT.gaps, ATTEMPT.times);
  return {
    step: k + 1,
    name: steps[k]?.name ?? '',
    optional: steps[k]?.optional ?? false,
    reached,
    wentOn,
    waiting: reached - wentOn - dropped - excluded,
    dropped,
    excluded,
    before: of(before, k, ATTEMPT.reached),
    medianMs: quantile(gaps, 0.5),
    p90Ms: quantile(gaps, 0.9),
    timed: [...gaps.values()].reduce((a, b) => a + b, 0),
    next: nextOf(places, k, nameOf),
  };
}

function groupOf(key: string, steps: Steps, length: number): SavedGroup {
  return {
    key,
    total: totalOf(steps, length),
    reached: Array.from({ length }, (_, k) => of(steps, k, ATTEMPT.reached)),
    medianMs: quantile(binsOf(steps.get(length - 1), ATTEMPT.times, Infinity), 0.5),
  };
}

function addUp(parts: readonly Steps[]): Steps {
  const sum = new Map<number, Measures>();
  for (const steps of parts)
    for (const [step, measures] of steps) {
      const into = sum.get(step) ?? new Map<number, number>();
      sum.set(step, into);
      for (const [measure, count] of measures) into.set(measure, (into.get(measure) ?? 0) + count);
    }
  return sum;
}

/** The groups shown by name, most entered first; whatever else there is belongs to `other`. The list behind a group asks the same question. */
export function namedGroups(sums: CellSums, by: number): string[] {
  const groups = [...gather(sums, String(by))].filter(([key]) => key !== OTHER_GROUP);
  const entered = groups.map(([key, steps]) => ({ key, entered: of(steps, 0, ATTEMPT.reached) }));
  return entered
    .sort((a, b) => b.entered - a.entered || (a.key < b.key ? -1 : 1))
    .slice(0, NAMED_GROUPS)
    .map(({ key }) => key);
}

/** The groups of a breakdown with those shown together as one. */
function shownGroups(sums: CellSums, by: number, named: readonly string[]): [string, Steps][] {
  const groups = gather(sums, String(by));
  const shown = named.map((key): [string, Steps] => [key, groups.get(key) ?? new Map<number, Measures>()]);
  const rest = [...groups].filter(([key]) => !named.includes(key)).map(([, steps]) => steps);
  if (rest.length > 0) shown.push([OTHER_GROUP, addUp(rest)]);
  return shown;
}

function groupsOf(sums: CellSums, by: number, length: number): Pick<SavedFunnelView, 'groups' | 'gathered'> {
  const named = namedGroups(sums, by);
  const groups = shownGroups(sums, by, named).map(([key, steps]) => [key, groupOf(key, steps, length)] as const);
  const gathered = [...gather(sums, String(by)).keys()].filter((key) => key !== OTHER_GROUP && !named.includes(key)).length;
  return { groups: Object.fromEntries(groups), gathered };
}

/**
 * Each group against all others, of those whose time is over. Only where the groups were told apart at entry: where a later step tells them apart,
 * how far somebody came decides the group, and every comparison of conversion would mislead.
 */
function comparedOf(input: SavedFunnelInput, by: number): GroupComparisons | undefined {
  const { breakdowns, steps } = input.funnel.definition;
  const breakdown = breakdowns[by];
  if (breakdown === undefined || !(breakdown.at === 'first' || (breakdown.at === 'step' && breakdown.step === 1))) return undefined;
  const sides = shownGroups(input.matured, by, namedGroups(input.sums, by)).map(([key, group]) => {
    const { entered, converted } = totalOf(group, steps.length);
    return [key, { entered, converted }] as const;
  });
  return groupComparisons(new Map(sides), { from: Math.max(input.from, input.since), until: input.maturedUntil });
}

export interface SavedFunnelInput {
  readonly funnel: Funnel;
  /** over the range, of those of it whose window is over, and over the period before */
  readonly sums: CellSums;
  readonly matured: CellSums;
  readonly before: CellSums;
  readonly from: number;
  readonly maturedUntil: number;
  readonly beforeFrom: number;
  readonly beforeAt: number;
  /** day of the first attempt of all, ms; 0: not known */
  readonly since: number;
  readonly position: Position;
  readonly by: number | null;
  readonly factors: readonly Factor[];
  /** a person's name for a touchpoint */
  readonly nameOf: (touchpoint: string) => string;
}

/** A saved funnel as a page shows it. Pure. */
export function savedFunnelView(input: SavedFunnelInput): SavedFunnelView {
  const comparison = input.by === null ? undefined : comparedOf(input, input.by);
  const { funnel } = input;
  const { definition } = funnel;
  const length = definition.steps.length;
  const overall = (sums: CellSums): Steps => gather(sums, '').get('') ?? new Map<number, Measures>();
  const all = overall(input.sums);
  const parts: Parts = { funnel, all, before: overall(input.before), places: gather(input.sums, '>'), nameOf: input.nameOf };
  const steps = definition.steps.map((_, k) => stepOf(parts, k));
  return {
    definition,
    from: input.from,
    position: input.position,
    total: totalOf(all, length),
    matured: totalOf(overall(input.matured), length),
    maturedUntil: input.maturedUntil,
    before: totalOf(parts.before, length),
    beforeFrom: input.beforeFrom,
    beforeAt: input.beforeAt,
    order: steps.map(({ step }) => String(step)),
    steps: Object.fromEntries(steps.map((step) => [String(step.step), step])),
    times: timesOf(binsOf(all.get(length - 1), ATTEMPT.times, Infinity)),
    by: input.by,
    ...(input.by === null ? { groups: {}, gathered: 0 } : groupsOf(input.sums, input.by, length)),
    ...(comparison === undefined ? {} : { comparison }),
    factors: input.factors,
  };
}
