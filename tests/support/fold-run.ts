import type { StoredEvent } from '#server/domain/event/event.ts';
import type { FoldContext } from '#server/domain/customer/applying.ts';
import { Deltas } from '#server/domain/kernel/counters.ts';
import { diffRows } from '#server/domain/kernel/row.ts';
import { foldOnto } from '#server/domain/customer/fold.ts';
import { emptyState } from '#server/domain/customer/state.ts';
import type { CustomerState } from '#server/domain/customer/state.ts';
import { compareEvents } from '#server/domain/event/event.ts';
import { Ledger } from '#server/domain/kernel/sums.ts';
import { sumBookings } from './world.ts';

/** What folding one person's events comes to: the state, the sums, and the members of each list. */
export interface Folded {
  readonly state: CustomerState;
  readonly ledger: Ledger;
  /** place -> sum, for comparison */
  readonly sums: ReadonlyMap<string, number>;
  /** list -> members in order of their text */
  readonly lists: ReadonlyMap<string, readonly (readonly unknown[])[]>;
}

/** Splits sorted events into batches of one; what ties stays together, as the projector has it. */
export function oneByOne(events: readonly StoredEvent[]): StoredEvent[][] {
  const batches: StoredEvent[][] = [];
  for (const event of events) {
    const last = batches.at(-1)?.at(-1);
    if (last !== undefined && last.at === event.at && (last.sequence ?? 0) === (event.sequence ?? 0)) batches.at(-1)?.push(event);
    else batches.push([event]);
  }
  return batches;
}

/** Folds sorted batches and keeps what each changed, as the projector does. */
export function foldBatches(batches: readonly (readonly StoredEvent[])[], context: FoldContext): Folded {
  const state = emptyState();
  const sums = new Map<string, number>();
  const members = new Map<string, { readonly list: string; readonly member: readonly unknown[] }>();
  for (const batch of batches) {
    const touched = foldOnto(state, batch, context);
    sumBookings(touched.bookings, sums);
    for (const { before, after } of touched.rows().values()) {
      const deltas = new Deltas();
      diffRows(deltas, before, after);
      sumBookings(deltas, sums);
      for (const { list, score, member } of before === null ? [] : [before, ...before.also])
        members.delete(JSON.stringify([list, score, member]));
      for (const listed of [after, ...after.also]) members.set(JSON.stringify([listed.list, listed.score, listed.member]), listed);
    }
  }
  const ledger = new Ledger();
  for (const [place, delta] of sums) {
    const parts = place.split(' ');
    const [booked = '0', anchor = '0', measure = '0'] = parts.splice(-3).reverse();
    ledger.add([parts.join(' '), Number(measure), Number(anchor), Number(booked), delta]);
  }
  const lists = new Map<string, (readonly unknown[])[]>();
  for (const [, { list, member }] of [...members].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const known = lists.get(list);
    if (known === undefined) lists.set(list, [member]);
    else known.push(member);
  }
  return { state, ledger, sums, lists };
}

/** Folds events, in whatever order they are given, at once. */
export function foldAll(events: readonly StoredEvent[], context: FoldContext): Folded {
  return foldBatches([[...events].sort(compareEvents)], context);
}
