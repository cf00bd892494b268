import { DEVIATIONS } from '#lib/contract/index.ts';
import type { Column, FunnelView, HeatView, JourneyView, ListRef, Window } from '#lib/contract/index.ts';

/** One number on a screen, and the list that opens behind it. */
export interface ShownNumber {
  /** where it stands, for messages */
  readonly where: string;
  readonly value: number;
  readonly list: ListRef;
}

interface At {
  readonly journey: string;
  /** start of the cohort's range, ms */
  readonly from: number;
  /** undefined: live */
  readonly to: number | undefined;
}

const part = (at: At): { readonly journey: string; readonly to?: number } => ({
  journey: at.journey,
  ...(at.to === undefined ? {} : { to: at.to }),
});

/** Every number of a funnel that a person can open. Groups follow the view's own cut. */
export function numbersOfFunnel(view: FunnelView, to: number | undefined): ShownNumber[] {
  const at: At = { journey: view.journey, from: view.from, to };
  const out: ShownNumber[] = [];
  const cohort = (
    stage: string | undefined,
    what: Extract<ListRef, { of: 'funnel' }>['what'],
    value: number,
    cut: Readonly<Record<string, string>> = {},
  ): void =>
    void out.push({
      where: `funnel ${stage ?? 'all'} ${what} ${JSON.stringify(cut)}`,
      value,
      list: { of: 'funnel', ...part(at), from: at.from, what, ...(stage === undefined ? {} : { stage }), ...cut },
    });
  const now = (
    stage: string | undefined,
    what: Extract<ListRef, { of: 'now' }>['what'],
    value: number,
    cut: Readonly<Record<string, string>> = {},
  ): void =>
    void out.push({
      where: `now ${stage ?? 'all'} ${what} ${JSON.stringify(cut)}`,
      value,
      list: { of: 'now', ...part(at), what, ...(stage === undefined ? {} : { stage }), ...cut },
    });
  for (const what of ['entered', 'converted', 'inProgress', 'dropped', 'excluded'] as const) cohort(undefined, what, view.total[what]);
  now(undefined, 'occupancy', view.open);
  for (const step of Object.values(view.steps)) {
    for (const what of step.after ? [] : (['reached', 'wentOn', 'waiting', 'dropped', 'excluded'] as const))
      cohort(step.stage, what, step[what]);
    for (const what of ['occupancy', 'stuck', 'inflow', 'outflow'] as const) now(step.stage, what, step[what]);
    out.push({
      where: `visited ${step.stage}`,
      value: step.visited,
      list: { of: 'way', ...part(at), from: at.from, what: 'visited', stage: step.stage },
    });
  }
  for (const group of Object.values(view.groups)) {
    const cut = { [view.by ?? '']: group.key };
    for (const what of ['entered', 'converted', 'inProgress', 'dropped', 'excluded'] as const)
      cohort(undefined, what, group.total[what], cut);
    for (const step of group.steps) {
      if (view.steps[step.stage]?.after !== true) cohort(step.stage, 'reached', step.reached, cut);
      now(step.stage, 'occupancy', step.occupancy, cut);
      now(step.stage, 'stuck', step.stuck, cut);
    }
  }
  return out;
}

/** Every number of visits on a heatmap. */
export function numbersOfHeat(
  view: HeatView,
  at: { readonly window: Window; readonly by: Column; readonly to: number | undefined },
): ShownNumber[] {
  return Object.values(view.cells).map((cell) => ({
    where: `heat ${at.window} ${at.by} ${cell.stage}|${cell.column}`,
    value: cell.n,
    list: {
      of: 'heat',
      journey: view.journey,
      stage: cell.stage,
      column: cell.column,
      by: at.by,
      window: at.window,
      ...(at.to === undefined ? {} : { to: at.to }),
    },
  }));
}

