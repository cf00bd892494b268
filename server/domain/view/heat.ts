import { ALL, CLUES, COMPONENTS, EMOTIONS, FEW, OUTSIDE, WINDOWS, ownColumn } from '#lib/contract/index.ts';
import type {
  BarrierNote,
  Clue,
  ClueShare,
  Column,
  Component,
  Emotion,
  Factor,
  FrictionConfiguration,
  HeatCell,
  HeatExtra,
  HeatView,
  Position,
  Presence,
  SourceHealth,
  Window,
} from '#lib/contract/index.ts';
import type { Blueprint, Stage, Touchpoint } from '../blueprint/blueprint.ts';
import type { CellSums, Measures } from '../kernel/sums.ts';
import { stageSummary } from '../blueprint/blueprint.ts';
import { baselineOf, demandOf } from '../silence/baseline.ts';
import { openIn } from '../silence/hours.ts';
import type { OpenOf } from '../silence/hours.ts';
import { presenceOf } from '../silence/presence.ts';
import type { PresenceVerdict } from '../silence/presence.ts';
import { cellOf } from '../friction/friction.ts';
import type { Calendar } from '../kernel/calendar.ts';
import { HEAT, PROMISE, parseCell } from '../kernel/counters.ts';
import { minuteOf } from '../kernel/time.ts';

/** Position of a dimension in the cells of the heatmap: stage, channel, segment, owner, charge, touchpoint. */
const DIMENSION: Readonly<Record<Exclude<Column, 'clue'>, number>> = { channel: 1, segment: 2, owner: 3 };
const CHARGE = 4;
const TOUCHPOINT = 5;

export interface HeatInput {
  readonly blueprint: Blueprint;
  readonly window: Window;
  /** a stretch of time in place of the window: its start, ms, and length */
  readonly chosen?: { readonly from: number; readonly minutes: number } | undefined;
  readonly by: Column;
  /** what squares carry besides friction and feeling */
  readonly layer?: HeatExtra | undefined;
  /** promises with an outcome in the window: `kept` and `broken`; where squares are to carry them */
  readonly outcomes?: CellSums | undefined;
  readonly position: Position;
  readonly sums: CellSums;
  /** the same window in earlier weeks, newest first, as far back as there are any */
  readonly weeks: readonly CellSums[];
  /** the same of all versions and variants, where there are several: what is silent is told by all that are there; absent: these are all */
  readonly seen?: { readonly now: CellSums; readonly weeks: readonly CellSums[] } | undefined;
  /** minute of the journey's first case; null: there was none yet; absent: long ago */
  readonly since?: number | null | undefined;
  /** by `cellPlace` */
  readonly notes: ReadonlyMap<string, BarrierNote>;
  readonly sources: readonly SourceHealth[];
  readonly factors: readonly Factor[];
  readonly configuration: FrictionConfiguration;
  /** strength of the pull to the parent, in visits */
  readonly kappa: number;
}

/** Length of what is shown, minutes. */
function minutesOf(input: HeatInput): number {
  return input.chosen?.minutes ?? WINDOWS[input.window].minutes;
}

/** The kind of clue that a visit's first touchpoint gives. */
function clueOf(dimensions: readonly string[], blueprint: Blueprint): Clue | undefined {
  return blueprint.touchpoints[Number(dimensions[TOUCHPOINT])]?.clue;
}

/** What a visit's cell is in the columns of the heatmap; its dimensions are stage, channel, segment, owner, charge, touchpoint. */
export function visitColumn(dimensions: readonly string[], by: Column, blueprint: Blueprint): string {
  if (by === 'clue') return clueOf(dimensions, blueprint) ?? '';
  return by === 'owner' && dimensions[CHARGE] !== 'owner' ? OUTSIDE : ownColumn(dimensions[DIMENSION[by]] ?? '');
}

