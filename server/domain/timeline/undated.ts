import type { UndatedPromise } from '#lib/contract/index.ts';
import type { CustomerState } from '../customer/state.ts';
import { KEEP_MS } from '../promise/promise.ts';
import type { StoryEntry } from './entry.ts';

type Promised = StoryEntry & { readonly promise: NonNullable<StoryEntry['promise']> };

const isPromised = (entry: StoryEntry): entry is Promised => entry.promise !== null && !entry.retracted;

/** What an event says of its promise; any event can make one. */
const changeOf = ({ type }: StoryEntry): string => (type?.startsWith('promise.') === true ? type.slice('promise.'.length) : 'made');

/** What tells one promise from another: its id, else its kind. */
const promiseName = ({ promise: { id, kind } }: Promised): string => (id === null ? `kind ${kind}` : `id ${id}`);

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
  const undated: UndatedPromise[] = [];
  /** of each promise what was said next of it that makes or ends it: from the last event back, so that each is looked at once */
  const next = new Map<string, Promised>();
  for (const said of entries.filter(isPromised).reverse()) {
    const change = changeOf(said);
    const end = next.get(promiseName(said));
    if (['made', 'kept', 'withdrawn'].includes(change)) next.set(promiseName(said), said);
    const { promise, at, id } = said;
    if (change !== 'made' || promise.due !== null || now - at > KEEP_MS || isRepeated(said, state)) continue;
    const became = end === undefined ? null : changeOf(end);
    // Said again while it stands it is the same promise: the last time tells it.
    if (became === 'made') continue;
    undated.push({
      kind: promise.kind,
      wording: promise.wording,
      madeAt: at,
      became: became === 'kept' || became === 'withdrawn' ? became : null,
      events: end === undefined ? [id] : [id, end.id],
    });
  }
  return undated;
}
