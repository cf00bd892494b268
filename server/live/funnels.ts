import { Fault } from '#lib/contract/index.ts';
import type {
  DefinitionEntry,
  Factor,
  FunnelDefinition,
  FunnelWords,
  ListRow,
  SavedFunnelParams,
  SavedFunnelSummary,
  SavedFunnelView,
  SavedListRef,
} from '#lib/contract/index.ts';
import type { FunnelDesk, FunnelPreview } from '#server/api/funnel-desk.ts';
import type { Blueprints } from '#server/domain/blueprint/blueprint.ts';
import { foldOnto } from '#server/domain/customer/fold.ts';
import { emptyState } from '#server/domain/customer/state.ts';
import type { Funnel, Funnels } from '#server/domain/funnel/compile.ts';
import { carries, countsTheSame, funnelsOf } from '#server/domain/funnel/compile.ts';
import { Ledger, groupName } from '#server/domain/kernel/sums.ts';
import type { CellSums, Measures, Range } from '#server/domain/kernel/sums.ts';
import { DAY, HOUR_MINUTES, MINUTE, hourAnchor, minuteOf } from '#server/domain/kernel/time.ts';
import { OTHER_GROUP, namedGroups, savedFunnelView } from '#server/domain/view/saved-funnel.ts';
import type { Clock } from '#server/platform/clock.ts';
import { attemptRows } from '#server/projector/attempts.ts';
import { latestCustomers } from '#server/projector/customers.ts';
import type { Redis } from '#server/redis/client.ts';
import type { Actor } from '#server/security/actor.ts';
import { periodBefore } from './comparisons.ts';
import type { LiveSums } from './sums.ts';
import { spanAt } from './span.ts';

/** Where nobody says from when: so many conversion windows back, at least this long, so that half of what is shown is decided. */
const DEFAULT_WINDOWS = 2;
const SHORTEST_RANGE_MS = 30 * DAY;
/** Customers of a preview. */
const SAMPLE = 300;
/** Periods before that are remembered. */
const MOST_REMEMBERED = 50;

export interface FunnelDeskOptions {
  readonly redis: Redis;
  readonly partitions: number;
  readonly blueprints: Blueprints;
  readonly funnels: () => Funnels;
  /** version last saved under a name, also where it was removed since; 0: none was */
  readonly lastVersion: (id: string) => number;
  readonly sums: () => LiveSums;
  readonly factors: () => readonly Factor[];
  readonly clock: Clock;
  readonly publish: (entry: DefinitionEntry) => Promise<unknown>;
}

/** What the first sums have more than the second. */
function lessOf(sums: CellSums, less: CellSums): CellSums {
  const rest: CellSums = new Map();
  for (const [cell, measures] of sums) {
    const others = less.get(cell);
    rest.set(cell, new Map([...measures].map(([measure, sum]) => [measure, sum - (others?.get(measure) ?? 0)])));
  }
  return rest;
}

