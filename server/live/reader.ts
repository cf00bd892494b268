import { CUSTOMER_ID } from '#lib/contract/customer-id.ts';
import { Fault, WINDOWS } from '#lib/contract/index.ts';
import type {
  AssociationAnswer,
  AssociationParams,
  FactorImpact,
  FactorParams,
  FindAnswer,
  JourneySummary,
  PromiseLedgerView,
  PromiseParams,
  SilenceParams,
  StandingParams,
  StandingView,
  SilenceView,
  TimelinePage,
} from '#lib/contract/index.ts';
import type { Reader } from '#server/api/reader.ts';
import { knownFault } from '#server/redis/faults.ts';
import { stageSummary } from '#server/domain/blueprint/blueprint.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import { DAY, MINUTE, hourAnchor, minuteOf } from '#server/domain/kernel/time.ts';
import { barrierEntry, isPlaceOf } from '#server/domain/silence/notes.ts';
import { standingView } from '#server/domain/view/standing.ts';
import { silenceView } from '#server/domain/view/silence.ts';
import { factorImpact } from '#server/domain/view/factors.ts';
import { promiseLedgerView } from '#server/domain/view/promises.ts';
import { totalOf } from '#server/domain/kernel/sums.ts';
import type { CellSums } from '#server/domain/kernel/sums.ts';
import { NOW } from '#server/domain/kernel/counters.ts';
import { accountTimeline, accountView } from '#server/projector/accounts.ts';
import { timelinePage } from '#server/projector/customers.ts';
import { findExactly, findPartly, unknownCallers } from '#server/projector/find.ts';
import { stayCurves } from '#server/projector/stay-curves.ts';
import { Stories } from '#server/projector/story.ts';
import { SimilarReader } from './similar.ts';
import { waitingCurves } from '#server/projector/waiting.ts';
import { whyCustomer } from '#server/projector/why.ts';
import { Earlier } from './earlier.ts';
import { createJourneyReader } from './journey-reader.ts';
import { DEFAULT_RANGE, createAsked } from './asked.ts';
import type { ReaderOptions } from './reader-options.ts';
import { createHeatReader } from './heat-reader.ts';
import { createFunnelReader } from './funnel-reader.ts';
import { createMomentsReader } from './moments-reader.ts';
import { createListReader } from './list-reader.ts';

const TIMELINE_PAGE = 50;
/** Unknown callers offered where a search found nobody. */
const CALLERS = 9;

const NOTHING_FOUND: FindAnswer = { searched: [], hits: [], more: false };
type FindAsks = Parameters<Reader['find']>[1];
type TimelineAsks = Parameters<Reader['timeline']>[0];

/** Reads the running product for API, pages and sockets. */
export function createReader(o: ReaderOptions): Reader {
  const asked = createAsked(o);
  const { blueprint, positionOf, spanOf, sources, factorsIn, overVersions, overVersionsInSteps, sinceOf, weeksOf, notesOn } = asked;
  const earlier = new Earlier(o.onEarlier);
  const failed = (what: string) => (fault: unknown) => o.log.error({ err: fault, code: knownFault(fault)?.code ?? 'internal' }, what);
  const waiting = waitingCurves({
    redis: o.redis,
    partitions: o.partitions,
    onFault: failed('how long others waited could not be read: what was known stays'),
  });

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

  function associations({ journey, version, window, stage, to }: AssociationParams): Promise<AssociationAnswer> {
    const of = blueprint(journey, version, to);
    // Another version may not have the stage: then it is the one with most bad visits, as where none is named.
    const known = of.stages.some(({ id }) => id === stage) ? stage : undefined;
    return o.together.at({ blueprint: of, window: window ?? '7d', position: positionOf(to).position }, known);
  }

  function impact(params: FactorParams): FactorImpact {
    const of = blueprint(params.journey, params.version, params.to);
    const { position, minute } = spanOf(params);
    const from = minuteOf(params.from ?? position.at - DAY);
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
    const { position, minute } = spanOf(params);
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
    const { position, minute } = spanOf(params);
    const fromMinute = hourAnchor(params.from ?? position.at - DEFAULT_RANGE);
    return promiseLedgerView({ blueprint: of, sums: o.sums().promises(of, fromMinute, minute), from: fromMinute * MINUTE, position });
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
  async function timeline({ customerId, before, limit = TIMELINE_PAGE }: TimelineAsks): Promise<TimelinePage> {
    const pageOf = (customer: string) => timelinePage(reading, { customer, before, limit, now: o.clock() });
    if (CUSTOMER_ID.test(customerId)) return pageOf(customerId);
    const known = o.candidates(customerId).find(({ kind }) => kind === 'customerId');
    if (known === undefined)
      throw new Fault('bad_request', 'customerId: is neither the id of a customer nor a number that a sender gave one');
    const page = await pageOf(known.node);
    return page.movedTo === null ? page : pageOf(page.movedTo);
  }

  async function find(q: string, asks: FindAsks): Promise<FindAnswer> {
    const exact = o.mayFind(asks.actor, 'identifier') ? await findExactly(reading, o.candidates(q)) : NOTHING_FOUND;
    if (exact.hits.length > 0 || asks.exact === true) return exact;
    const partly = await findPartly(reading, q, (kind) => o.mayFind(asks.actor, kind));
    return { ...partly, searched: [...exact.searched, ...partly.searched] };
  }

  const stays = stayCurves({
    redis: o.redis,
    partitions: o.partitions,
    onFault: failed('how long others stayed could not be read: what was known stays'),
  });
  const alike = new SimilarReader(reading);
  const stories = new Stories({ ...reading, nodeOf: o.nodeOf, stayCurveOf: (of, stage) => stays.of(of, stage, o.clock()) });
  return {
    ...createHeatReader(o, { asked, earlier, failed }),
    journeys,
    journey,
    funnel: createFunnelReader(o, asked),
    moments: createMomentsReader(o, asked),
    list: createListReader(o, asked),
    associations,
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
    timeline,
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
