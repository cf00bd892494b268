import { BASE_VARIANT, type Clue, type DeviationKind } from '#lib/contract/words.ts';
import { formatList } from '#lib/contract/format-list.ts';
import type { ListRef } from '#lib/contract/list.ts';
import type { JourneyPromise, JourneyStage, JourneyTouchpoint, JourneyView } from '#lib/contract/journey-view.ts';
import type { DueRule } from '#lib/contract/journey.ts';
import { duration, percent } from '#lib/components/format.ts';
import * as m from '#messages/journey.ts';
import { deviation, isDeviation } from '#messages/words.ts';

/** What hides or shows parts of the illustration. Nothing of it is asked for again. */
export interface Sight {
  readonly motOnly: boolean;
  readonly buyingOnly: boolean;
}

/** The stages that are shown: the buying path or the whole experience; with moments of truth, or all. */
export function stagesShown(view: JourneyView, sight: Sight): JourneyStage[] {
  return view.order
    .flatMap((id) => view.stages[id] ?? [])
    .filter((stage) => (!sight.buyingOnly || stage.phase === 'buying') && (!sight.motOnly || stage.touchpoints.some((t) => t.mot > 0)));
}

/** Touchpoints in the order of their weight; only moments of truth where asked for. */
export function touchpointsShown(stage: JourneyStage, sight: Sight): JourneyTouchpoint[] {
  return stage.touchpoints
    .filter((t) => (!sight.motOnly || t.mot > 0) && (!sight.buyingOnly || t.phase === 'buying'))
    .toSorted((a, b) => b.mot - a.mot);
}

/** Touchpoints that belong to no stage, in the order of their weight; only moments of truth where asked for. */
export function alongTheWay(view: JourneyView, sight: Sight): JourneyTouchpoint[] {
  return view.accompanying
    .filter((t) => (!sight.motOnly || t.mot > 0) && (!sight.buyingOnly || t.phase === null || t.phase === 'buying'))
    .toSorted((a, b) => b.mot - a.mot);
}

/** What the ids in a list reference are called. */
interface ListNames {
  readonly stage: (id: string) => string;
  readonly touchpoint: (id: string) => string;
  readonly variant: (id: string) => string;
}

type WayWhat = Extract<ListRef, { of: 'way' }>['what'];

function commonOf(view: JourneyView): {
  readonly journey: string;
  readonly version: number;
  readonly variant?: string;
  readonly to?: number;
} {
  return {
    journey: view.journey,
    version: view.version,
    ...(view.variant === null ? {} : { variant: view.variant }),
    ...(view.position.live ? {} : { to: view.position.at }),
  };
}

/** The list behind a number of cases held against the plan. */
export function wayList(
  view: JourneyView,
  what: WayWhat,
  at: { readonly stage?: string; readonly touchpoint?: string; readonly variant?: string } = {},
): string {
  return formatList({ of: 'way', ...commonOf(view), from: view.from, what, ...at });
}

/** The list behind a number of the present. */
export function nowList(view: JourneyView, what: 'occupancy' | 'stuck', stage: string): string {
  return formatList({ of: 'now', ...commonOf(view), stage, what });
}

/** The list behind the promises made in a stage in the window. */
export function promisesList(view: JourneyView, stage: string): string {
  return formatList({ of: 'promise', ...commonOf(view), stage, what: 'made', from: view.promisesFrom });
}

/** The list behind the visits of a stage in the window: what its friction and feeling are of. */
export function visitsList(view: JourneyView, stage: string): string {
  return formatList({ of: 'heat', ...commonOf(view), stage, column: 'all', by: 'channel', window: view.window });
}

/** What a variant is called. The cases of no variant have a name in no journey file. */
export function variantName({ variants }: Pick<JourneyView, 'variants'>, id: string): string {
  return id === BASE_VARIANT ? m.everybodyElse() : (variants.find((one) => one.id === id)?.name ?? id);
}

/** The drawer's heading for a list reference. */
export function listTitle(list: string, names: ListNames): string {
  const variant = new URLSearchParams(list.slice(list.indexOf('?') + 1)).get('variant');
  const title = titleOfAll(list, names);
  return variant === null ? title : `${title} · ${names.variant(variant)}`;
}

