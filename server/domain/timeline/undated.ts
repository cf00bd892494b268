import type { UndatedPromise } from '#lib/contract/index.ts';
import type { CustomerState } from '../customer/state.ts';
import { isDated } from '../promise/dates.ts';
import { makingEvent } from './lookup.ts';
import type { Lookup } from './lookup.ts';

/** Promises for which nobody has given a date: the clock cannot break them, but the customer was told. Last made first. Pure. */
export function undatedPromises(
  { promises }: Pick<CustomerState, 'promises'>,
  lookup: Pick<Lookup, 'at' | 'key'>,
): readonly UndatedPromise[] {
  return promises
    .filter((promise) => !isDated(promise))
    .map(({ key, id, kind, wording, madeAt, metAt, withdrawnAt }): UndatedPromise => {
      const made = lookup.key(makingEvent(key));
      const ended = Math.max(metAt, withdrawnAt);
      return {
        key,
        id,
        kind,
        wording: wording === '' ? null : wording,
        madeAt,
        became: metAt !== 0 ? 'kept' : withdrawnAt !== 0 ? 'withdrawn' : null,
        events: [...(made === undefined ? [] : [made]), ...(ended === 0 ? [] : lookup.at(ended, ({ promise }) => promise?.kind === kind))],
      };
    })
    .reverse();
}
