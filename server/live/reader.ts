import { setImmediate as nextTurn } from 'node:timers/promises';
import { Fault, WINDOWS, parseList } from '#lib/contract/index.ts';
import type {
  AssociationAnswer,
  AssociationParams,
  BarrierNote,
  CellDetail,
  Factor,
  FactorImpact,
  FactorParams,
  FindAnswer,
  FunnelAge,
  FunnelParams,
  FunnelTotal,
  FunnelView,
  HeatParams,
  HeatView,
  HotspotParams,
  HotspotView,
  JourneySummary,
  MomentOutcome,
  MomentParams,
  MomentsView,
  ListPage,
  ListRef,
  ListRow,
  Position,
  PromiseLedgerView,
  PromiseParams,
  RecoveryListRef,
  SavedListRef,
  Published,
  SilenceParams,
  StandingParams,
  StandingView,
  StripParams,
  StripView,
  SilenceView,
  SourceHealth,
  SystemStatus,
  WallView,
  Window,
} from '#lib/contract/index.ts';
import type { Reader } from '#server/api/reader.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Redis } from '#server/redis/client.ts';
import type { Blueprint, Blueprints } from '#server/domain/blueprint/blueprint.ts';
import type { FoldContext } from '#server/domain/customer/applying.ts';
import { stageSummary } from '#server/domain/blueprint/blueprint.ts';
import { HOUR, MINUTE, hourAnchor, minuteOf } from '#server/domain/kernel/time.ts';
import { cohortTotal, funnelView } from '#server/domain/view/funnel.ts';
import { gridOf, heatView, parentMean } from '#server/domain/view/heat.ts';
import { barrierEntry, barrierNotes, isPlaceOf } from '#server/domain/silence/notes.ts';
import { healthOf, pastHealth } from '#server/domain/silence/sources.ts';
import { weeksBefore } from '#server/domain/silence/baseline.ts';
import { standingView } from '#server/domain/view/standing.ts';
import { silenceView } from '#server/domain/view/silence.ts';
import { factorImpact } from '#server/domain/view/factors.ts';
import { promiseLedgerView } from '#server/domain/view/promises.ts';
import { wallView } from '#server/domain/view/wall.ts';
import type { WallSums } from '#server/domain/view/wall.ts';
import type { CellSums } from '#server/domain/kernel/sums.ts';
import { NOW } from '#server/domain/kernel/counters.ts';
import { totalOf, windowRange } from '#server/domain/kernel/sums.ts';
import { PROMISE_REACH_MINUTES, Strip } from '#server/domain/view/strip.ts';
import { accountTimeline, accountView } from '#server/projector/accounts.ts';
import { timelinePage } from '#server/projector/customers.ts';
import { findExactly, findPartly, unknownCallers } from '#server/projector/find.ts';
import type { Candidate } from '#server/projector/find.ts';
import { PageOfRows, formatCursor, parseCursor } from '#server/projector/list-page.ts';
import { stayCurves } from '#server/projector/stay-curves.ts';
import { Stories } from '#server/projector/story.ts';
import { SimilarReader } from './similar.ts';
import { waitingCurves } from '#server/projector/waiting.ts';
import { whyCustomer } from '#server/projector/why.ts';
import { gatherStories } from '#server/projector/moment-list.ts';
import { momentsView } from '#server/domain/view/moments.ts';
import type { ListReading } from '#server/projector/list-scan.ts';
import { rowsOf } from '#server/projector/lists.ts';
import { agedCohort, comparedGroups, comparedVersions, periodBefore } from './comparisons.ts';
import type { AgedCohort } from './comparisons.ts';
import type { Associations } from './associations.ts';
import { Earlier } from './earlier.ts';
import { Hotspots } from './hotspots.ts';
import { judgedBy } from './judged.ts';
import type { FrictionReading } from './judged.ts';
import { createJourneyReader } from './journey-reader.ts';
import type { Range } from '#server/domain/kernel/sums.ts';
import type { LiveSums } from './sums.ts';
import type { MayFind } from '#server/security/find-rights.ts';