/** What a promise's cell is in the columns of the heatmap; its dimensions are stage, owner, segment, kind, touchpoint, charge, variant, channel. */
export function promiseColumn(
  promise: {
    readonly owner: string;
    readonly segment: string;
    readonly touchpoint: string;
    readonly charge: string;
    readonly channel: string;
  },
  by: Column,
  blueprint: Blueprint,
): string {
  if (by === 'owner') return promise.charge === 'owner' ? ownColumn(promise.owner) : OUTSIDE;
  if (by === 'segment') return ownColumn(promise.segment);
  if (by === 'channel') return promise.channel;
  return blueprint.touchpoints.find((t) => t.id === promise.touchpoint)?.clue ?? '';
}

/** Grids of the window and of the same window in earlier weeks. */
interface Grids {
  readonly extras: Extras;
  readonly now: Map<string, Measures>;
  readonly weeks: readonly Map<string, Measures>[];
  /** by which silence is told */
  readonly seen: { readonly now: ReadonlyMap<string, Measures>; readonly weeks: readonly ReadonlyMap<string, Measures>[] };
  readonly openOf: OpenOf;
}

type Absence = PresenceVerdict & { readonly lastSeen: number | null };

/** Sums of the grid: `stage|column`, with the column `all` and the row of the journey as a whole (`|all`). */
export function gridOf(sums: CellSums, by: Column, blueprint: Blueprint): Map<string, Measures> {
  const grid = new Map<string, Measures>();
  for (const [cell, measures] of sums) {
    const { dimensions } = parseCell(cell);
    const stage = dimensions[0] ?? '';
    const column = visitColumn(dimensions, by, blueprint);
    for (const key of [`${stage}|${column}`, `${stage}|${ALL}`, `|${ALL}`]) {
      let into = grid.get(key);
      if (into === undefined) grid.set(key, (into = new Map<number, number>()));
      for (const [measure, sum] of measures) into.set(measure, (into.get(measure) ?? 0) + sum);
    }
  }
  return grid;
}

/** Promises kept and broken in the window, by square, the column `all` included. */
function outcomesBySquare(input: HeatInput): Map<string, { kept: number; broken: number }> {
  const squares = new Map<string, { kept: number; broken: number }>();
  for (const [cell, measures] of input.outcomes ?? []) {
    const [stage = '', owner = '', segment = '', , touchpoint = '', charge = '', , channel = ''] = parseCell(cell).dimensions;
    const column = promiseColumn({ owner, segment, touchpoint, charge, channel }, input.by, input.blueprint);
    for (const key of [`${stage}|${column}`, `${stage}|${ALL}`]) {
      const known = squares.get(key) ?? { kept: 0, broken: 0 };
      known.kept += measures.get(PROMISE.kept) ?? 0;
      known.broken += measures.get(PROMISE.broken) ?? 0;
      squares.set(key, known);
    }
  }
  return squares;
}

/** Visits and friction of every square by kind of clue. */
function cluesBySquare(input: HeatInput): Map<string, Map<Clue, { n: number; sum: number }>> {
  const squares = new Map<string, Map<Clue, { n: number; sum: number }>>();
  for (const [cell, measures] of input.sums) {
    const { dimensions } = parseCell(cell);
    const clue = clueOf(dimensions, input.blueprint);
    if (clue === undefined) continue;
    const stage = dimensions[0] ?? '';
    for (const key of [`${stage}|${visitColumn(dimensions, input.by, input.blueprint)}`, `${stage}|${ALL}`]) {
      const its = squares.get(key) ?? new Map<Clue, { n: number; sum: number }>();
      const known = its.get(clue) ?? { n: 0, sum: 0 };
      known.n += measures.get(HEAT.visits) ?? 0;
      known.sum += frictionSum(measures);
      squares.set(key, its.set(clue, known));
    }
  }
  return squares;
}

function clueShares(its: ReadonlyMap<Clue, { readonly n: number; readonly sum: number }> | undefined): ClueShare[] {
  const all = [...(its?.values() ?? [])].reduce((sum, one) => sum + one.sum, 0);
  return CLUES.flatMap((clue) => {
    const one = its?.get(clue);
    return one === undefined || one.n === 0 ? [] : [{ clue, n: one.n, share: all === 0 ? 0 : one.sum / all }];
  });
}

