import type { AssociationListRef, AssociationView, ContagionView, FollowingPair, UpstreamPlace } from '#lib/contract/association.ts';
import { formatList } from '#lib/contract/format-list.ts';

function base(view: AssociationView) {
  const { from, until } = view.cohort;
  const { journey, version, window, position } = view;
  return { of: 'association', journey, version, window, from, until, to: position.at } as const;
}

/** The cases behind a line of the pairs: those at `after` or, with `base`, at any other touchpoint; of these, with `followed`, those that `then` followed. */
export function pairList(view: AssociationView, pair: Pick<FollowingPair, 'after' | 'then'>, of: 'first' | 'both' | 'second'): string {
  const { after, then } = pair;
  if (of === 'second') return formatList({ ...base(view), what: 'followed', then });
  return formatList({ ...base(view), what: of === 'both' ? 'followed' : 'after', after, then });
}

/** The cases that came to the stage, having passed the touchpoint where one is named; of these, with `fared`, those with a bad visit there. */
export function upstreamList(view: AssociationView, place: Pick<UpstreamPlace, 'passed'> | null, what: 'passed' | 'fared'): string {
  const stage = view.upstream.stage ?? '';
  return formatList({ ...base(view), what, stage, ...(place === null ? {} : { after: place.passed }) });
}

/** The customers of one side of a comparison of departments. */
export function contagionList(
  view: AssociationView,
  one: Pick<ContagionView, 'from' | 'to'>,
  of: { readonly what: Extract<AssociationListRef['what'], 'exposed' | 'used' | 'usedBefore'>; readonly bad: boolean },
): string {
  return formatList({ ...base(view), what: of.what, after: one.from, then: one.to, experience: of.bad ? 'bad' : 'other' });
}