/** Periods before that are remembered. */
const MOST_REMEMBERED = 50;
const WEEK_MINUTES = 7 * 24 * 60;
/** Longest stretch of time that can be shown in place of a window. */
const MOST_CHOSEN_MINUTES = 92 * 24 * 60;
/** Further behind than this, nothing is called silent. */
const MOST_LAG_MS = 60_000;
/** Points of a cell's trend. */
const TREND_POINTS = 48;
/** Rows of one list page. */
const LIST_PAGE = 50;
const TIMELINE_PAGE = 50;
/** What the moments are about: cases of four weeks. */
const MOMENTS_MS = 28 * 24 * HOUR;
const MOMENTS_FRESH_MS = 60_000;
/** Unknown callers offered where a search found nobody. */
const CALLERS = 9;
/** Funnels begin this far back where nobody says from when. */
const DEFAULT_RANGE = 30 * 24 * HOUR;

export interface ReaderOptions {
  readonly redis: Redis;
  readonly partitions: number;
  /** node of an identifier */
  readonly nodeOf: (kind: string, value: string) => string;
  readonly blueprints: Blueprints;
  /** `off`: emotions are not read here */
  readonly emotion?: (() => 'off' | undefined) | undefined;
  readonly clock: Clock;
  readonly sums: () => LiveSums;
  /** what customers are folded under now */
  readonly context: () => FoldContext;
  /** age of the oldest accepted event that is not counted yet, ms */
  readonly lagMs: () => number;
  readonly factors: () => readonly Factor[];
  readonly friction: FrictionReading;
  /** notes as they are published */
  readonly notes: () => readonly Published[];
  /** publishes a note; null takes it back */
  readonly annotate: (note: { readonly id: string; readonly body: unknown; readonly by: string }) => Promise<void>;
  readonly sourcesSeen: () => ReadonlyMap<string, number>;
  readonly status: () => Promise<Omit<SystemStatus, 'sources'>>;
  /** the attempts behind a number of a saved funnel */
  readonly attempts: (ref: SavedListRef, minute: number) => AsyncIterable<ListRow>;
  /** every identifier a search term could be, with its node */
  readonly candidates: (q: string) => readonly Candidate[];
  readonly mayFind: MayFind;
  /** reads what goes together */
  readonly together: Associations;
  /** told that what is compared with has moved on to the minute */
  readonly onEarlier: () => void;
}

const NOTHING_FOUND: FindAnswer = { searched: [], hits: [], more: false };
type FindAsks = Parameters<Reader['find']>[1];

function lessTotal(all: FunnelTotal, less: FunnelTotal): FunnelTotal {
  return {
    entered: all.entered - less.entered,
    converted: all.converted - less.converted,
    inProgress: all.inProgress - less.inProgress,
    dropped: all.dropped - less.dropped,
    excluded: all.excluded - less.excluded,
  };
}