/** What squares carry besides: read once for the whole picture. */
interface Extras {
  readonly promises?: ReadonlyMap<string, { readonly kept: number; readonly broken: number }>;
  readonly clues?: ReadonlyMap<string, ReadonlyMap<Clue, { readonly n: number; readonly sum: number }>>;
}

function extrasOf(input: HeatInput): Extras {
  if (input.layer === 'promises') return { promises: outcomesBySquare(input) };
  return input.layer === 'clues' ? { clues: cluesBySquare(input) } : {};
}

/** Friction of all visits of a square, thousandths of a point: the sum of its parts. */
export function frictionSum(measures: Measures | undefined): number {
  let sum = 0;
  for (let i = 0; i < COMPONENTS.length; i++) sum += measures?.get(HEAT.parts + i) ?? 0;
  return sum;
}

/** Mean friction 0..1 of a square, shrunk towards its parent's. */
function shrunkMean(measures: Measures | undefined, parent: number, kappa: number): number {
  const n = measures?.get(HEAT.visits) ?? 0;
  return n + kappa > 0 ? (frictionSum(measures) / 100_000 + kappa * parent) / (n + kappa) : parent;
}

/** What a square is pulled to: the stage's average, itself pulled to the journey's. */
export function parentMean(
  grid: ReadonlyMap<string, Measures>,
  where: { readonly stage: string; readonly column: string },
  kappa: number,
): number {
  const { stage, column } = where;
  const journey = grid.get(`|${ALL}`);
  const visits = journey?.get(HEAT.visits) ?? 0;
  const overall = visits === 0 ? 0 : frictionSum(journey) / 100_000 / visits;
  return column === ALL ? overall : shrunkMean(grid.get(`${stage}|${ALL}`), overall, kappa);
}

function partSums(measures: Measures | undefined): Map<Component, number> {
  const parts = new Map<Component, number>();
  COMPONENTS.forEach((component, i) => {
    const sum = measures?.get(HEAT.parts + i);
    if (sum !== undefined) parts.set(component, sum);
  });
  return parts;
}

function emotionOf(measures: Measures | undefined): HeatCell['emotion'] {
  const confidence = measures?.get(HEAT.confidence) ?? 0;
  const shares: Partial<Record<Emotion, number>> = {};
  EMOTIONS.forEach((emotion, i) => {
    const sum = measures?.get(HEAT.emotions + i) ?? 0;
    if (sum > 0 && confidence > 0) shares[emotion] = sum / confidence;
  });
  return {
    known: measures?.get(HEAT.known) ?? 0,
    valence: confidence === 0 ? null : (measures?.get(HEAT.valence) ?? 0) / confidence,
    shares,
  };
}

/** What the journey plans in a square: whether anything, and which sources tell of it. */
interface Planned {
  readonly any: boolean;
  readonly sources: readonly string[];
  /** when it is served: the hours of each touchpoint here, of a stage as a whole its own */
  readonly hours: readonly (Calendar | null)[];
  /** of these, those of the touchpoints placed in the stage, which bring most of what comes; where there is none, all */
  readonly main: readonly string[];
}

function planned(blueprint: Blueprint, stage: Stage, at: { readonly by: Column; readonly column: string }): Planned {
  if (at.column === OUTSIDE) return { any: true, sources: [], main: [], hours: [] };
  const isWhole = at.by === 'segment' || at.column === ALL;
  const isHere = (t: Touchpoint): boolean =>
    isWhole ||
    (at.by === 'channel' ? t.channels.some((c) => c === at.column) : (at.by === 'clue' ? t.clue : ownColumn(t.owner)) === at.column);
  const here = blueprint.touchpoints.filter((t) => (t.stage === stage.index || t.stage === null) && isHere(t));
  const sourcesOf = (touchpoints: readonly Touchpoint[]): readonly string[] => touchpoints.map((t) => t.source ?? '');
  const placed = here.filter((t) => t.stage !== null);
  const main = sourcesOf(placed.length > 0 ? placed : here);
  const hours = isWhole ? [stage.hours] : here.map((t) => t.hours);
  return { any: isWhole || here.length > 0, sources: isWhole ? main : sourcesOf(here), main, hours };
}

