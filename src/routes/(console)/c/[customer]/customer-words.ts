import { coarse, dateTime, duration, words } from '#lib/components/format.ts';
import type { CasePosition, CustomerHeader, PromiseView } from '#lib/contract/views.ts';
import type { EmotionSource } from '#lib/contract/words.ts';

/** What to call somebody: by name, else by the number the company knows them under, else by the address of the page. */
export function titleOf(header: Pick<CustomerHeader, 'name' | 'identifiers' | 'customer'>): string {
  const number = header.identifiers.find(({ kind }) => kind === 'customerId');
  return header.name ?? (number ? `Customer ${number.value}` : `Customer ${header.customer.slice(0, 10)}, name unknown`);
}

/** Where a statement about feeling comes from, in words. */
export const SOURCE_WORDS: Readonly<Record<EmotionSource, string>> = {
  survey: 'said in a survey',
  agent: 'noted by an agent',
  text: 'inferred from words',
  behaviour: 'inferred from behaviour',
};

/** What to say about a promise, and how loudly. */
export interface PromiseWords {
  readonly tone: 'normal' | 'watch' | 'breach';
  readonly text: string;
}

const SOON_MS = 4 * 3_600_000;

/** A promise with its clock, seen from `now`. */
export function promiseWords(promise: PromiseView, now: number): PromiseWords {
  switch (promise.state) {
    case 'open':
      return promise.due >= now
        ? { tone: promise.due - now < SOON_MS ? 'watch' : 'normal', text: `due in ${coarse(promise.due - now)}` }
        : { tone: 'watch', text: `due ${coarse(now - promise.due)} ago, still within grace` };
    case 'broken':
      return { tone: 'breach', text: `broken for ${coarse(Math.max(0, now - promise.due))}` };
    case 'late':
      return { tone: 'watch', text: `kept ${coarse(Math.max(0, (promise.metAt ?? promise.due) - promise.due))} late` };
    case 'kept':
      return { tone: 'normal', text: promise.metAt === null ? 'kept' : `kept on ${dateTime(promise.metAt)}` };
    case 'withdrawn':
      return { tone: 'normal', text: 'withdrawn before it was due' };
  }
}

/** Open promises first, soonest first; then broken; then what is over, newest first. */
export function orderPromises(promises: readonly PromiseView[]): readonly PromiseView[] {
  const rank = { broken: 0, open: 1, late: 2, kept: 3, withdrawn: 4 } as const;
  return promises.toSorted((a, b) => rank[a.state] - rank[b.state] || (a.state === 'open' ? a.due - b.due : b.due - a.due));
}

/** What was promised, without the full stop its sender may have put. */
export function wordingOf(promise: { readonly wording: string | null; readonly kind: string }): string {
  return promise.wording === null ? words(promise.kind) : promise.wording.replace(/[.\s]+$/, '');
}

/** How long a case has been where it is, against its standard. */
export function stayWords(position: CasePosition, now: number): { readonly text: string; readonly over: boolean } {
  const stayed = Math.max(0, now - position.since);
  if (position.standardMs === null) return { text: `for ${duration(stayed)}, no standard set`, over: false };
  return { text: `for ${duration(stayed)} of ${duration(position.standardMs)}`, over: stayed > position.standardMs };
}

/** A valence of -1..1 as one of five levels. */
export function levelOf(valence: number): -2 | -1 | 0 | 1 | 2 {
  if (valence <= -0.6) return -2;
  if (valence <= -0.2) return -1;
  if (valence < 0.2) return 0;
  return valence < 0.6 ? 1 : 2;
}
