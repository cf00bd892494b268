import type { SourceHealth } from '#lib/contract/index.ts';
import { EARLIEST_MS } from '#lib/contract/index.ts';
import type { Blueprint, Source } from '../blueprint/blueprint.ts';
import { isOver } from '../blueprint/standard.ts';
import { EVENT, parseCell } from '../kernel/counters.ts';
import type { Tracer } from '../kernel/sums.ts';
import { MINUTE, minuteOf } from '../kernel/time.ts';

/** Nothing happened before, that is believed. */
const FIRST_MINUTE = minuteOf(EARLIEST_MS);
/** Each further look goes so many times as far back. */
const WIDER = 4;

/** How a source is at an instant. @param lastAt its newest event by then; null: it had not been heard of */
export function healthOf(source: Source, lastAt: number | null, at: number): SourceHealth {
  const isDown = lastAt !== null && isOver(source.silentAfter, lastAt, at);
  return { source: source.id, name: source.name, lastAt, state: lastAt === null ? 'never' : isDown ? 'down' : 'up' };
}

/** Reads what touchpoints of a version were booked in a range of minutes. */
export type TraceEvents = (version: Blueprint, range: { readonly from: number; readonly to: number }, tracer: Tracer) => void;

/** The newest minute of a range with an event at a touchpoint of each source, whatever version it went by. */
function lastMinutesIn(
  versions: readonly Blueprint[],
  trace: TraceEvents,
  range: { readonly from: number; readonly to: number },
): Map<string, number> {
  const last = new Map<string, number>();
  for (const version of versions) {
    const sourceOf = new Map(version.touchpoints.map((touchpoint) => [touchpoint.id, touchpoint.source]));
    trace(version, range, (cell, measure, _anchor, minute, sum) => {
      const source = measure === EVENT.events && sum > 0 ? sourceOf.get(parseCell(cell).dimensions[0] ?? '') : undefined;
      if (source !== undefined && source !== null && minute > (last.get(source) ?? 0)) last.set(source, minute);
    });
  }
  return last;
}

/**
 * The same up to a minute, looked for further and further back until all that are asked for were found: who has been silent for an hour is found
 * without reading all that ever happened.
 * @param wanted.reach minutes read first
 */
function lastMinutes(
  versions: readonly Blueprint[],
  trace: TraceEvents,
  wanted: { readonly sources: readonly string[]; readonly minute: number; readonly reach: number },
): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  let { minute: to, reach: width } = wanted;
  while (to >= FIRST_MINUTE && !wanted.sources.every((id) => last.has(id))) {
    for (const [source, at] of lastMinutesIn(versions, trace, { from: to - width + 1, to })) if (!last.has(source)) last.set(source, at);
    to -= width;
    width *= WIDER;
  }
  return last;
}

/**
 * How the sources of a journey were at a past instant. Only the newest event of a source is kept: one that has spoken since is known of by what was
 * counted at its touchpoints, exact at the minute. Where nothing was counted there by then, nobody knows whether it was well.
 * @param seen source -> its newest event of all
 */
export function pastHealth(
  of: Blueprint,
  at: number,
  known: { readonly seen: ReadonlyMap<string, number>; readonly versions: readonly Blueprint[]; readonly trace: TraceEvents },
): SourceHealth[] {
  const { seen, versions, trace } = known;
  const { sources } = of;
  const minute = minuteOf(at);
  const spokeSince = (id: string): boolean => (seen.get(id) ?? 0) > at;
  const reach = 1 + Math.ceil(Math.max(0, ...sources.map(({ silentAfter }) => silentAfter.ms)) / MINUTE);
  const asked = sources.filter(({ id }) => spokeSince(id)).map(({ id }) => id);
  const lasts = lastMinutes(versions, trace, { sources: asked, minute, reach });
  return sources.map((source) => {
    if (!spokeSince(source.id)) return healthOf(source, seen.get(source.id) ?? null, at);
    const last = lasts.get(source.id);
    return healthOf(source, last === undefined ? null : last * MINUTE, minute * MINUTE);
  });
}
