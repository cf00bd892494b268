import type { UndatedPromise } from '#lib/contract/index.ts';
import type { CustomerState } from '../customer/state.ts';
import { KEEP_MS } from '../promise/promise.ts';
import type { StoryEntry } from './entry.ts';

type Promised = StoryEntry & { readonly promise: NonNullable<StoryEntry['promise']> };

const isPromised = (entry: StoryEntry): entry is Promised => entry.promise !== null && !entry.retracted;

/** What an event says of its promise; any event can make one. */
const changeOf = ({ type }: StoryEntry): string => (type?.startsWith('promise.') === true ? type.slice('promise.'.length) : 'made');

const isSame = (a: Promised, b: Promised): boolean =>
  a.promise.id === null && b.promise.id === null ? a.promise.kind === b.promise.kind : a.promise.id === b.promise.id;

/** Whether an event only says again what is on the ledger: made, and not settled before. */
function isRepeated({ at, key, promise }: Promised, state: Pick<CustomerState, 'promises'>): boolean {
  return state.promises.some((known) => {
    if (known.key === `${key}:${promise.kind}`) return true;
    const settled = Math.max(known.metAt, known.withdrawnAt);
    const same = promise.id === null ? known.kind === promise.kind : known.id === promise.id;
    return same && known.madeAt <= at && (settled === 0 || settled > at);
  });
}

/**
 * Promises for which nobody gave a date, neither the event nor a rule: the clock cannot break them and no number counts them, but the customer was told.
 * As far back as promises with a date are kept; last made first. Pure.
 */
export function undatedPromises(
  entries: readonly StoryEntry[],
  { state, now }: { readonly state: Pick<CustomerState, 'promises'>; readonly now: number },
): readonly UndatedPromise[] {
  const said = entries.filter(isPromised);
  const undated: UndatedPromise[] = [];
  said.forEach((made, place) => {
    const { promise, at, id } = made;
    if (changeOf(made) !== 'made' || promise.due !== null || now - at > KEEP_MS || isRepeated(made, state)) return;
    const later = said.slice(place + 1).filter((entry) => isSame(made, entry));
    // Said again while it stands it is the same promise: the last time tells it.
    const end = later.find((entry) => ['made', 'kept', 'withdrawn'].includes(changeOf(entry)));
    const change = end === undefined ? null : changeOf(end);
    if (change === 'made') return;
    undated.push({
      kind: promise.kind,
      wording: promise.wording,
      madeAt: at,
      became: change === 'kept' || change === 'withdrawn' ? change : null,
      events: end === undefined ? [id] : [id, end.id],
    });
  });
  return undated.reverse();
}
