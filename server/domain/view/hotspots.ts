import { COMPONENTS, FEW } from '#lib/contract/index.ts';
import type { Channel, Component, Hotspot, HotspotView, Position } from '#lib/contract/index.ts';
import type { Blueprint } from '../blueprint/blueprint.ts';
import { QUARTER_MINUTES } from '../hotspot/usual.ts';
import type { History } from '../hotspot/usual.ts';
import type { Episode } from '../hotspot/watch.ts';
import { SquareWatch } from '../hotspot/watch.ts';
import { HEAT, parseCell } from '../kernel/counters.ts';
import type { CellSums, Tracer } from '../kernel/sums.ts';
import { DAY_MINUTES, MINUTE } from '../kernel/time.ts';
import { frictionSum } from './heat.ts';

/** How far back squares are watched, minutes; before that lies what tells what is usual. */
const WATCHED = 2 * DAY_MINUTES;
/** What is over for longer than this is no news, minutes. */
const NEWS = DAY_MINUTES;
/** A visit gains friction for at most about so long after its last activity, minutes: a promise made in it that stays unmet. */
const VISIT_REACH = 14 * DAY_MINUTES;
/** Segments and parts named of one hotspot. */
const NAMED = 3;

/** The square that a cell of the heatmap belongs to: stage and channel. */
function squareOf(cell: string): string {
  const [stage = '', channel = ''] = parseCell(cell).dimensions;
  return `${stage}|${channel}`;
}

const isPain = (measure: number): boolean => measure >= HEAT.parts && measure < HEAT.parts + COMPONENTS.length;

/** Names squares once per cell. */
class Squares {
  readonly #byCell = new Map<string, string>();
  of(cell: string): string {
    let square = this.#byCell.get(cell);
    if (square === undefined) this.#byCell.set(cell, (square = squareOf(cell)));
    return square;
  }
}

/** The minute that follows the reference days: the same for a whole day, so that what is usual is learnt once a day. */
export function referenceEnd(minute: number): number {
  return Math.floor((minute - WATCHED) / DAY_MINUTES) * DAY_MINUTES;
}

/** Anchors of the bookings that tell what was gained in a stretch of time: visits that gain friction then may have been left long before. */
export function gainedRange(from: number, to: number): { readonly from: number; readonly to: number } {
  return { from: from - VISIT_REACH, to };
}

/**
 * Takes bookings into the history, each at the minute from which it holds: a visit that moves on leaves its former place in that very minute, so
 * what remains is what was gained, visits that began and friction that was added, and every visit counts once.
 */
export function teach(history: History): Tracer {
  const squares = new Squares();
  return (cell, measure, _anchor, booked, sum) => {
    const quarter = Math.floor(booked / QUARTER_MINUTES);
    if (measure === HEAT.visits) history.add(squares.of(cell), quarter, { visits: sum, pain: 0 });
    else if (isPain(measure)) history.add(squares.of(cell), quarter, { visits: 0, pain: sum / 1000 });
  };
}

interface Minutes {
  readonly pain: Float64Array;
}

/** One time in which a square was a hotspot, with what went on meanwhile; pain in points, as in the history. */
export interface Spot extends Episode {
  readonly square: string;
  readonly pain: number;
  readonly usualPain: number;
}

/** What all squares gained in every minute that is watched. */
export class Watched {
  readonly #first: number;
  readonly #minute: number;
  readonly #squares = new Map<string, Minutes>();
  readonly #names = new Squares();

  /** @param minute the last that is watched */
  constructor(minute: number) {
    this.#minute = minute;
    this.#first = minute - WATCHED + 1;
  }