/** The name under which notes on a square are kept. */
function cellPlace(by: Column, stage: string, column: string): string {
  return `cell:${by}:${stage}|${column}`;
}

/** What the journey file expects in a square over a window: by channel, the touchpoints placed there; of a stage as a whole, its cases. */
function planCount(input: HeatInput, openOf: OpenOf, where: { readonly stage: Stage; readonly column: string }): number | null {
  const { stage, column } = where;
  if (column === ALL) return stage.expectedPerDay === null ? null : stage.expectedPerDay * openOf(stage.hours).days;
  if (input.by !== 'channel') return null;
  const here = input.blueprint.touchpoints.filter((t) => t.stage === stage.index && t.channel === column && t.expectedPerDay !== null);
  return here.length === 0 ? null : here.reduce((sum, t) => sum + (t.expectedPerDay ?? 0) * openOf(t.hours).days, 0);
}

const visitsIn = (grid: ReadonlyMap<string, Measures>, key: string): number => grid.get(key)?.get(HEAT.visits) ?? 0;

/** Which picture a square shows: none of them is like another. */
function presenceIn(input: HeatInput, grids: Grids, where: { readonly stage: Stage; readonly column: string }): Absence {
  const { stage, column } = where;
  const key = `${stage.id}|${column}`;
  const plan = planned(input.blueprint, stage, { by: input.by, column });
  const healthOf = (id: string): SourceHealth | undefined => input.sources.find((s) => s.source === id);
  const speaking = plan.sources.map(healthOf);
  const isDown = speaking.length > 0 && speaking.every((s) => s?.state === 'down');
  const down = (isDown ? speaking : plan.main.map(healthOf)).filter((s) => s?.state === 'down');
  const before = input.blueprint.stages[stage.index - 1];
  const { now, weeks } = grids.seen;
  const usual = before === undefined ? null : baselineOf(weeks.map((week) => visitsIn(week, `${before.id}|${ALL}`)));
  const verdict = presenceOf({
    observed: visitsIn(now, key),
    planned: plan.any,
    down: isDown,
    partlyDown: down.length > 0,
    heard: speaking.length === 0 || speaking.some((s) => s?.state !== 'never'),
    baseline: baselineOf(weeks.map((week) => visitsIn(week, key))),
    planCount: planCount(input, grids.openOf, where),
    demand: before === undefined ? 1 : demandOf(visitsIn(now, `${before.id}|${ALL}`), usual === null ? null : usual.expected),
    open: plan.hours.length === 0 ? 1 : Math.max(...plan.hours.map((hours) => grids.openOf(hours).share)),
  });
  const seen = down.length > 0 ? Math.max(...down.map((s) => s?.lastAt ?? 0)) : null;
  const presence = pictureOf(verdict.presence, visitsIn(grids.now, key));
  return { ...verdict, presence, lastSeen: presence === 'source_down' ? seen : null };
}

/** The picture of a square that shows some of all visits there: where those are enough, these may be too few, or none. */
function pictureOf(presence: Presence, own: number): Presence {
  if (presence !== 'value' && presence !== 'few') return presence;
  if (own === 0) return 'zero';
  return own < FEW ? 'few' : presence;
}