/** Reads the running product for API, pages and sockets. */
export function createReader(o: ReaderOptions): Reader {
  const earlierTotals = new Map<string, FunnelTotal>();
  const earlier = new Earlier(o.onEarlier);
  const momentViews = new Map<string, Promise<MomentsView>>();
  const hot = new Hotspots(o.sums, o.clock);
  const waiting = waitingCurves({ redis: o.redis, partitions: o.partitions });

  /** A version of a journey; where none is named the newest, or that which was in force at a past instant. */
  function blueprint(journey: string, version?: number, to?: number): Blueprint {
    const isPast = version === undefined && to !== undefined && to < o.clock();
    const found = isPast ? o.blueprints.inForce(journey, to) : o.blueprints.get(journey, version);
    if (found !== undefined) return found;
    throw new Fault('not_found', `There is no journey "${journey}"${version === undefined ? '' : ` in version ${version}`}.`);
  }

  function positionOf(to: number | undefined): { readonly position: Position; readonly minute: number } {
    const now = o.clock();
    if (to === undefined || to >= now) return { position: { at: now, live: true }, minute: minuteOf(now) };
    return { position: { at: to, live: false }, minute: minuteOf(to) };
  }

  function sources(of: Blueprint, { at, live }: Position): SourceHealth[] {
    const seen = o.sourcesSeen();
    if (live) return of.file.sources.map((source) => healthOf(source, seen.get(source.id) ?? null, at));
    const versions = o.blueprints.versions(of.journey).map((version) => version.blueprint);
    return pastHealth(of, at, { seen, versions, trace: (version, range, tracer) => o.sums().traceEvents(version, range, tracer) });
  }

  function factorsIn(journey: string, from: number, to: number): Factor[] {
    return o
      .factors()
      .filter((f) => (f.journeys.length === 0 || f.journeys.includes(journey)) && f.from <= to && (f.to ?? Infinity) >= from);
  }

  /** What is asked of a place, whatever version the cases there began under: a new one is not silent because everybody there goes by the old. */
  function overVersions(of: Blueprint, read: (version: Blueprint) => CellSums): CellSums {
    const versions = o.blueprints.versions(of.journey);
    if (versions.length === 1) return read(of);
    return new Map(versions.flatMap(({ blueprint: version }) => [...read(version)]));
  }

  /** The same in steps. */
  function* overVersionsInSteps(
    of: Blueprint,
    read: (version: Blueprint) => Generator<undefined, CellSums>,
  ): Generator<undefined, CellSums> {
    const all: CellSums = new Map();
    for (const { blueprint: version } of o.blueprints.versions(of.journey))
      for (const [cell, measures] of yield* read(version)) all.set(cell, measures);
    return all;
  }

  function heatSums(of: Blueprint, window: Window, minute: number): CellSums {
    return o.sums().heat(of, window, minute);
  }

  /** The stretch of time that is asked for in place of the window. @throws Fault `bad_request` where it is none */
  function chosenOf(params: HeatParams, minute: number): { readonly from: number; readonly minutes: number } | undefined {
    if (params.from === undefined) return undefined;
    const minutes = minute - minuteOf(params.from) + 1;
    if (params.to === undefined || minutes < 1 || minutes > MOST_CHOSEN_MINUTES)
      throw new Fault('bad_request', 'A stretch of time has a beginning, an end (`to`) not before it, and at most 92 days.');
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

  /** Day of a journey's first case, in minutes, whatever its version; null: there was none yet. */
  function sinceOf(of: Blueprint): number | null {
    const first = Math.min(...o.blueprints.versions(of.journey).map((one) => o.sums().span(one.blueprint)?.from ?? Infinity));
    return first === Infinity ? null : first;
  }

  /** The same minute in earlier weeks whose whole window lies where there are cases, of whatever version. */
  function weeksOf(of: Blueprint, minutes: number, minute: number): readonly number[] {
    // While accepted events wait to be counted, silence would only be our own.
    if (o.lagMs() > MOST_LAG_MS) return [];
    const first = sinceOf(of) ?? Infinity;
    return weeksBefore(minute, of.file.zone).filter((week) => week - minutes >= first);
  }

  function notesOn(journey: string): ReadonlyMap<string, BarrierNote> {
    return barrierNotes(o.notes(), journey);
  }

  function silence(params: SilenceParams): SilenceView {
    const of = blueprint(params.journey, undefined, params.to);
    const { position, minute } = positionOf(params.to);
    const { minutes } = WINDOWS[params.window];
    const events = (from: number, at: number): CellSums => overVersions(of, (version) => o.sums().events(version, from, at));
    const read = (name: string, range: { readonly from: number; readonly at: number }): CellSums =>
      position.live
        ? earlier.get(`events ${of.journey} ${of.version} ${params.window} ${name}`, range.at, () =>
            overVersionsInSteps(of, (version) => o.sums().eventsInSteps(version, range)),
          )
        : events(range.from, range.at);
    return silenceView({
      blueprint: of,
      window: params.window,
      position,
      sums: events(minute - minutes + 1, minute),
      weeks: weeksOf(of, minutes, minute).map((at, i) => read(`week ${i + 1}`, { from: at - minutes + 1, at })),
      since: sinceOf(of),
      ever: read('ever', { from: 0, at: minute }),
      sources: sources(of, position),
      notes: notesOn(of.journey),
    });
  }

  /** @param versions `all`: of every version, drawn on the squares of the one asked for */
  function heat(params: HeatParams, versions: 'one' | 'all' = 'one'): HeatView {
    const of = blueprint(params.journey, params.version, params.to);
    const { position, minute } = positionOf(params.to);
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

  /** What is looked at is read from the lists: for a while, everybody is shown the same. */
  function moments(params: MomentParams): Promise<MomentsView> {
    const of = blueprint(params.journey, params.version, params.to);
    const outcome = params.outcome ?? 'arrived';
    const { position, minute } = positionOf(params.to);
    const age = position.live ? Math.floor(position.at / MOMENTS_FRESH_MS) : position.at;
    const key = `${of.journey} ${of.version} ${outcome} ${position.live} ${age}`;
    let view = momentViews.get(key);
    if (view === undefined) {
      if (momentViews.size >= MOST_REMEMBERED) momentViews.clear();
      momentViews.set(key, (view = readMoments(of, { outcome, position, minute })));
      view.catch(() => momentViews.delete(key));
    }
    return view;
  }

  function associations({ journey, version, window, stage, to }: AssociationParams): Promise<AssociationAnswer> {
    const of = blueprint(journey, version, to);
    // Another version may not have the stage: then it is the one with most bad visits, as where none is named.
    const known = of.stages.some(({ id }) => id === stage) ? stage : undefined;
    return o.together.at({ blueprint: of, window: window ?? '7d', position: positionOf(to).position }, known);
  }

  async function readMoments(
    of: Blueprint,
    at: { readonly outcome: MomentOutcome; readonly position: Position; readonly minute: number },
  ): Promise<MomentsView> {
    const { outcome, position, minute } = at;
    const reading = { redis: o.redis, partitions: o.partitions, blueprint: of, at: minute };
    const span = (until: number): { readonly from: number; readonly until: number } => ({ from: until - MOMENTS_MS, until });
    const recent = span(position.at);
    const decided = outcome === 'arrived' ? span(position.at - of.file.window) : recent;
    const lately = await gatherStories(reading, recent);
    const cohort = outcome === 'arrived' ? await gatherStories(reading, decided) : lately;
    const [first, length] = [minuteOf(recent.from), MOMENTS_MS / MINUTE];
    return momentsView({
      blueprint: of,
      outcome,
      position,
      cohort: { ...decided, ...cohort },
      recent: { ...recent, ...lately },
      now: o.sums().heatBetween(of, first, minute),
      before: o.sums().heatBetween(of, first - length, first - 1),
      outcomes: o.sums().outcomes(of, first, minute),
      limited: cohort.limited || lately.limited,
    });
  }

  function earlierTotal(of: Blueprint, range: Range): FunnelTotal {
    const key = `${of.journey}@${of.version} ${range.from} ${range.to} ${minuteOf(o.clock())}`;
    const known = earlierTotals.get(key);
    if (known !== undefined) return known;
    if (earlierTotals.size >= MOST_REMEMBERED) earlierTotals.clear();
    const total = cohortTotal(of, o.sums().cohort(of, range));
    earlierTotals.set(key, total);
    return total;
  }

  /** What of a cohort is decided, and the period before it, which is read once a minute: a late event may show there a minute late. */
  function ageOf(cohort: AgedCohort, to: number): FunnelAge {
    const { blueprint: of, from, all, running, finalUntil } = cohort;
    const earlier = periodBefore({ from, to });
    return {
      matured: lessTotal(cohortTotal(of, all), cohortTotal(of, running)),
      maturedUntil: finalUntil * MINUTE,
      before: earlierTotal(of, earlier),
      beforeFrom: earlier.from * MINUTE,
      beforeAt: earlier.at * MINUTE,
    };
  }

  function funnel(params: FunnelParams): FunnelView {
    const of = blueprint(params.journey, params.version, params.to);
    const { position, minute } = positionOf(params.to);
    const fromMinute = hourAnchor(params.from ?? position.at - DEFAULT_RANGE);
    const range = { from: fromMinute, to: minute };
    const cohort = agedCohort(o.sums(), of, range);
    return funnelView({
      blueprint: of,
      sums: o.sums().funnel(of, fromMinute, minute),
      by: params.by ?? null,
      from: fromMinute * MINUTE,
      position,
      factors: factorsIn(of.journey, fromMinute * MINUTE, position.at),
      age: ageOf(cohort, minute),
      comparison: params.by === undefined ? undefined : comparedGroups(cohort, params.by, o.sums().span(of)?.from ?? 0),
      versions: comparedVersions({ sums: o.sums(), blueprints: o.blueprints }, cohort, range),
    });
  }

  function impact(params: FactorParams): FactorImpact {
    const of = blueprint(params.journey, params.version, params.to);
    const { position, minute } = positionOf(params.to);
    const from = minuteOf(params.from ?? position.at - 24 * HOUR);
    return factorImpact({
      journey: of.journey,
      from: from * MINUTE,
      position,
      factors: factorsIn(of.journey, from * MINUTE, position.at),
      delays: o.sums().delays(of, from, minute),
      exposed: o.sums().exposed(of, minute),
    });
  }

  function standing(params: StandingParams): StandingView {
    const of = blueprint(params.journey, params.version, params.to);
    const { position, minute } = positionOf(params.to);
    const from = minuteOf(params.from ?? position.at - DEFAULT_RANGE);
    const sums = o.sums();
    return standingView({
      blueprint: of,
      from: from * MINUTE,
      position,
      all: sums.standing(of, -Infinity, minute),
      since: sums.standing(of, from, minute),
      found: sums.found(of, from, minute),
    });
  }

  function promises(params: PromiseParams): PromiseLedgerView {
    const of = blueprint(params.journey, params.version, params.to);
    const { position, minute } = positionOf(params.to);
    const fromMinute = hourAnchor(params.from ?? position.at - DEFAULT_RANGE);
    return promiseLedgerView({ blueprint: of, sums: o.sums().promises(of, fromMinute, minute), from: fromMinute * MINUTE, position });
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

  function wall(params: { readonly journey?: string | undefined }): WallView {
    const of = params.journey === undefined ? o.blueprints.all[0] : o.blueprints.get(params.journey);
    if (of === undefined) throw new Fault('not_found', 'There is no journey to show.');
    const window: Window = '4h';
    const { position, minute } = positionOf(undefined);
    const now = {
      heat: overVersions(of, (version) => heatSums(version, window, minute)),
      levels: overVersions(of, (version) => o.sums().funnel(version, minute + 1, minute).levels),
      promises: overVersions(of, (version) => o.sums().promises(version, minute - WEEK_MINUTES, minute)),
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

  function* wallSumsInSteps(of: Blueprint, window: Window, at: number): Generator<undefined, WallSums> {
    const sums = o.sums();
    return {
      heat: yield* overVersionsInSteps(of, (version) => sums.heatInSteps(version, window, at)),
      levels: yield* overVersionsInSteps(of, (version) => sums.levelsInSteps(version, at)),
      promises: overVersions(of, (version) => sums.promises(version, at - WEEK_MINUTES, at)),
      events: overVersions(of, (version) => sums.events(version, at - 59, at)),
    };
  }

  function rowsBehind(ref: ListRef, minute: number): AsyncIterable<ListRow> {
    if (ref.of === 'saved') return o.attempts(ref, minute);
    if (ref.of === 'association') return o.together.rows(ref, blueprint(ref.journey, ref.version, ref.to));
    const reading = { redis: o.redis, partitions: o.partitions, at: minute };
    if (ref.of === 'recovery') return rowsOfVersions(ref, reading);
    return rowsOf(ref, { ...reading, blueprint: blueprint(ref.journey, ref.version, ref.to) });
  }

  /** What is being made good is counted over all versions of a journey. */
  async function* rowsOfVersions(ref: RecoveryListRef, reading: Omit<ListReading, 'blueprint'>): AsyncGenerator<ListRow> {
    for (const one of o.blueprints.versions(blueprint(ref.journey).journey)) yield* rowsOf(ref, { ...reading, blueprint: one.blueprint });
  }

  async function list(params: {
    readonly list: string;
    readonly cursor?: string | undefined;
    readonly limit?: number | undefined;
  }): Promise<ListPage> {
    const ref = parseList(params.list);
    if (ref === undefined)
      throw new Fault('bad_request', 'This is not a list. Lists look like funnel?journey=broadband&stage=order&what=dropped.');
    const cursor = params.cursor === undefined ? undefined : parseCursor(params.cursor);
    const { position, minute } = positionOf(cursor?.position ?? ref.to);
    const page = new PageOfRows(params.limit ?? LIST_PAGE, cursor);
    for await (const row of rowsBehind(ref, minute)) page.add(row);
    const { rows, next } = page.page();
    return {
      list: params.list,
      count: page.count,
      position: cursor === undefined ? position : { at: position.at, live: ref.to === undefined || ref.to > position.at },
      rows,
      next: next === null ? null : formatCursor({ position: position.at, ...next }),
    };
  }

  function runningOf(journey: string): JourneySummary['running'] {
    const versions = o.blueprints.versions(journey);
    const { minute } = positionOf(undefined);
    return versions.length < 2
      ? []
      : versions.map(({ blueprint: of, publishedAt }) => ({
          version: of.version,
          since: publishedAt,
          open: totalOf(o.sums().funnel(of, minute + 1, minute).levels, NOW.occupancy),
        }));
  }

  function journeys(): JourneySummary[] {
    return o.blueprints.all.map((of) => {
      const versions = o.blueprints.versions(of.journey).map((one) => one.blueprint);
      const spans = versions.flatMap((one) => o.sums().span(one) ?? []);
      return {
        journey: of.journey,
        version: of.version,
        versions: versions.map((one) => one.version),
        running: runningOf(of.journey),
        name: of.file.name,
        goal: of.file.goal,
        windowMs: of.file.window,
        stages: of.stages.map((stage) => stageSummary(of, stage)),
        segments: of.file.segments,
        channels: [...new Set(of.touchpoints.flatMap((t) => t.channels))],
        owners: [...new Set(of.touchpoints.map((t) => t.owner))],
        span:
          spans.length === 0
            ? null
            : { from: Math.min(...spans.map((span) => span.from)) * MINUTE, to: Math.max(...spans.map((span) => span.to)) * MINUTE },
      };
    });
  }

  const journey = createJourneyReader({ blueprints: o.blueprints, blueprintOf: blueprint, sums: o.sums, friction: o.friction, positionOf });
  const reading = {
    redis: o.redis,
    partitions: o.partitions,
    blueprints: o.blueprints,
    context: o.context,
    factors: o.factors,
    curveOf: (of: Blueprint, kind: string) => waiting.of(of, kind, o.clock()),
    emotion: o.emotion,
  };

  /** Whole identifiers first; where nobody carries one, what begins or ends like that. */
  async function find(q: string, asks: FindAsks): Promise<FindAnswer> {
    const exact = o.mayFind(asks.actor, 'identifier') ? await findExactly(reading, o.candidates(q)) : NOTHING_FOUND;
    if (exact.hits.length > 0 || asks.exact === true) return exact;
    const partly = await findPartly(reading, q, (kind) => o.mayFind(asks.actor, kind));
    return { ...partly, searched: [...exact.searched, ...partly.searched] };
  }

  const stays = stayCurves({ redis: o.redis, partitions: o.partitions });
  const alike = new SimilarReader(reading);
  const stories = new Stories({ ...reading, nodeOf: o.nodeOf, stayCurveOf: (of, stage) => stays.of(of, stage, o.clock()) });
  return {
    journeys,
    journey,
    funnel,
    heat,
    strip,
    hotspots,
    hotspotsNow,
    moments,
    associations,
    cell,
    wall,
    list,
    promises,
    silence,
    standing,
    impact,
    async noteBarrier(note, by) {
      const versions = o.blueprints.versions(blueprint(note.journey).journey).map((version) => version.blueprint);
      if (!isPlaceOf(versions, note.place))
        throw new Fault(
          'bad_request',
          `place: "${note.place}" is no place of this journey. Places are named touchpoint:<touchpoint> or cell:<cut>:<stage>|<column>.`,
        );
      await o.annotate({ ...barrierEntry(note), by });
    },
    factors: () => o.factors(),
    find,
    callers: async (actor) => (o.mayFind(actor, 'callers') ? unknownCallers(reading, CALLERS) : []),
    timeline: ({ customerId, before, limit }) =>
      timelinePage(reading, { customer: customerId, before, limit: limit ?? TIMELINE_PAGE, now: o.clock() }),
    story: (params) => stories.view(params, o.clock()),
    storyPage: (params) => stories.page(params, o.clock()),
    similar: (params) => alike.of(params, o.clock()),
    account: (account) => accountView(reading, account, o.clock()),
    accountTimeline: ({ accountId, before, limit }) => accountTimeline(reading, accountId, { before, limit }),
    why: ({ customerId, visit, at }) => whyCustomer(reading, { customer: customerId, visit, at: Math.min(at ?? Infinity, o.clock()) }),
    async status() {
      const now = o.clock();
      const known = new Map(o.blueprints.all.flatMap((of) => sources(of, { at: now, live: true })).map((s) => [s.source, s]));
      return { ...(await o.status()), sources: [...known.values()] };
    },
  };
}
