import { FINDING_WORDS, STANDING_WORDS } from '#lib/components/case-words.ts';
import type { CaseStanding, Finding } from '#lib/contract/case.ts';
import { formatList } from '#lib/contract/format-list.ts';
import type { ListRef } from '#lib/contract/list.ts';
import type { FunnelView } from '#lib/contract/views.ts';

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
  if (finding !== null) return `Times: ${FINDING_WORDS[finding as Finding] ?? finding}${where}`;
  const title = STANDING_WORDS[state as CaseStanding] ?? 'Cases';
  return `Cases ${title}${fields.get('where') === 'gone' ? ', ended in this range' : ', now in a stage'}`;
}

const TITLES: Readonly<Record<string, string>> = {
  entered: 'Entered the journey',
  reached: 'Reached',
  wentOn: 'Went on from',
  waiting: 'Waiting in',
  dropped: 'Dropped',
  excluded: 'Excluded',
  converted: 'Converted',
  inProgress: 'In progress',
  occupancy: 'Now in',
  stuck: 'Stuck in',
  inflow: 'Came in during the last hour:',
  outflow: 'Left during the last hour:',
};

/** The drawer's heading for a list reference, with the stage's name where it has one. */
export function listTitle(list: string, stageName: (stage: string) => string): string {
  if (list.startsWith('delay?')) return list.includes('factor=') ? 'Dates missed that coincide with it' : 'Dates missed in this range';
  if (list.startsWith('state?') || list.startsWith('finding?')) return standingTitle(list, stageName);
  if (list.startsWith('exposed?')) return 'Cases while it was at work';
  const fields = new URLSearchParams(list.slice(list.indexOf('?') + 1));
  const title = TITLES[fields.get('what') ?? ''] ?? 'Customers';
  const stage = fields.get('stage');
  const group = fields.get('channel') ?? fields.get('segment');
  const where = stage === null ? (title === 'Now in' || title === 'Stuck in' ? ' any stage' : '') : ` ${joint(title)}${stageName(stage)}`;
  return `${title}${where}${group === null ? '' : ` · ${group}`}`;
}

function joint(title: string): string {
  return title === 'Dropped' || title === 'Excluded' ? 'at ' : '';
}