function heatCell(input: HeatInput, grids: Grids, where: { readonly stage: Stage; readonly column: string }): HeatCell {
  const { stage, column } = where;
  const key = `${stage.id}|${column}`;
  const measures = grids.now.get(key);
  const n = measures?.get(HEAT.visits) ?? 0;
  const sum = frictionSum(measures);
  const { kappa } = input;
  const place = { stage: stage.id, column };
  const cell = cellOf({ n, sum, partSums: partSums(measures) }, parentMean(grids.now, place, kappa), kappa);
  const absence = presenceIn(input, grids, where);
  const shown = absence.presence === 'value' ? cell.shown : null;
  const [lastWeek] = grids.weeks;
  const earlier = lastWeek?.get(key);
  const nBefore = earlier?.get(HEAT.visits) ?? 0;
  const was = lastWeek === undefined || nBefore < FEW ? null : 100 * shrunkMean(earlier, parentMean(lastWeek, place, kappa), kappa);
  return {
    stage: stage.id,
    column,
    state: absence.presence,
    n,
    friction: shown,
    mean: cell.mean,
    low: cell.low,
    high: cell.high,
    uncertain: cell.uncertain,
    parts: cell.parts,
    pull: n > 0 ? cell.pull : 0,
    emotion: emotionOf(measures),
    load: sum / 100_000 / (minutesOf(input) / 60),
    change: shown === null || was === null ? null : shown - was,
    lastSeen: absence.lastSeen,
    expected: absence.expected,
    basis: absence.basis,
    demand: absence.demand,
    open: absence.open,
    p: absence.p,
    hush: absence.hush,
    note: input.notes.get(cellPlace(input.by, stage.id, column)) ?? null,
    ...(grids.extras.promises && { promises: grids.extras.promises.get(key) ?? { kept: 0, broken: 0 } }),
    ...(grids.extras.clues && { clues: clueShares(grids.extras.clues.get(key)) }),
  };
}

/** Columns in an order that does not move while live: planned ones first, in the order of the contract or the file. */
function columnsOf(blueprint: Blueprint, by: Column, { now, extras }: Grids): string[] {
  const planned =
    by === 'channel'
      ? [...new Set(blueprint.touchpoints.flatMap((t) => t.channels))]
      : by === 'owner'
        ? [...new Set(blueprint.touchpoints.map((t) => ownColumn(t.owner)))]
        : by === 'clue'
          ? CLUES.filter((clue) => blueprint.touchpoints.some((t) => t.clue === clue))
          : blueprint.file.segments.map(ownColumn);
  const columnOf = (square: string): string => square.slice(square.indexOf('|') + 1);
  // What was promised at no touchpoint gives no kind of clue: it counts in its stage as a whole.
  const promised = [...(extras.promises?.keys() ?? [])].map(columnOf).filter((column) => column !== '');
  const seen = new Set([...[...now.keys()].map(columnOf), ...promised]);
  seen.delete(ALL);
  const extra = [...seen].filter((column) => !planned.includes(column)).sort();
  return [...planned, ...extra];
}

/** The heatmap as a page shows it. Pure. */
export function heatView(input: HeatInput): HeatView {
  const { blueprint } = input;
  const grid = (sums: CellSums): Map<string, Measures> => gridOf(sums, input.by, blueprint);
  const own = { now: grid(input.sums), weeks: input.weeks.map(grid) };
  const seen = input.seen === undefined ? own : { now: grid(input.seen.now), weeks: input.seen.weeks.map(grid) };
  const { since = -Infinity } = input;
  const at = minuteOf(input.position.at);
  const openOf = openIn({ at, minutes: minutesOf(input), since, zone: blueprint.file.zone, weeks: seen.weeks.length });
  const grids = { ...own, seen, extras: extrasOf(input), openOf };
  const columns = columnsOf(blueprint, input.by, grids);
  const cells: Record<string, HeatCell> = {};
  for (const stage of blueprint.stages)
    for (const column of [...columns, ALL]) cells[`${stage.id}|${column}`] = heatCell(input, grids, { stage, column });
  return {
    journey: blueprint.journey,
    version: blueprint.version,
    name: blueprint.file.name,
    window: input.window,
    by: input.by,
    position: input.position,
    from: input.chosen?.from ?? null,
    rows: blueprint.stages.map((stage) => stageSummary(blueprint, stage)),
    columns,
    cells,
    configuration: input.configuration,
    kappa: input.kappa,
    sources: input.sources,
    factors: input.factors,
  };
}
