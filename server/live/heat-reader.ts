import { setImmediate as nextTurn } from 'node:timers/promises';
import { Fault, InputFault, WINDOWS } from '#lib/contract/index.ts';
import type {
  CellDetail,
  HeatParams,
  HeatView,
  HotspotParams,
  HotspotView,
  Position,
  StripParams,
  StripView,
  WallView,
  Window,
} from '#lib/contract/index.ts';
import type { Reader } from '#server/api/reader.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import { DAY_MINUTES, MINUTE, hourAnchor, minuteOf } from '#server/domain/kernel/time.ts';
import { gridOf, heatView, parentMean } from '#server/domain/view/heat.ts';
import { wallView } from '#server/domain/view/wall.ts';
import type { WallSums } from '#server/domain/view/wall.ts';
import { windowRange } from '#server/domain/kernel/sums.ts';
import type { CellSums } from '#server/domain/kernel/sums.ts';
import { PROMISE_REACH_MINUTES, Strip } from '#server/domain/view/strip.ts';
import type { Earlier } from './earlier.ts';
import { Hotspots } from './hotspots.ts';
import { judgedBy } from './judged.ts';
import type { Asked } from './asked.ts';
import type { ReaderOptions } from './reader-options.ts';

const WEEK_MINUTES = 7 * DAY_MINUTES;
/** Longest stretch of time that can be shown in place of a window. */
const MOST_CHOSEN_MINUTES = 92 * DAY_MINUTES;
/** Points of a cell's trend. */
const TREND_POINTS = 48;

/** What it shares with other readers. */
interface Beside {
  readonly asked: Asked;
  readonly earlier: Earlier;
  /** puts into the log what failed in the background */
  readonly failed: (what: string) => (fault: unknown) => void;
}