/** Every number of a journey that a person can open: of all cases, or of the variant that the view shows. */
export function numbersOfJourney(view: JourneyView, to: number | undefined): ShownNumber[] {
  const out: ShownNumber[] = [];
  const who = {
    journey: view.journey,
    version: view.version,
    ...(view.variant === null ? {} : { variant: view.variant }),
    ...(to === undefined ? {} : { to }),
  };
  const way = (value: number, rest: Pick<Extract<ListRef, { of: 'way' }>, 'what' | 'stage' | 'touchpoint'>): void =>
    void out.push({
      where: `way ${view.variant ?? 'all'} ${JSON.stringify(rest)}`,
      value,
      list: { of: 'way', ...who, from: view.from, ...rest },
    });
  for (const what of ['cases', 'deviating', 'planned', 'ownWay'] as const) way(view.total[what], { what });
  for (const stage of Object.values(view.stages)) {
    way(stage.visited, { what: 'visited', stage: stage.stage });
    way(stage.deviations, { what: 'deviations', stage: stage.stage });
    for (const touchpoint of stage.touchpoints)
      for (const kind of DEVIATIONS) way(touchpoint.deviations[kind] ?? 0, { what: kind, touchpoint: touchpoint.id });
    for (const what of ['occupancy', 'stuck'] as const)
      out.push({ where: `now ${stage.stage} ${what}`, value: stage[what], list: { of: 'now', ...who, stage: stage.stage, what } });
    out.push({
      where: `visits ${view.variant ?? 'all'} ${stage.stage}`,
      value: stage.visits,
      list: { of: 'heat', ...who, stage: stage.stage, column: 'all', by: 'channel', window: view.window },
    });
    for (const what of ['made', 'kept', 'late', 'broken'] as const)
      out.push({
        where: `promises ${view.variant ?? 'all'} ${stage.stage} ${what}`,
        value: stage.promised[what],
        list: { of: 'promise', ...who, stage: stage.stage, what, from: view.promisesFrom },
      });
  }
  return out;
}

/** What does not add up in a funnel: per step, in total, and over the groups of its cut. Empty: law 4 holds. */
export function imbalances(view: FunnelView): string[] {
  const wrong: string[] = [];
  const check = (what: string, left: number, right: number): void => {
    if (left !== right) wrong.push(`${what}: ${left} is not ${right}`);
  };
  const { total } = view;
  check('entered', total.entered, total.converted + total.inProgress + total.dropped + total.excluded);
  const steps = Object.values(view.steps).filter((s) => !s.after);
  steps.forEach((s, i) => {
    check(`reached ${s.stage}`, s.reached, s.wentOn + s.waiting + s.dropped + s.excluded);
    const next = steps[i + 1];
    if (next !== undefined) check(`went on from ${s.stage}`, s.wentOn, next.reached);
    for (const [name, value] of Object.entries({
      reached: s.reached,
      waiting: s.waiting,
      dropped: s.dropped,
      excluded: s.excluded,
      occupancy: s.occupancy,
      stuck: s.stuck,
      inflow: s.inflow,
      outflow: s.outflow,
    }))
      if (value < 0) wrong.push(`${name} of ${s.stage} is ${value}`);
    if (s.stuck > s.occupancy) wrong.push(`more are stuck in ${s.stage} than are there`);
  });
  check(
    'in progress',
    total.inProgress,
    steps.reduce((sum, s) => sum + s.waiting, 0),
  );
  check(
    'open',
    view.open,
    Object.values(view.steps).reduce((sum, s) => sum + s.occupancy, 0),
  );
  if (view.by !== null)
    for (const name of ['entered', 'converted', 'inProgress', 'dropped', 'excluded'] as const)
      check(
        `${name} over all groups`,
        total[name],
        Object.values(view.groups).reduce((sum, group) => sum + group.total[name], 0),
      );
  for (const group of Object.values(view.groups))
    check(
      `entered of ${group.key}`,
      group.total.entered,
      group.total.converted + group.total.inProgress + group.total.dropped + group.total.excluded,
    );
  return wrong;
}
