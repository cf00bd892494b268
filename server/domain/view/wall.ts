import type { HeatView, Hotspot, Position, WallTile, WallView, Window } from '#lib/contract/index.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import type { CellSums } from '../kernel/sums.ts';
import { EVENT, HEAT, NOW, PROMISE } from '../kernel/counters.ts';
import { totalOf } from '../kernel/sums.ts';
import { frictionSum } from './heat.ts';

/** Cells on a wall. */
const WORST = 5;

/** The sums a wall is made of, at one minute. */
export interface WallSums {
  readonly heat: CellSums;
  /** who is where */
  readonly levels: CellSums;
  readonly promises: CellSums;
  readonly events: CellSums;
}

export interface WallInput {
  readonly blueprint: Blueprint;
  readonly window: Window;
  readonly position: Position;
  readonly now: WallSums;
  readonly before: WallSums;
  readonly heat: HeatView;
  readonly hot: readonly Hotspot[];
}

interface Figures {
  readonly open: number;
  readonly stuck: number;
  readonly kept: number | null;
  readonly settled: number;
  readonly friction: number | null;
  readonly visits: number;
  readonly valence: number | null;
  readonly known: number;
  readonly contacts: number;
}

function figuresOf(sums: WallSums): Figures {
  const kept = totalOf(sums.promises, PROMISE.kept);
  const settled = kept + totalOf(sums.promises, PROMISE.broken) + totalOf(sums.promises, PROMISE.late);
  const visits = totalOf(sums.heat, HEAT.visits);
  const confidence = totalOf(sums.heat, HEAT.confidence);
  return {
    open: totalOf(sums.levels, NOW.occupancy),
    stuck: totalOf(sums.levels, NOW.stuck),
    kept: settled === 0 ? null : (100 * kept) / settled,
    settled,
    friction: visits === 0 ? null : [...sums.heat.values()].reduce((sum, measures) => sum + frictionSum(measures), 0) / 1000 / visits,
    visits,
    valence: confidence === 0 ? null : totalOf(sums.heat, HEAT.valence) / confidence,
    known: totalOf(sums.heat, HEAT.known),
    contacts: totalOf(sums.events, EVENT.contacts),
  };
}

type Status = WallTile['status'];

/** Above `watch`: watch; above `breach`: breach. Turned round where low is bad. */
function status(value: number | null, limits: { readonly watch: number; readonly breach: number }): Status {
  if (value === null) return 'normal';
  const worse = limits.breach > limits.watch ? 1 : -1;
  if (worse * value >= worse * limits.breach) return 'breach';
  return worse * value >= worse * limits.watch ? 'watch' : 'normal';
}

/** Deviations by which two counts of the same rate hardly ever differ by chance. */
const BEYOND_CHANCE = 3;

/** How many times as many as before; one where chance explains the difference: 5 calls and then 9 are no surge. Null: there were none before. */
export function surgeOf(now: number, before: number): number | null {
  if (before === 0) return null;
  return Math.abs(now - before) <= BEYOND_CHANCE * Math.sqrt(now + before) ? 1 : now / before;
}

function difference(now: number | null, before: number | null): number | null {
  return now === null || before === null ? null : now - before;
}

/** What a wallboard shows: six numbers and the worst squares. By its type it can hold no personal field. Pure. */
export function wallView(input: WallInput): WallView {
  const [now, before] = [figuresOf(input.now), figuresOf(input.before)];
  const share = now.open === 0 ? null : now.stuck / now.open;
  const surge = surgeOf(now.contacts, before.contacts);
  const tiles: WallTile[] = [
    { id: 'open', name: 'in journey', value: now.open, unit: '', change: difference(now.open, before.open), n: now.open, status: 'normal' },
    {
      id: 'stuck',
      name: 'stuck',
      value: now.stuck,
      unit: '',
      change: difference(now.stuck, before.stuck),
      n: now.open,
      status: status(share, { watch: 0.1, breach: 0.2 }),
    },
    {
      id: 'kept',
      name: 'promises kept',
      value: now.kept,
      unit: '%',
      change: difference(now.kept, before.kept),
      n: now.settled,
      status: status(now.kept, { watch: 90, breach: 80 }),
    },
    {
      id: 'friction',
      name: 'friction',
      value: now.friction,
      unit: '',
      change: difference(now.friction, before.friction),
      n: now.visits,
      status: status(now.friction, { watch: 25, breach: 40 }),
    },
    {
      id: 'valence',
      name: 'emotion',
      value: now.valence,
      unit: '',
      change: difference(now.valence, before.valence),
      n: now.known,
      status: status(now.valence, { watch: -0.1, breach: -0.3 }),
    },
    {
      id: 'contacts',
      name: 'contacts',
      value: now.contacts,
      unit: '/h',
      change: difference(now.contacts, before.contacts),
      n: now.contacts,
      status: status(surge, { watch: 1.3, breach: 1.6 }),
    },
  ];
  const names = new Map(input.blueprint.stages.map((s) => [s.id, s.name]));
  const worst = Object.values(input.heat.cells)
    .filter((c) => c.state === 'value' && c.column !== 'all' && (c.friction ?? 0) >= 1)
    .sort((a, b) => (b.friction ?? 0) - (a.friction ?? 0) || (a.stage + a.column < b.stage + b.column ? -1 : 1))
    .slice(0, WORST)
    .map((c) => ({
      stage: c.stage,
      name: names.get(c.stage) ?? { customer: c.stage, internal: c.stage },
      column: c.column,
      friction: c.friction ?? 0,
      valence: c.emotion.valence,
      n: c.n,
      change: c.change,
    }));
  const hushed = Object.values(input.heat.cells)
    .filter((c) => c.column !== 'all' && (c.hush !== null || c.state === 'silent' || c.state === 'quiet'))
    .sort((a, b) => (a.p ?? 1) - (b.p ?? 1) || (a.stage + a.column < b.stage + b.column ? -1 : 1))
    .slice(0, WORST)
    .map((c) => ({
      stage: c.stage,
      name: names.get(c.stage) ?? { customer: c.stage, internal: c.stage },
      column: c.column,
      presence: c.hush ?? ('silent' as const),
    }));
  return {
    journey: input.blueprint.journey,
    name: input.blueprint.file.name,
    window: input.window,
    position: input.position,
    tiles,
    worst,
    hot: input.hot
      .filter(({ state }) => state === 'open')
      .slice(0, WORST)
      .map(({ stage, name, channel, since, ratio, owner }) => ({
        stage,
        name,
        column: channel,
        since,
        ratio: Math.round(ratio * 10) / 10,
        owner,
      })),
    hushed,
    down: input.heat.sources.filter((s) => s.state === 'down').map((s) => s.name),
  };
}
