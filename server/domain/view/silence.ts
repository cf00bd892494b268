import { WINDOWS } from '#lib/contract/index.ts';
import type { BarrierNote, Position, SilenceView, SourceHealth, TouchpointPresence, Window } from '#lib/contract/index.ts';
import type { Blueprint, Touchpoint } from '../blueprint/blueprint.ts';
import type { CellSums } from '../kernel/sums.ts';
import { EVENT, parseCell } from '../kernel/counters.ts';
import { minuteOf } from '../kernel/time.ts';
import { baselineOf, demandOf } from '../silence/baseline.ts';
import { openIn } from '../silence/hours.ts';
import { loudnessOf } from '../silence/presence.ts';

/** What the map of absences is made of. */
export interface SilenceInput {
  readonly blueprint: Blueprint;
  readonly window: Window;
  readonly position: Position;
  /** events of the window */
  readonly sums: CellSums;
  /** events of the same window in earlier weeks, as far back as there are any */
  readonly weeks: readonly CellSums[];
  /** minute of the journey's first case; null: there was none yet */
  readonly since: number | null;
  /** events ever, up to the position */
  readonly ever: CellSums;
  readonly sources: readonly SourceHealth[];
  readonly notes: ReadonlyMap<string, BarrierNote>;
}

/** The name under which notes on a touchpoint are kept. */
function touchpointPlace(touchpoint: string): string {
  return `touchpoint:${touchpoint}`;
}

function eventsBy(sums: CellSums): Map<string, number> {
  const found = new Map<string, number>();
  for (const [cell, measures] of sums) {
    const touchpoint = parseCell(cell).dimensions[0] ?? '';
    found.set(touchpoint, (found.get(touchpoint) ?? 0) + (measures.get(EVENT.events) ?? 0));
  }
  return found;
}

/** Events at the touchpoints placed in the stage before. */
function entriesBefore(blueprint: Blueprint, touchpoint: Touchpoint, events: ReadonlyMap<string, number>): number {
  if (touchpoint.stage === null || touchpoint.stage === 0) return 0;
  const before = touchpoint.stage - 1;
  return blueprint.touchpoints.reduce((sum, t) => (t.stage === before ? sum + (events.get(t.id) ?? 0) : sum), 0);
}

/** Every touchpoint of a journey, and whether it is as loud as usual. Pure. */
export function silenceView(input: SilenceInput): SilenceView {
  const { blueprint, window } = input;
  const now = eventsBy(input.sums);
  const ever = eventsBy(input.ever);
  const weeks = input.weeks.map(eventsBy);
  const openOf = openIn({
    at: minuteOf(input.position.at),
    minutes: WINDOWS[window].minutes,
    since: input.since,
    zone: blueprint.file.zone,
    weeks: weeks.length,
  });
  const touchpoints = blueprint.touchpoints.map((touchpoint): TouchpointPresence => {
    const { id, stage, owner, channel, expectedPerDay } = touchpoint;
    const source = input.sources.find((s) => s.source === touchpoint.source);
    const usual = baselineOf(weeks.map((week) => entriesBefore(blueprint, touchpoint, week)));
    const observed = now.get(id) ?? 0;
    // What came ever is read now and then: what came just now may not be among it.
    const never = observed === 0 && (ever.get(id) ?? 0) === 0;
    const open = openOf(touchpoint.hours);
    const planCount = expectedPerDay === null ? null : expectedPerDay * open.days;
    const verdict = loudnessOf({
      observed,
      planned: true,
      down: source?.state === 'down',
      heard: source?.state !== 'never',
      // Weeks of nothing say nothing of a place that was never heard of: the plan does, as long as there is one.
      baseline: never && planCount !== null ? null : baselineOf(weeks.map((week) => week.get(id) ?? 0)),
      planCount,
      demand: demandOf(entriesBefore(blueprint, touchpoint, now), usual === null ? null : usual.expected),
      open: open.share,
    });
    return {
      touchpoint: id,
      name: touchpoint.name,
      stage: stage === null ? null : (blueprint.stages[stage]?.id ?? null),
      owner,
      channel,
      presence: verdict.presence,
      observed,
      expected: verdict.expected,
      basis: verdict.basis,
      demand: verdict.demand,
      open: verdict.open,
      p: never ? null : verdict.p,
      gap: never ? null : verdict.gap,
      never,
      source: source?.name ?? null,
      note: input.notes.get(touchpointPlace(id)) ?? null,
    };
  });
  return {
    journey: blueprint.journey,
    version: blueprint.version,
    name: blueprint.file.name,
    window,
    position: input.position,
    touchpoints,
    sources: input.sources,
  };
}
