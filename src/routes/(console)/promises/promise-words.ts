import { duration, percent, words } from '#lib/components/format.ts';
import { formatList } from '#lib/contract/format-list.ts';
import type { PromiseCounts, PromiseLedgerView, PromiseListRef, PromiseWhat } from '#lib/contract/promise.ts';

type Cut = Pick<PromiseListRef, 'stage' | 'kind' | 'owner' | 'charge'>;

/** The list behind a number of this view. A live number's list is read live; only a past instant is named. */
export function promiseList(view: PromiseLedgerView, what: PromiseWhat, cut: Cut = {}): string {
  return formatList({
    of: 'promise',
    journey: view.journey,
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
  if (Math.abs(ms) < 60_000) return 'on time';
  return ms > 0 ? `${duration(ms)} late` : `${duration(-ms)} early`;
}

const TITLES: Readonly<Record<PromiseWhat, string>> = {
  made: 'Promises made',
  open: 'Open promises',
  kept: 'Kept promises',
  late: 'Kept, but late',
  broken: 'Broken promises',
  withdrawn: 'Withdrawn promises',
  missed: 'First date missed',
  warned: 'First date missed, told before',
  'kept-happy': 'Kept, and happy',
  'kept-neutral': 'Kept, feeling neutral',
  'kept-unhappy': 'Kept, but unhappy: the wrong promise?',
  'kept-unknown': 'Kept, feeling unknown',
  'broken-happy': 'Not kept, but happy: well recovered',
  'broken-neutral': 'Not kept, feeling neutral',
  'broken-unhappy': 'Not kept, and unhappy',
  'broken-unknown': 'Not kept, feeling unknown',
};

/** The drawer's heading for a list reference. */
export function promiseListTitle(list: string, stageName: (stage: string) => string): string {
  if (list.startsWith('delay?')) return list.includes('factor=') ? 'Dates missed that coincide with it' : 'Dates missed in this range';
  if (list.startsWith('exposed?')) return 'Cases while it was at work';
  const fields = new URLSearchParams(list.slice(list.indexOf('?') + 1));
  const title = TITLES[fields.get('what') as PromiseWhat] ?? 'Promises';
  const [stage, kind, owner] = [fields.get('stage'), fields.get('kind'), fields.get('owner')];
  const charge = fields.get('charge') === 'outside' ? 'outside our control' : null;
  const parts = [stage === null ? null : stageName(stage), kind === null ? null : words(kind), owner, charge];
  return [title, ...parts.filter((part) => part !== null)].join(' · ');
}