function titleOfAll(list: string, names: ListNames): string {
  const fields = new URLSearchParams(list.slice(list.indexOf('?') + 1));
  const what = fields.get('what') ?? '';
  const [stage, touchpoint] = [fields.get('stage'), fields.get('touchpoint')];
  const place = touchpoint !== null ? names.touchpoint(touchpoint) : stage === null ? '' : names.stage(stage);
  if (list.startsWith('heat?')) return m.list('visits', { place });
  if (isDeviation(what)) return place === '' ? deviation(what) : m.listAt({ what: deviation(what), place });
  return m.list(m.isList(what) ? what : 'other', { place });
}

/** What one row of a list of this page is: a case that left the plan twice stands on a list of deviations twice. */
export function nounOf(list: string): 'visit' | 'promise' | 'deviation' | 'case' {
  const what = new URLSearchParams(list.slice(list.indexOf('?') + 1)).get('what') ?? '';
  if (list.startsWith('heat?')) return 'visit';
  if (list.startsWith('promise?')) return 'promise';
  return what === 'deviations' || isDeviation(what) ? 'deviation' : 'case';
}

/** Promises of a stage that were kept in time, of those that are decided. */
export function keptText(promised: JourneyStage['promised']): string {
  return percent(promised.kept, promised.kept + promised.late + promised.broken);
}

/** What a stage takes, as a sentence. */
export function timeSentence(stage: JourneyStage): string {
  if (stage.medianMs === null || stage.p90Ms === null) return m.nobodyLeft();
  const time = duration(stage.standardMs ?? 0);
  const standard = stage.standardMs === null ? m.noStandard() : stage.working ? m.standardWorking({ time }) : m.standardIs({ time });
  return m.stay({ median: duration(stage.medianMs), p90: duration(stage.p90Ms), count: stage.timed, standard });
}

/** How wide the times of a stage are drawn against its standard: per cent of the bar; the standard stands at `standard`. */
export function timeBar(stage: JourneyStage): { readonly median: number; readonly p90: number; readonly standard: number | null } | null {
  if (stage.medianMs === null || stage.p90Ms === null) return null;
  // Working time and time by the clock are no one scale.
  const standard = stage.working ? null : stage.standardMs;
  const longest = Math.max(stage.p90Ms, standard ?? 0, 1) * 1.05;
  const part = (ms: number): number => Math.round((1000 * ms) / longest) / 10;
  return { median: part(stage.medianMs), p90: part(stage.p90Ms), standard: standard === null ? null : part(standard) };
}

/** The kinds of clue a stage gives, the commonest first. */
export function cluesOf(stage: JourneyStage): readonly { readonly clue: Clue; readonly times: number }[] {
  const times = new Map<Clue, number>();
  for (const { clue } of stage.touchpoints) times.set(clue, (times.get(clue) ?? 0) + 1);
  return [...times].map(([clue, n]) => ({ clue, times: n })).toSorted((a, b) => b.times - a.times);
}

/** Touchpoints of a stage that nobody here controls. */
export function outsideOf(stage: JourneyStage): readonly JourneyTouchpoint[] {
  return stage.touchpoints.filter((t) => t.controller !== 'us');
}

/** Deviations of a touchpoint in words. */
export function deviationEntries(
  touchpoint: JourneyTouchpoint,
): readonly { readonly kind: DeviationKind; readonly name: string; readonly count: number }[] {
  return (['missing', 'tooOften', 'outOfOrder', 'exclusive'] as const).flatMap((kind) => {
    const n = touchpoint.deviations[kind];
    return n === undefined ? [] : [{ kind, name: deviation(kind), count: n }];
  });
}

/** What the plan asks of a touchpoint. */
export function planWords(touchpoint: JourneyTouchpoint): string {
  const parts = [
    touchpoint.exclusive === null || touchpoint.required
      ? m.plan(touchpoint.required ? 'required' : 'optional')
      : m.planChoice({ choice: touchpoint.exclusive }),
    ...(touchpoint.most === null ? [] : [m.planMost({ count: touchpoint.most })]),
  ];
  return parts.join(', ');
}

/** A promise of the journey in one line: what is promised, by whom, due when. */
export function promiseWords({ wording, owner, due }: Pick<JourneyPromise, 'wording' | 'owner' | 'due'>): string {
  return m.promiseLine({ wording, owner, due: dueWords(due) });
}

/** When a promise is due. */
export function dueWords(due: DueRule): string {
  if (due === 'stated') return m.dueStated();
  if ('within' in due) return m.dueWithin({ time: duration(due.within) });
  if ('working' in due) return m.dueWorking({ time: duration(due.working) });
  return m.dueDays({ days: due.workingDays, by: due.by });
}
