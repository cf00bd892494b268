import { finding as findingName, isFinding, isStanding, standing } from '#messages/words.ts';
import { channelName } from '#lib/components/names.ts';
import { outsideListTitle } from '#lib/components/outside-words.ts';
import { formatList } from '#lib/contract/format-list.ts';
import type { ListRef } from '#lib/contract/list.ts';
import type { FunnelView } from '#lib/contract/views.ts';
import * as m from '#messages/funnel.ts';

type CohortWhat = Extract<ListRef, { of: 'funnel' }>['what'];
type NowWhat = Extract<ListRef, { of: 'now' }>['what'];

/** Narrows a list to one group of a breakdown. */
export interface Group {
  readonly by: 'channel' | 'segment';
  readonly key: string;
}

/** The list behind a cohort number of this view. */
export function cohortList(view: FunnelView, what: CohortWhat, stage?: string, group?: Group): string {
  return formatList({
    of: 'funnel',
    journey: view.journey,
    version: view.version,
    what,
    ...(stage === undefined ? {} : { stage }),
    from: view.from,
    ...pastOf(view),
    ...groupOf(group),
  });
}

/** The list behind a number of those whose window is over. */
export function maturedList(view: FunnelView, what: CohortWhat): string {
  return formatList({ of: 'funnel', journey: view.journey, what, from: view.from, until: view.age?.maturedUntil ?? 0, ...pastOf(view) });
}

/** The list behind a number of the period before. */
export function earlierList(view: FunnelView, what: CohortWhat): string {
  const { beforeFrom = 0, beforeAt = 0 } = view.age ?? {};
  return formatList({ of: 'funnel', journey: view.journey, what, from: beforeFrom, until: view.from - 1, to: beforeAt });
}

/** The list behind a number of the present. */
export function nowList(view: FunnelView, what: NowWhat, stage?: string, group?: Group): string {
  return formatList({
    of: 'now',
    journey: view.journey,
    version: view.version,
    what,
    ...(stage === undefined ? {} : { stage }),
    ...pastOf(view),
    ...groupOf(group),
  });
}

/** A live number's list is read live; only a past instant is named. */
function pastOf(view: FunnelView): { readonly to?: number } {
  return view.position.live ? {} : { to: view.position.at };
}

function groupOf(group: Group | undefined): { readonly channel?: string; readonly segment?: string } {
  if (!group) return {};
  return group.by === 'channel' ? { channel: group.key } : { segment: group.key };
}

/** The heading of a list of cases in a state, or of findings. */
function standingTitle(list: string, stageName: (stage: string) => string): string {
  const fields = new URLSearchParams(list.slice(list.indexOf('?') + 1));
  const [state, finding, stage] = [fields.get('state'), fields.get('finding'), fields.get('stage')];
  const where = stage === null ? '' : ` · ${stageName(stage)}`;
  if (finding !== null) return `${m.times({ finding: isFinding(finding) ? findingName(finding) : finding })}${where}`;
  const named = { state: state !== null && isStanding(state) ? standing(state) : '' };
  return fields.get('where') === 'gone' ? m.stateGone(named) : m.stateHere(named);
}

/** The drawer's heading for a list reference, with the stage's name where it has one. */
export function listTitle(list: string, stageName: (stage: string) => string): string {
  const outside = outsideListTitle(list);
  if (outside !== null) return outside;
  if (list.startsWith('state?') || list.startsWith('finding?')) return standingTitle(list, stageName);
  const fields = new URLSearchParams(list.slice(list.indexOf('?') + 1));
  const what = fields.get('what') ?? '';
  const known = m.isList(what) ? what : 'other';
  const [stage, channel, segment] = [fields.get('stage'), fields.get('channel'), fields.get('segment')];
  const title = stage === null ? m.list(known) : m.listAt(known, { stage: stageName(stage) });
  const group = channel === null ? segment : channelName(channel);
  return group === null ? title : `${title} · ${group}`;
}
