import { WINDOWS } from '#lib/contract/index.ts';
import type { ListRef, ListRow } from '#lib/contract/index.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import { MINUTE, hourAnchor, minuteOf } from '#server/domain/kernel/time.ts';
import { windowRange } from '#server/domain/kernel/sums.ts';
import { visitColumn } from '#server/domain/view/heat.ts';
import { isInVariant } from '#server/domain/blueprint/variant.ts';
import type { CaseMember } from '#server/domain/case/case.ts';
import type { StayMember } from '#server/domain/case/stay.ts';
import type { VisitMember } from '#server/domain/visit/visit.ts';
import { scan } from './scan.ts';
import type { Entry, ListReading as Reading } from './scan.ts';
import { delayRows, exposedRows } from './factor.ts';
import { findingRows, stateRows } from './standing.ts';
import { momentRows } from './moment.ts';
import { outcomeRows } from './outcome.ts';
import { promiseRows } from './promise.ts';
import { recoveryRows } from './recovery.ts';
import { wayRows } from './way.ts';

type FunnelRef = Extract<ListRef, { readonly of: 'funnel' }>;

/** What became of a case at a minute: how far it came, and how it ended. */
function fateOf(
  member: Entry<CaseMember>,
  blueprint: Blueprint,
  at: number,
): { readonly level: number; readonly ended: 'excluded' | 'dropped' | 'converted' | null; readonly endedAt: number } {
  const [, , , , , steps, excluded] = member;
  const level = steps.filter((step) => minuteOf(step) <= at).length;
  const last = steps[level - 1] ?? 0;
  if (level === blueprint.steps.length) return { level, ended: 'converted', endedAt: last };
  if (excluded !== 0 && minuteOf(excluded) <= at) return { level, ended: 'excluded', endedAt: excluded };
  const lost = (steps[0] ?? 0) + blueprint.file.window + 1;
  if (excluded === 0 && minuteOf(lost) <= at) return { level, ended: 'dropped', endedAt: lost };
  return { level, ended: null, endedAt: 0 };
}

function funnelInstant(
  ref: FunnelRef,
  member: Entry<CaseMember>,
  at: { readonly blueprint: Blueprint; readonly minute: number },
): number | null {
  const { blueprint, minute } = at;
  const steps = member[5];
  const { level, ended, endedAt } = fateOf(member, blueprint, minute);
  if (level === 0) return null;
  const place = ref.stage === undefined ? null : blueprint.steps.indexOf(blueprint.stages.find((s) => s.id === ref.stage)?.index ?? -1);
  if (place !== null && (place < 0 || level <= place)) return null;
  const here = place === null || level === place + 1;
  switch (ref.what) {
    case 'entered':
      return steps[0] ?? null;
    case 'reached':
      return steps[place ?? 0] ?? null;
    case 'wentOn':
      if (place === null) return null;
      return level > place + 1 ? (steps[place + 1] ?? null) : place === blueprint.steps.length - 1 ? (steps[place] ?? null) : null;
    case 'waiting':
    case 'inProgress':
      return here && ended === null ? (steps[level - 1] ?? null) : null;
    case 'dropped':
    case 'excluded':
    case 'converted':
      return here && ended === ref.what ? endedAt : null;
  }
}

async function* funnelRows(ref: FunnelRef, reading: Reading): AsyncGenerator<ListRow> {
  const { blueprint, at } = reading;
  const from = ref.from === undefined ? -Infinity : hourAnchor(ref.from) * MINUTE;
  for await (const member of scan<CaseMember>(reading, 'cases', { from, to: at * MINUTE + MINUTE - 1 })) {
    const [customer, caseId, segment, channel] = member;
    if ((ref.segment !== undefined && ref.segment !== segment) || (ref.channel !== undefined && ref.channel !== channel)) continue;
    if (ref.notSegment === segment || ref.notChannel === channel) continue;
    if (!isInVariant(ref.variant, blueprint, { segment, channel })) continue;
    if (ref.until !== undefined && (member[5][0] ?? 0) >= (hourAnchor(ref.until) + 60) * MINUTE) continue;
    const instant = funnelInstant(ref, member, { blueprint, minute: at });
    if (instant === null) continue;
    const level = member[5].filter((step) => minuteOf(step) <= at).length;
    const stage = blueprint.stages[blueprint.steps[level - 1] ?? 0]?.id ?? '';
    const deviations = member[8].filter((d) => minuteOf(d[2]) <= at).length;
    yield { customer, caseId, at: instant, stage, channel, segment, friction: null, valence: null, deviations };
  }
}

