import { coarse, dateTime, duration } from '#lib/components/format.ts';
import { promiseKindName } from '#lib/components/names.ts';
import type { CasePosition, CustomerHeader, PromiseView } from '#lib/contract/views.ts';
import { HOUR } from '#lib/contract/time.ts';
import * as m from '#messages/story.ts';

/** What to call somebody: by name, else by the number the company knows them under, else by the address of the page. */
export function titleOf(header: Pick<CustomerHeader, 'name' | 'identifiers' | 'customer'>): string {
  const number = header.identifiers.find(({ kind }) => kind === 'customerId');
  return header.name ?? (number ? m.customerNumber({ number: number.value }) : m.customerUnnamed({ id: header.customer.slice(0, 10) }));
}

/** What to say about a promise, and how loudly. */
export interface PromiseWords {
  readonly tone: 'normal' | 'watch' | 'breach';
  readonly text: string;
}

const SOON_MS = 4 * HOUR;

/** A promise with its clock, seen from `now`. */
export function promiseWords(promise: PromiseView, now: number): PromiseWords {
  switch (promise.state) {
    case 'open':
      return promise.due >= now
        ? { tone: promise.due - now < SOON_MS ? 'watch' : 'normal', text: m.promiseDueIn({ time: coarse(promise.due - now) }) }
        : { tone: 'watch', text: m.promiseGrace({ time: coarse(now - promise.due) }) };
    case 'broken':
      return { tone: 'breach', text: m.promiseBroken({ time: coarse(Math.max(0, now - promise.brokenAt)) }) };
    case 'late':
      return { tone: 'watch', text: m.promiseLate({ time: coarse(Math.max(0, (promise.metAt ?? promise.due) - promise.due)) }) };
    case 'kept':
      return { tone: 'normal', text: promise.metAt === null ? m.promiseKept() : m.promiseKeptOn({ time: dateTime(promise.metAt) }) };
    case 'withdrawn':
      return { tone: 'normal', text: m.promiseWithdrawn() };
  }
}

/** By when it was promised; with the grace, as long as that explains why it is broken or not yet. */
export function dueWords({ due, graceMs, state }: Pick<PromiseView, 'due' | 'graceMs' | 'state'>): string {
  const asks = graceMs > 0 && (state === 'open' || state === 'broken');
  return asks ? m.promiseByGrace({ due: dateTime(due), grace: duration(graceMs) }) : m.promiseBy({ due: dateTime(due) });
}

/** Open promises first, soonest first; then broken; then what is over, newest first. */
export function orderPromises(promises: readonly PromiseView[]): readonly PromiseView[] {
  const rank = { broken: 0, open: 1, late: 2, kept: 3, withdrawn: 4 } as const;
  return promises.toSorted((a, b) => rank[a.state] - rank[b.state] || (a.state === 'open' ? a.due - b.due : b.due - a.due));
}

/** What was promised, without the full stop its sender may have put. */
export function wordingOf(promise: { readonly wording: string | null; readonly kind: string }): string {
  return promise.wording === null ? promiseKindName(promise.kind) : promise.wording.replace(/[.\s]+$/, '');
}

/**
 * How long until the clock alone makes something else of what a head says: a promise breaks, a standard time is over.
 * @param at when it was as it says, ms
 * @returns ms; null: nothing is due
 */
export function untilTurn({ promises, cases }: Pick<CustomerHeader, 'promises' | 'cases'>, at: number): number | null {
  const due = [
    ...promises.filter(({ state }) => state === 'open').map(({ brokenAt }) => brokenAt),
    ...cases.map(({ dueAt }) => dueAt ?? at),
  ];
  const first = Math.min(...due.filter((instant) => instant > at));
  return first === Infinity ? null : first - at;
}

/** How long a case has been where it is, against its standard. */
export function stayWords(position: CasePosition, now: number): { readonly text: string; readonly over: boolean } {
  const time = duration(Math.max(0, now - position.since));
  if (position.standardMs === null) return { text: m.stayed({ time }), over: false };
  return { text: m.stayedOf({ time, standard: duration(position.standardMs) }), over: position.stuck };
}

/** What is left of the standard time, or how far it is over; null: no standard, or not there any more. */
export function clockWords(position: Pick<CasePosition, 'dueAt'>, now: number): { readonly text: string; readonly over: boolean } | null {
  if (position.dueAt === null) return null;
  const left = position.dueAt - now;
  return left >= 0 ? { text: m.dueIn({ time: coarse(left) }), over: false } : { text: m.overBy({ time: coarse(-left) }), over: true };
}

/** A valence of -1..1 as one of five levels. */
export function levelOf(valence: number): -2 | -1 | 0 | 1 | 2 {
  if (valence <= -0.6) return -2;
  if (valence <= -0.2) return -1;
  if (valence < 0.2) return 0;
  return valence < 0.6 ? 1 : 2;
}