/** Reads what is seen by the square: heatmap, its squares, its strip, hotspots, and the wall. */
export function createHeatReader(
  o: Pick<ReaderOptions, 'blueprints' | 'clock' | 'sums' | 'friction'>,
  beside: Beside,
): Pick<Reader, 'heat' | 'cell' | 'strip' | 'hotspots' | 'hotspotsNow' | 'wall'> {
  const { blueprint, positionOf, spanOf, sources, factorsIn, overVersions, overVersionsInSteps, sinceOf, weeksOf, notesOn } = beside.asked;
  const { earlier } = beside;
  const hot = new Hotspots(o.sums, o.clock, beside.failed('hotspots could not be looked for: the last ones found are shown'));

  function heatSums(of: Blueprint, window: Window, minute: number): CellSums {
    return o.sums().heat(of, window, minute);
  }

  /** The stretch of time that is asked for in place of the window. @throws Fault `bad_request` where it is none */
  function chosenOf(params: HeatParams, minute: number): { readonly from: number; readonly minutes: number } | undefined {
    if (params.from === undefined) return undefined;
    const minutes = minute - minuteOf(params.from) + 1;
    if (params.to === undefined) throw new InputFault([{ path: ['to'], message: 'is missing: a stretch of time has an end' }]);
    if (minutes > MOST_CHOSEN_MINUTES) throw new InputFault([{ path: ['from'], message: 'lies more than 92 days before to' }]);
    return { from: params.from, minutes };
  }

  /** For what a number is compared with: it may lag a minute behind. The number itself, which opens a list, is always read anew. */
  function heatSumsBefore(
    of: Blueprint,
    window: Window,
    at: { readonly position: Position; readonly minute: number; readonly week: number },
  ): CellSums {
    if (!at.position.live) return heatSums(of, window, at.minute);
    return earlier.get(`heat ${of.journey} ${of.version} ${window} ${at.week}`, at.minute, () =>
      o.sums().heatInSteps(of, window, at.minute),
    );
  }

  /** @param versions `all`: of every version, drawn on the squares of the one asked for */
  function heat(params: HeatParams, versions: 'one' | 'all' = 'one'): HeatView {
    const of = blueprint(params.journey, params.version, params.to);
    const { position, minute } = spanOf(params);
    const chosen = chosenOf(params, minute);
    const minutes = chosen?.minutes ?? WINDOWS[params.window].minutes;
    const from = position.at - minutes * MINUTE;
    const range = chosen === undefined ? windowRange(WINDOWS[params.window], minute) : { from: minuteOf(chosen.from), to: minute };
    const now = (version: Blueprint): CellSums =>
      chosen === undefined ? heatSums(version, params.window, minute) : o.sums().heatBetween(version, range.from, minute);
    const before = (version: Blueprint, week: number, i: number): CellSums =>
      chosen === undefined
        ? heatSumsBefore(version, params.window, { position, minute: week, week: i + 1 })
        : o.sums().heatBetween(version, week - minutes + 1, week);
    const weeks = weeksOf(of, minutes, minute);
    const own = { now: now(of), weeks: weeks.map((week, i) => before(of, week, i)) };
    const several = o.blueprints.versions(of.journey).length > 1;
    const seen = several
      ? { now: overVersions(of, now), weeks: weeks.map((week, i) => overVersions(of, (version) => before(version, week, i))) }
      : own;
    const shown = versions === 'all' ? seen : own;
    return heatView({
      blueprint: of,
      window: params.window,
      chosen,
      by: params.by ?? 'channel',
      layer: params.layer,
      outcomes: params.layer === 'promises' ? o.sums().outcomes(of, range.from, minute) : undefined,
      position,
      sums: shown.now,
      weeks: shown.weeks,
      ...(several ? { seen } : {}),
      since: sinceOf(of),
      notes: notesOn(of.journey),
      sources: sources(of, position),
      factors: factorsIn(of.journey, from, position.at),
      ...judgedBy(o.friction, of, { from, at: position.at }),
    });
  }

  async function cell(params: HeatParams & { readonly stage: string; readonly column: string }): Promise<CellDetail> {
    const of = blueprint(params.journey, params.version, params.to);
    const by = params.by ?? 'channel';
    const view = heat(params);
    const key = `${params.stage}|${params.column}`;
    const shown = view.cells[key];
    if (shown === undefined) throw new Fault('not_found', `There is no square "${params.stage} / ${params.column}".`);
    const { minute } = positionOf(params.to);
    const chosen = chosenOf(params, minute);
    const minutes = chosen?.minutes ?? WINDOWS[params.window].minutes;
    const sumsAt = (at: number): CellSums =>
      chosen === undefined ? heatSums(of, params.window, at) : o.sums().heatBetween(of, at - minutes + 1, at);
    const step = Math.max(1, Math.round((2 * minutes) / TREND_POINTS));
    const trend: CellDetail['trend'][number][] = [];
    for (let i = 0; i < TREND_POINTS; i++) {
      // Each point goes through the ledger: others have their turn in between.
      if (i > 0) await nextTurn();
      const at = minute - (TREND_POINTS - 1 - i) * step;
      const past = heatView({
        blueprint: of,
        window: params.window,
        by,
        position: { at: at * MINUTE, live: false },
        chosen: chosen && { from: (at - minutes + 1) * MINUTE, minutes },
        sums: sumsAt(at),
        weeks: [],
        notes: new Map(),
        sources: [],
        factors: [],
        configuration: view.configuration,
        kappa: view.kappa,
      }).cells[key];
      trend.push({ at: at * MINUTE, friction: past?.friction ?? null, n: past?.n ?? 0, valence: past?.emotion.valence ?? null });
    }
    const grid = gridOf(sumsAt(minute), by, of);
    const mean = parentMean(grid, params, view.kappa);
    return { cell: shown, stageMean: grid.size === 0 ? null : 100 * mean, kappa: view.kappa, trend };
  }

  async function strip(params: StripParams): Promise<StripView> {
    const of = blueprint(params.journey, params.version, params.to);
    const { position, minute } = positionOf(params.to);
    const gathered = new Strip(params.span, minute);
    const { range } = gathered;
    const sums = o.sums();
    const promised = { from: range.from - PROMISE_REACH_MINUTES, to: range.to };
    // Four weeks are a long way through the ledger: others have their turn in between.
    for (const _ of sums.traceHeat(of, range, gathered.visits)) await nextTurn();
    for (const _ of sums.tracePromises(of, promised, gathered.promises)) await nextTurn();
    const since = sums.span(of)?.from;
    return {
      journey: of.journey,
      version: of.version,
      span: params.span,
      position,
      points: gathered.points(),
      factors: factorsIn(of.journey, range.from * MINUTE, position.at),
      since: since === undefined ? null : since * MINUTE,
    };
  }

  function hotspots(params: HotspotParams): Promise<HotspotView> {
    const of = blueprint(params.journey, params.version, params.to);
    const { position, minute } = positionOf(params.to);
    return hot.at(of, position, minute);
  }

  function hotspotsNow(params: HotspotParams): HotspotView {
    const of = blueprint(params.journey, params.version, params.to);
    const { position, minute } = positionOf(undefined);
    return hot.latest(of, position, minute) ?? { journey: of.journey, version: of.version, position, spots: [], judged: 0 };
  }

  function wall(params: { readonly journey?: string | undefined }): WallView {
    const of = params.journey === undefined ? o.blueprints.all[0] : o.blueprints.get(params.journey);
    if (of === undefined) throw new Fault('not_found', 'There is no journey to show.');
    const window: Window = '4h';
    const { position, minute } = positionOf(undefined);
    const now = {
      heat: overVersions(of, (version) => heatSums(version, window, minute)),
      levels: overVersions(of, (version) => o.sums().funnel(version, minute + 1, minute).levels),
      promises: promisesOfWeek(of, minute),
      events: overVersions(of, (version) => o.sums().events(version, minute - 59, minute)),
    };
    const before = earlier.get(`wall ${of.journey} ${of.version}`, minute - WEEK_MINUTES, () =>
      wallSumsInSteps(of, window, minute - WEEK_MINUTES),
    );
    return wallView({
      blueprint: of,
      window,
      position,
      now,
      before,
      heat: heat({ journey: of.journey, window }, 'all'),
      hot: hotspotsNow({ journey: of.journey }).spots,
    });
  }

  /** Promises made in the week before a minute. It begins with the hour, as on the ledger. */
  function promisesOfWeek(of: Blueprint, at: number): CellSums {
    const from = hourAnchor((at - WEEK_MINUTES) * MINUTE);
    return overVersions(of, (version) => o.sums().promises(version, from, at));
  }

  function* wallSumsInSteps(of: Blueprint, window: Window, at: number): Generator<undefined, WallSums> {
    const sums = o.sums();
    return {
      heat: yield* overVersionsInSteps(of, (version) => sums.heatInSteps(version, window, at)),
      levels: yield* overVersionsInSteps(of, (version) => sums.levelsInSteps(version, at)),
      promises: promisesOfWeek(of, at),
      events: overVersions(of, (version) => sums.events(version, at - 59, at)),
    };
  }

  return { heat, cell, strip, hotspots, hotspotsNow, wall };
}