type NowRef = Extract<ListRef, { readonly of: 'now' }>;

function nowInstant(ref: NowRef, member: Entry<StayMember>, at: number): number | null {
  const [, , , , , from, until, stuck] = member;
  const inside = minuteOf(from) <= at && at < minuteOf(until);
  switch (ref.what) {
    case 'occupancy':
      return inside ? from : null;
    case 'stuck':
      return inside && stuck !== 0 && minuteOf(stuck) <= at ? stuck : null;
    case 'inflow':
      return minuteOf(from) > at - 60 && minuteOf(from) <= at ? from : null;
    case 'outflow':
      return minuteOf(until) > at - 60 && minuteOf(until) <= at ? until : null;
  }
}

async function* nowRows(ref: NowRef, reading: Reading): AsyncGenerator<ListRow> {
  const { blueprint, at } = reading;
  for await (const member of scan<StayMember>(reading, 'stays', { from: (at - 60) * MINUTE, to: Infinity })) {
    const [customer, caseId, segment, channel, stage] = member;
    const id = blueprint.stages[stage]?.id ?? '';
    if (ref.stage !== undefined && ref.stage !== id) continue;
    if ((ref.segment !== undefined && ref.segment !== segment) || (ref.channel !== undefined && ref.channel !== channel)) continue;
    if (!isInVariant(ref.variant, blueprint, { segment, channel })) continue;
    const instant = nowInstant(ref, member, at);
    if (instant !== null) yield { customer, caseId, at: instant, stage: id, channel, segment, friction: null, valence: null };
  }
}

type HeatRef = Extract<ListRef, { readonly of: 'heat' }>;

async function* heatRows(ref: HeatRef, reading: Reading): AsyncGenerator<ListRow> {
  const { blueprint, at } = reading;
  const range = ref.from === undefined ? windowRange(WINDOWS[ref.window], at) : { from: minuteOf(ref.from), to: at };
  for await (const member of scan<VisitMember>(reading, 'visits', { from: range.from * MINUTE, to: Infinity })) {
    const [customer, visit, caseId, stage, channel, segment, owner, points, charge, touchpoint, variant] = member;
    if (ref.variant !== undefined && ref.variant !== variant) continue;
    const id = blueprint.stages[stage]?.id ?? '';
    const column = visitColumn([id, channel, segment, owner, charge, String(touchpoint)], ref.by, blueprint);
    if ((ref.stage !== 'all' && ref.stage !== id) || (ref.column !== 'all' && ref.column !== column)) continue;
    const point = points.filter((p) => p[0] <= at).at(-1);
    if (point === undefined || point[0] < range.from || point[0] > range.to) continue;
    yield {
      customer,
      caseId,
      visit,
      at: point[0] * MINUTE,
      stage: id,
      channel,
      segment,
      friction: point[1] / 1000,
      valence: point[2] === null ? null : point[2] / 1000,
    };
  }
}

/** Lists of a journey that stand in the store: all but those of saved funnels, of what goes together, and of events. */
export type JourneyListRef = Exclude<ListRef, { readonly of: 'saved' | 'association' | 'event' }>;

/** Everybody on a list at a position, in no particular order, but the same each time. */
export function rowsOf(ref: JourneyListRef, reading: Reading): AsyncGenerator<ListRow> {
  switch (ref.of) {
    case 'funnel':
      return funnelRows(ref, reading);
    case 'now':
      return nowRows(ref, reading);
    case 'heat':
      return heatRows(ref, reading);
    case 'moment':
      return momentRows(ref, reading);
    case 'outcome':
      return outcomeRows(ref, reading);
    case 'promise':
      return promiseRows(ref, reading);
    case 'way':
      return wayRows(ref, reading);
    case 'delay':
      return delayRows(ref, reading);
    case 'state':
      return stateRows(ref, reading);
    case 'finding':
      return findingRows(ref, reading);
    case 'exposed':
      return exposedRows(ref, reading);
    case 'recovery':
      return recoveryRows(ref, reading);
  }
}
