import { formatList } from '#lib/contract/format-list.ts';
import { OUTSIDE, ownColumn } from '#lib/contract/words.ts';
import type { MomentListRef, MomentsView, Scorecard, TouchpointMoment } from '#lib/contract/moment.ts';
import type { MomentSide } from './params.ts';

function base(view: MomentsView, over: 'cohort' | 'recent') {
  const { from, until } = view[over];
  return { of: 'moment', journey: view.journey, version: view.version, from, until, to: view.position.at } as const;
}

/** The cases behind one side of a line of the ranking; `arrived` takes those that reached the goal, or did not. */
export function rankingList(
  view: MomentsView,
  moment: Pick<TouchpointMoment, 'touchpoint'>,
  of: { readonly side: MomentSide; readonly group: boolean; readonly arrived?: 'yes' | 'no' },
): string {
  const what: MomentListRef['what'] = of.side === 'pains' ? (of.group ? 'bad' : 'notBad') : of.group ? 'good' : 'notGood';
  return formatList({
    ...base(view, 'cohort'),
    touchpoint: moment.touchpoint,
    what,
    outcome: view.outcome,
    ...(of.arrived === undefined ? {} : { arrived: of.arrived }),
  });
}

/** The cases that are looked at, or those of them that reached the goal. */
export function cohortList(view: MomentsView, what: 'cases' | 'arrived'): string {
  return formatList({ ...base(view, 'cohort'), what });
}

/** The cases behind a dot of the matrix. */
export function matrixList(view: MomentsView, touchpoint: string, what: 'here' | 'bad' | 'good'): string {
  return formatList({ ...base(view, 'recent'), touchpoint, what });
}

/** The cases with a moment to remember. */
export function peakList(view: MomentsView, what: 'worst' | 'best'): string {
  return formatList({ ...base(view, 'recent'), what });
}

/** The visits, or the promises, behind a number of a scorecard. */
export function cardList(view: MomentsView, card: Scorecard, what: 'visits' | 'kept' | 'broken'): string {
  const place = {
    journey: view.journey,
    version: view.version,
    stage: 'all',
    column: card.owner === null ? OUTSIDE : ownColumn(card.owner),
    by: 'owner',
    window: '7d',
    from: view.recent.from,
    to: view.position.at,
  } as const;
  return formatList(what === 'visits' ? { of: 'heat', ...place } : { of: 'outcome', ...place, what });
}
