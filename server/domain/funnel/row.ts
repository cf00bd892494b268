import type { AttemptState } from '../customer/state.ts';
import type { Booking } from '../kernel/counters.ts';
import type { Row } from '../kernel/row.ts';
import { NOWHERE_ELSE } from '../kernel/row.ts';
import type { Funnel } from './compile.ts';
import { ATTEMPT, cellKey } from '../kernel/counters.ts';
import { binOf } from '../kernel/log-bins.ts';
import { hourAnchor, minuteOf } from '../kernel/time.ts';

/** An attempt as it stands on the list of its funnel: everything needed to say what was known of it at any minute. */
export type AttemptMember = readonly [
  case_: string,
  id: string,
  steps: readonly number[],
  convertedFrom: number,
  excludedAt: number,
  lostAt: number,
  next: string,
  groups: readonly (readonly (number | string)[])[],
  channel: string,
  segment: string,
  nextAt: number,
];

/** One thing an attempt adds to the sums, at an instant. */
interface Contribution {
  readonly step: number;
  readonly measure: number;
  readonly at: number;
}

/** Where an attempt has come to at a minute. */
export interface Fate {
  /** index of the furthest step reached; -1 = not yet entered */
  readonly deepest: number;
  readonly ended: 'converted' | 'dropped' | 'excluded' | null;
  /** ms; 0 while it lasts */
  readonly endedAt: number;
}

/** What was known of an attempt at a minute. List and sums agree because both read these instants. */
export function fateAt(member: Pick<AttemptState, 'steps' | 'convertedFrom' | 'excludedAt' | 'lostAt'>, minute: number): Fate {
  const { steps, convertedFrom, excludedAt, lostAt } = member;
  let deepest = -1;
  steps.forEach((at, k) => {
    if (at !== 0 && minuteOf(at) <= minute) deepest = k;
  });
  const goal = steps[steps.length - 1] ?? 0;
  if (convertedFrom !== 0 && minuteOf(goal) <= minute) return { deepest, ended: 'converted', endedAt: goal };
  if (excludedAt !== 0 && minuteOf(excludedAt) <= minute) return { deepest, ended: 'excluded', endedAt: excludedAt };
  if (lostAt !== 0 && minuteOf(lostAt) <= minute) return { deepest, ended: 'dropped', endedAt: lostAt };
  return { deepest, ended: null, endedAt: 0 };
}

/** Where they were known to have gone next at a minute; empty: nowhere yet. */
export function nextAtMinute({ next, nextAt }: Pick<AttemptState, 'next' | 'nextAt'>, minute: number): string {
  return minuteOf(nextAt) <= minute ? next : '';
}

/** Group of a breakdown at a minute. @param groups instant, value, instant, value, ... */
export function groupAtMinute(groups: readonly (number | string)[], minute: number): string {
  let group = '';
  for (let i = 0; i + 1 < groups.length; i += 2) if (minuteOf(Number(groups[i])) <= minute) group = String(groups[i + 1]);
  return group;
}

function wentOn(attempt: AttemptState): Contribution[] {
  const found: Contribution[] = [];
  attempt.steps.forEach((at, step) => {
    if (at === 0) return;
    const further = attempt.steps.slice(step + 1).filter((later) => later !== 0);
    if (further.length > 0) found.push({ step, measure: ATTEMPT.wentOn, at: Math.max(at, Math.min(...further)) });
  });
  return found;
}

/** What counts in every breakdown. */
function contributions(attempt: AttemptState): Contribution[] {
  const found: Contribution[] = [];
  attempt.steps.forEach((at, step) => {
    if (at !== 0) found.push({ step, measure: ATTEMPT.reached, at });
  });
  const goal = attempt.steps.length - 1;
  const deepest = attempt.steps.findLastIndex((at) => at !== 0);
  if (attempt.convertedFrom !== 0) {
    const at = attempt.steps[goal] ?? 0;
    found.push({ step: goal, measure: ATTEMPT.times + binOf(at - attempt.convertedFrom), at });
  } else if (attempt.excludedAt !== 0) found.push({ step: deepest, measure: ATTEMPT.excluded, at: attempt.excludedAt });
  else found.push({ step: deepest, measure: ATTEMPT.dropped, at: attempt.lostAt });
  return found;
}

/** Bookings of one contribution in a breakdown: it moves to another group when the attempt does. */
function moving(one: Contribution, groups: readonly (number | string)[], cell: (group: string) => string): [string, number, 1 | -1][] {
  const changes = Array.from({ length: groups.length / 2 }, (_, i) => ({ at: Number(groups[2 * i]), group: String(groups[2 * i + 1]) }));
  let here = changes.filter(({ at }) => at <= one.at).at(-1)?.group ?? '';
  const booked: [string, number, 1 | -1][] = [[cell(here), minuteOf(one.at), 1]];
  for (const { at, group } of changes) {
    if (at <= one.at) continue;
    booked.push([cell(here), minuteOf(at), -1], [cell(group), minuteOf(at), 1]);
    here = group;
  }
  return booked;
}

function bookingsOf(attempt: AttemptState, funnel: Funnel): Booking[] {
  const { id, version, breakdowns, steps } = funnel.definition;
  const anchor = hourAnchor(attempt.entry);
  const cell = (breakdown: string, group: string, step: number): string => cellKey('A', id, version, [breakdown, group, String(step)]);
  const shared = contributions(attempt);
  const bookings = shared.map(({ step, measure, at }): Booking => [cell('', '', step), measure, anchor, minuteOf(at), 1]);
  attempt.steps.forEach((at, step) => {
    if (at !== 0 && step > 0) bookings.push([cell('', '', step), ATTEMPT.gaps + binOf(attempt.gaps[step] ?? 0), anchor, minuteOf(at), 1]);
  });
  if (steps.some(({ optional }) => optional))
    for (const { step, measure, at } of wentOn(attempt)) bookings.push([cell('', '', step), measure, anchor, minuteOf(at), 1]);
  if (attempt.lostAt !== 0) {
    const deepest = attempt.steps.findLastIndex((at) => at !== 0);
    const lost = minuteOf(attempt.lostAt);
    const book = (next: string, minute: number, delta: 1 | -1): void =>
      void bookings.push([cell('>', next, deepest), ATTEMPT.next, anchor, minute, delta]);
    book(nextAtMinute(attempt, lost), lost, 1);
    const went = minuteOf(attempt.nextAt);
    if (went > lost) {
      book('', went, -1);
      book(attempt.next, went, 1);
    }
  }
  breakdowns.forEach((_, i) => {
    for (const one of shared)
      for (const [where, booked, delta] of moving(one, attempt.groups[i] ?? [], (group) => cell(String(i), group, one.step)))
        bookings.push([where, one.measure, anchor, booked, delta]);
  });
  return bookings;
}

/** An attempt as a row: on the list of its funnel and version, by entry. */
export function attemptRow(attempt: AttemptState, funnel: Funnel): Row {
  const member: AttemptMember = [
    attempt.case,
    attempt.id,
    [...attempt.steps],
    attempt.convertedFrom,
    attempt.excludedAt,
    attempt.lostAt,
    attempt.next,
    attempt.groups.map((groups) => [...groups]),
    attempt.channel,
    attempt.segment,
    attempt.nextAt,
  ];
  return {
    list: attemptList(funnel.key),
    score: attempt.entry,
    member,
    bookings: bookingsOf(attempt, funnel),
    trail: null,
    also: NOWHERE_ELSE,
  };
}

/** Name of the list of a funnel's attempts. @param key `<id>:<version>` */
export function attemptList(key: string): string {
  return `funnels:${key}`;
}