  get range(): { readonly from: number; readonly to: number } {
    return { from: this.#first, to: this.#minute };
  }

  readonly take: Tracer = (cell, measure, _anchor, booked, sum) => {
    if (booked < this.#first || booked > this.#minute || !isPain(measure)) return;
    const square = this.#names.of(cell);
    let minutes = this.#squares.get(square);
    if (minutes === undefined) this.#squares.set(square, (minutes = { pain: new Float64Array(WATCHED) }));
    const at = booked - this.#first;
    minutes.pain[at] = (minutes.pain[at] ?? 0) + sum / 1000;
  };

  /** The hotspots there are, and those that were over not long ago. */
  spots(history: History): Spot[] {
    return [...this.#squares].flatMap(([square, minutes]) => this.#watch(square, minutes, history));
  }

  /** Squares of which it is known what is usual. */
  judged(history: History): number {
    const quarter = Math.floor(this.#minute / QUARTER_MINUTES);
    return [...this.#squares.keys()].filter((square) => history.usual(square, quarter) !== null).length;
  }

  #watch(square: string, minutes: Minutes, history: History): Spot[] {
    const watch = new SquareWatch();
    for (let at = 0; at < WATCHED;) {
      const quarter = Math.floor((this.#first + at) / QUARTER_MINUTES);
      const usual = history.usual(square, quarter);
      for (const end = (quarter + 1) * QUARTER_MINUTES - this.#first; at < end && at < WATCHED; at++)
        watch.show(this.#first + at, minutes.pain[at] ?? 0, usual);
    }
    return watch.episodes
      .filter(({ until }) => until === null || until > this.#minute - NEWS)
      .map((episode) => ({ ...episode, square, ...this.#meanwhile(square, episode, history) }));
  }

  #meanwhile(square: string, { since, until }: Episode, history: History): Omit<Spot, keyof Episode | 'square'> {
    const minutes = this.#squares.get(square);
    let [pain, usualPain] = [0, 0];
    for (let minute = since; minute < (until ?? this.#minute + 1); minute++) {
      const usual = history.usual(square, Math.floor(minute / QUARTER_MINUTES));
      pain += minutes?.pain[minute - this.#first] ?? 0;
      usualPain += (usual?.pain ?? 0) / QUARTER_MINUTES;
    }
    return { pain, usualPain };
  }
}

function shares<Key>(sums: ReadonlyMap<Key, number>): (readonly [Key, number])[] {
  const all = [...sums.values()].reduce((total, sum) => total + sum, 0);
  if (all === 0) return [];
  return [...sums]
    .map(([key, sum]) => [key, sum / all] as const)
    .sort((a, b) => b[1] - a[1] || (String(a[0]) < String(b[0]) ? -1 : 1))
    .slice(0, NAMED);
}

/** Whom it met, what it is made of and who answers for it: from the sums of the square meanwhile. */
function told(spot: Spot, sums: CellSums): Pick<Hotspot, 'visits' | 'friction' | 'segments' | 'parts' | 'owner'> {
  const segments = new Map<string, number>();
  const parts = new Map<Component, number>();
  const owners = new Map<string | null, number>();
  let [visits, friction] = [0, 0];
  for (const [cell, measures] of sums) {
    if (squareOf(cell) !== spot.square) continue;
    const [, , segment = '', owner = '', charge = ''] = parseCell(cell).dimensions;
    const pain = frictionSum(measures);
    const answers = charge === 'owner' ? owner : null;
    visits += measures.get(HEAT.visits) ?? 0;
    friction += pain;
    segments.set(segment, (segments.get(segment) ?? 0) + pain);
    owners.set(answers, (owners.get(answers) ?? 0) + pain);
    COMPONENTS.forEach((component, i) => {
      const part = measures.get(HEAT.parts + i) ?? 0;
      if (part > 0) parts.set(component, (parts.get(component) ?? 0) + part);
    });
  }
  return {
    visits,
    friction: visits === 0 ? 0 : friction / 1000 / visits,
    segments: shares(segments).map(([segment, share]) => ({ segment, share })),
    parts: shares(parts).map(([component, share]) => ({ component, share })),
    owner: shares(owners)[0]?.[0] ?? null,
  };
}

/** What is said of the hotspots of a journey. */
export interface HotspotInput {
  readonly blueprint: Blueprint;
  readonly position: Position;
  readonly spots: readonly Spot[];
  readonly judged: number;
  /** the heatmap's sums over a stretch of time, as it held at its end; minutes, both inclusive */
  readonly between: (from: number, to: number) => CellSums;
}

/** The hotspots as pages show them: open ones first, by how much more hurts than usual. Pure. */
export function hotspotView(input: HotspotInput): HotspotView {
  const { blueprint, position } = input;
  const excess = (spot: Spot): number => spot.pain - spot.usualPain;
  const order = [...input.spots].sort(
    (a, b) =>
      Number(a.until !== null) - Number(b.until !== null) ||
      (a.until === null || b.until === null ? excess(b) - excess(a) : b.until - a.until) ||
      (a.square < b.square ? -1 : 1),
  );
  return {
    journey: blueprint.journey,
    version: blueprint.version,
    position,
    judged: input.judged,
    spots: order.flatMap((spot): Hotspot[] => {
      const [stage = '', channel = ''] = spot.square.split('|');
      const last = spot.until === null ? Math.floor(position.at / MINUTE) : spot.until - 1;
      const meanwhile = told(spot, input.between(spot.since, last));
      // One very long visit is no hotspot: what is fewer than five has no number anywhere.
      if (meanwhile.visits < FEW) return [];
      const hotspot = {
        stage,
        name: blueprint.stages.find((one) => one.id === stage)?.name ?? { customer: stage, internal: stage },
        channel: channel as Channel,
        state: spot.until === null ? ('open' as const) : ('over' as const),
        since: spot.since * MINUTE,
        foundAt: spot.foundAt * MINUTE,
        until: spot.until === null ? null : spot.until * MINUTE,
        ratio: spot.usualPain === 0 ? 1 : Math.max(1, spot.pain / spot.usualPain),
        ...meanwhile,
      };
      return [hotspot];
    }),
  };
}
