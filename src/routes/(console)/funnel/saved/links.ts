import { formatList } from '#lib/contract/format-list.ts';
import type { SavedFunnelView, SavedListRef } from '#lib/contract/saved-funnel.ts';
import { groupText, placeText } from './words.ts';
import { allBut } from '#messages/compared.ts';
import * as m from '#messages/savedFunnel.ts';

export type SavedWhat = SavedListRef['what'];

/** What narrows a list of attempts. */
export type Narrowed = Partial<Pick<SavedListRef, 'step' | 'by' | 'group' | 'bins' | 'next' | 'until' | 'notGroup'>>;

/** The list behind a number of a saved funnel. A live number's list is read live; only a past instant is named. */
export function attemptList(view: SavedFunnelView, what: SavedWhat, narrowed: Narrowed = {}): string {
  return formatList({
    of: 'saved',
    funnel: view.definition.id,
    what,
    from: view.from,
    ...(view.position.live ? {} : { to: view.position.at }),
    ...narrowed,
  });
}

/** The list behind a number of the period before. */
export function earlierList(view: SavedFunnelView, what: SavedWhat): string {
  return formatList({ of: 'saved', funnel: view.definition.id, what, from: view.beforeFrom, until: view.from - 1, to: view.beforeAt });
}

/** The drawer's heading for a list reference. */
export function attemptTitle(list: string, view: SavedFunnelView): string {
  const fields = new URLSearchParams(list.slice(list.indexOf('?') + 1));
  const asked = fields.get('what') ?? '';
  const what = m.isList(asked) ? asked : 'entered';
  const step = view.steps[fields.get('step') ?? ''];
  const place = fields.get('next');
  const next = step?.next.find(({ touchpoint }) => touchpoint === (place === '-' ? '' : place));
  const by = view.definition.breakdowns[Number(fields.get('by') ?? NaN)]?.by;
  const nameOf = (field: 'group' | 'notGroup') => groupText(fields.get(field) ?? '', by);
  const parts = [
    step === undefined ? m.list(what) : m.listAt(what, { step: step.name }),
    ...(next === undefined ? [] : [placeText(next)]),
    ...(fields.has('group') ? [nameOf('group')] : []),
    ...(fields.has('notGroup') ? [allBut({ group: nameOf('notGroup') })] : []),
    ...(fields.has('bins') ? [m.ofThisTime()] : []),
    ...(fields.has('until') ? (fields.has('to') ? [m.listBefore()] : [m.windowOver()]) : []),
  ];
  return parts.join(' · ');
}