/** Saved funnels for API, pages and sockets. */
export function createFunnelDesk(
  o: FunnelDeskOptions,
): FunnelDesk & { readonly attempts: (ref: SavedListRef, minute: number) => AsyncIterable<ListRow> } {
  const earlier = new Map<string, CellSums>();

  function funnelOf(id: string): Funnel {
    const found = o.funnels().get(id);
    if (found === undefined) throw new Fault('not_found', `There is no saved funnel "${id}".`);
    return found;
  }

  function read(funnel: Funnel, range: Range): CellSums {
    return range.to < range.from ? new Map<string, Measures>() : o.sums().attempts(funnel.definition, range);
  }

  /** The period before: a late event may show there a minute late, so that what does not change is not read again and again. */
  function readEarlier(funnel: Funnel, range: Range): CellSums {
    const key = `${funnel.key} ${range.from} ${range.to} ${range.at}`;
    const known = earlier.get(key);
    if (known !== undefined) return known;
    if (earlier.size >= MOST_REMEMBERED) earlier.clear();
    const sums = read(funnel, range);
    earlier.set(key, sums);
    return sums;
  }

  function get(params: SavedFunnelParams): SavedFunnelView {
    const funnel = funnelOf(params.id);
    const { windowMs, journey, breakdowns } = funnel.definition;
    if (params.by !== undefined && breakdowns[params.by] === undefined)
      throw new Fault('bad_request', 'This funnel has no such breakdown.');
    const { position, minute } = spanAt(params, o.clock());
    const { at } = position;
    const from = hourAnchor(params.from ?? Math.max(0, at - Math.max(SHORTEST_RANGE_MS, DEFAULT_WINDOWS * windowMs)));
    const before = periodBefore({ from, to: minute });
    const maturedUntil = hourAnchor(Math.max(0, at - windowMs)) - HOUR_MINUTES;
    const sums = read(funnel, { from, to: minute, at: minute });
    const running = read(funnel, { from: Math.max(from, maturedUntil + HOUR_MINUTES), to: minute, at: minute });
    return savedFunnelView({
      funnel,
      sums,
      // Two cohorts that are followed, and what one has more than the other: neither reads the history behind it.
      matured: lessOf(sums, running),
      before: readEarlier(funnel, before),
      from: from * MINUTE,
      maturedUntil: maturedUntil * MINUTE,
      beforeFrom: before.from * MINUTE,
      beforeAt: before.at * MINUTE,
      since: (o.sums().attemptSpan(funnel.definition)?.from ?? 0) * MINUTE,
      position,
      by: params.by ?? null,
      factors: o
        .factors()
        .filter((f) => journey === undefined || f.journeys.length === 0 || f.journeys.includes(journey))
        .filter((f) => f.from <= at && (f.to ?? Infinity) >= from * MINUTE),
      nameOf: (touchpoint) => nameOf(touchpoint, journey),
    });
  }

  function nameOf(touchpoint: string, journey: string | undefined): string {
    if (touchpoint === '') return 'not heard of again';
    if (touchpoint === 'unmapped') return 'something unmapped';
    const known = o.blueprints.all
      .filter((of) => journey === undefined || of.journey === journey)
      .concat(o.blueprints.all)
      .flatMap((of) => of.touchpoints)
      .find(({ id }) => id === touchpoint);
    return known?.name ?? touchpoint;
  }

  function list(): SavedFunnelSummary[] {
    return o.funnels().all.map(({ definition }) => {
      const span = o.sums().attemptSpan(definition);
      return {
        id: definition.id,
        version: definition.version,
        name: definition.name,
        steps: definition.steps.length,
        windowMs: definition.windowMs,
        breakdowns: definition.breakdowns,
        span: span === null ? null : { from: span.from * MINUTE, to: span.to * MINUTE },
      };
    });
  }

  function words(): FunnelWords {
    const all = o.blueprints.all;
    const types = new Set(all.flatMap((of) => of.file.touchpoints.flatMap((t) => t.match.flatMap(({ type }) => type ?? []))));
    return {
      journeys: all.map((of) => ({
        journey: of.journey,
        name: of.file.name,
        windowMs: of.file.window,
        stages: of.steps.map((place) => ({
          name: of.stages[place]?.name ?? { customer: '', internal: '' },
          touchpoints: of.touchpoints.filter(({ stage }) => stage === place).map(({ id }) => id),
        })),
      })),
      touchpoints: all.flatMap((of) =>
        of.touchpoints.map(({ id, name, stage }) => ({ journey: of.journey, id, name, stage: of.stages[stage ?? -1]?.name ?? null })),
      ),
      types: [...types].sort(),
      segments: [...new Set(all.flatMap((of) => of.file.segments))].sort(),
    };
  }

  async function preview(definition: FunnelDefinition): Promise<FunnelPreview> {
    const funnels = funnelsOf([definition]);
    const [funnel] = funnels.all;
    if (funnel === undefined) throw new Fault('internal', 'The funnel could not be made ready.');
    const ledger = new Ledger();
    let customers = 0;
    let held = false;
    for await (const events of latestCustomers(o, SAMPLE)) {
      customers++;
      held ||= events.some((event) => carries(event, definition.hold));
      for (const { after } of foldOnto(emptyState(), events, { blueprints: o.blueprints, funnels }).rows().values())
        if (after.list.startsWith('funnels:')) for (const booking of after.bookings) ledger.add(booking);
    }
    const at = minuteOf(o.clock());
    const none: CellSums = new Map();
    const { total, steps, order } = savedFunnelView({
      ...{ funnel, matured: none, before: none, from: 0, maturedUntil: 0, beforeFrom: 0, beforeAt: 0, since: 0, by: null, factors: [] },
      sums: ledger.read(groupName('A', definition.id, definition.version), { from: 0, to: at, at }),
      position: { at: o.clock(), live: true },
      nameOf: (touchpoint) => nameOf(touchpoint, definition.journey),
    });
    return { customers, held, view: { total, steps, order } };
  }

  async function save(
    { definition, replaces }: { readonly definition: FunnelDefinition; readonly replaces: number | null },
    actor: Actor,
  ): Promise<FunnelDefinition> {
    const known = o.funnels().get(definition.id)?.definition;
    if (replaces === null && known !== undefined)
      throw new Fault('conflict', `There is a funnel "${definition.id}" already. Choose another name, or edit that one.`);
    if (replaces !== null && known?.version !== replaces)
      throw new Fault('conflict', 'Somebody else has changed this funnel meanwhile. Look at it again before you save.');
    const { journey } = definition;
    const journeys = o.blueprints.all.filter((of) => journey === undefined || of.journey === journey);
    if (journeys.length === 0) throw new Fault('bad_request', `There is no journey "${journey ?? ''}".`);
    const touchpoints = new Set(journeys.flatMap((of) => of.touchpoints.map(({ id }) => id)));
    for (const match of [...definition.steps, ...definition.exclusions].flatMap(({ any }) => any))
      if (match.touchpoint !== undefined && !touchpoints.has(match.touchpoint))
        throw new Fault(
          'bad_request',
          journey === undefined
            ? `No journey has a touchpoint "${match.touchpoint}".`
            : `The journey "${journey}" has no touchpoint "${match.touchpoint}".`,
        );
    const kept = known === undefined ? undefined : { ...definition, version: known.version };
    if (known !== undefined && kept !== undefined && JSON.stringify(known) === JSON.stringify(kept)) return known;
    const renamed = known !== undefined && kept !== undefined && countsTheSame(known, kept);
    // One that was removed is never named again by another one: what is kept by name and version would be of both.
    const next = renamed ? kept : { ...definition, version: o.lastVersion(definition.id) + 1 };
    await o.publish({ kind: 'funnel', id: next.id, body: next, by: actor.name, at: o.clock() });
    return next;
  }

  async function remove(id: string, actor: Actor): Promise<void> {
    funnelOf(id);
    await o.publish({ kind: 'funnel', id, body: null, by: actor.name, at: o.clock() });
  }

  /** The attempts behind a number, as they stood at a minute. */
  function attempts(ref: SavedListRef, minute: number): AsyncIterable<ListRow> {
    const funnel = funnelOf(ref.funnel);
    if (ref.step !== undefined && ref.step > funnel.definition.steps.length) throw new Fault('not_found', 'This funnel has no such step.');
    const from = ref.from === undefined ? 0 : hourAnchor(ref.from);
    const named = ref.by === undefined ? [] : namedGroups(read(funnel, { from, to: minute, at: minute }), ref.by);
    const isOf = (group: string, one: string): boolean => (group === OTHER_GROUP ? !named.includes(one) : one === group);
    const { group, notGroup } = ref;
    const isMeant =
      group === undefined && notGroup === undefined
        ? undefined
        : (one: string): boolean => (group === undefined || isOf(group, one)) && (notGroup === undefined || !isOf(notGroup, one));
    return attemptRows(ref, { redis: o.redis, partitions: o.partitions, key: funnel.key, at: minute, isMeant });
  }

  return { attempts, list, get, words, preview, save, remove };
}
