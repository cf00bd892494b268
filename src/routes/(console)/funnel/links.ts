import { finding as findingName, isFinding, isStanding, standing } from '#messages/words.ts';
import { channelName } from '#lib/components/names.ts';
import { outsideListTitle } from '#lib/components/outside-words.ts';
import { formatList } from '#lib/contract/format-list.ts';
import type { ListRef } from '#lib/contract/list.ts';
import type { ComparedVersion } from '#lib/contract/comparison.ts';
import type { FunnelView } from '#lib/contract/views.ts';
import { allBut, final } from '#messages/compared.ts';
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

/** The list behind the number of cases that have been in a stage, wherever they began. */
export function visitedList(view: FunnelView, stage: string): string {
  const { journey, version, from } = view;
  return formatList({ of: 'way', journey, version, from, what: 'visited', stage, ...pastOf(view) });
}

/** The list behind a number of those whose window is over. */
export function maturedList(view: FunnelView, what: CohortWhat): string {
  const { journey, version, from, age } = view;
  return formatList({ of: 'funnel', journey, version, what, from, until: age?.maturedUntil ?? 0, ...pastOf(view) });
}

/** The list behind a number of the period before. */
export function earlierList(view: FunnelView, what: CohortWhat): string {
  const { beforeFrom = 0, beforeAt = 0 } = view.age ?? {};
  const { journey, version } = view;
  return formatList({ of: 'funnel', journey, version, what, from: beforeFrom, until: view.from - 1, to: beforeAt });
}

/** The list behind a number of those of a group, or of all others, whose outcome is final. */
export function finalList(view: FunnelView, what: CohortWhat, { by, key }: Group, side: 'these' | 'others'): string {
  const { journey, version, from, comparison } = view;
  const one = by === 'channel' ? { channel: key } : { segment: key };
  const rest = by === 'channel' ? { notChannel: key } : { notSegment: key };
  const whose = side === 'these' ? one : rest;
  return formatList({ of: 'funnel', journey, version, what, from, until: comparison?.until ?? 0, ...pastOf(view), ...whose });
}

/** The list behind a number of the cases of a version whose outcome is final. */
export function versionList(view: FunnelView, { version, until }: ComparedVersion, what: CohortWhat): string {
  return formatList({ of: 'funnel', journey: view.journey, version, what, from: view.from, until, ...pastOf(view) });
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

function groupName(channel: string | null, segment: string | null): string | null {
  return channel === null ? segment : channelName(channel);
}

/** The drawer's heading for a list reference, with the stage's name where it has one. */
export function listTitle(list: string, stageName: (stage: string) => string): string {
  const outside = outsideListTitle(list);
  if (outside !== null) return outside;
  if (list.startsWith('state?') || list.startsWith('finding?')) return standingTitle(list, stageName);
  const fields = new URLSearchParams(list.slice(list.indexOf('?') + 1));
  const what = fields.get('what') ?? '';
  const known = m.isList(what) ? what : 'other';
  const stage = fields.get('stage');
  const title = stage === null ? m.list(known) : m.listAt(known, { stage: stageName(stage) });
  const group = groupName(fields.get('channel'), fields.get('segment'));
  const left = groupName(fields.get('notChannel'), fields.get('notSegment'));
  const parts = [group, left === null ? null : allBut({ group: left }), fields.has('until') && !fields.has('to') ? final() : null];
  return [title, ...parts.filter((part) => part !== null)].join(' · ');
}
