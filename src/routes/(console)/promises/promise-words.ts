import { duration, percent } from '#lib/components/format.ts';
import { promiseKindName } from '#lib/components/names.ts';
import { outsideListTitle } from '#lib/components/outside-words.ts';
import { formatList } from '#lib/contract/format-list.ts';
import type { PromiseCounts, PromiseLedgerView, PromiseListRef, PromiseWhat } from '#lib/contract/promise.ts';
import * as m from '#messages/promises.ts';

type Cut = Pick<PromiseListRef, 'stage' | 'kind' | 'owner' | 'charge'>;

/** The list behind a number of this view. A live number's list is read live; only a past instant is named. */
export function promiseList(view: PromiseLedgerView, what: PromiseWhat, cut: Cut = {}): string {
  return formatList({
    of: 'promise',
    journey: view.journey,
    version: view.version,
    what,
    ...cut,
    from: view.from,
    ...(view.position.live ? {} : { to: view.position.at }),
  });
}

/** Kept in time, of those whose time is over. */
export function keptShare(counts: PromiseCounts): string {
  return percent(counts.kept, counts.kept + counts.late + counts.broken);
}

/** A gap to the date first given, in words: `2 h late`, `5 h early`, `on the dot`. */
export function gapWords(ms: number | null): string {
  if (ms === null) return '–';
  if (Math.abs(ms) < 60_000) return m.onTime();
  return ms > 0 ? m.late({ time: duration(ms) }) : m.early({ time: duration(-ms) });
}

/** The drawer's heading for a list reference. */
export function promiseListTitle(list: string, stageName: (stage: string) => string): string {
  const outside = outsideListTitle(list);
  if (outside !== null) return outside;
  const fields = new URLSearchParams(list.slice(list.indexOf('?') + 1));
  const what = fields.get('what') ?? '';
  const title = m.list(m.isList(what) ? what : 'other');
  const [stage, kind, owner] = [fields.get('stage'), fields.get('kind'), fields.get('owner')];
  const charge = fields.get('charge') === 'outside' ? m.outsideCharge() : null;
  const parts = [stage === null ? null : stageName(stage), kind === null ? null : promiseKindName(kind), owner, charge];
  return [title, ...parts.filter((part) => part !== null)].join(' · ');
}
