import { barrierInput } from '#lib/contract/index.ts';
import type { BarrierInput, BarrierNote, Published } from '#lib/contract/index.ts';

const KIND = 'silence';
const kept = barrierInput.pick({ barrier: true, owner: true, reviewAt: true });

/** A note as it is published; an empty barrier takes the former one back. */
export function barrierEntry(note: BarrierInput): { readonly id: string; readonly body: unknown } {
  const { journey, place, barrier, owner, reviewAt } = note;
  return { id: `${KIND}:${journey}:${place}`, body: barrier === '' ? null : { barrier, owner, reviewAt } };
}

/** Notes on the places of a journey, by place. */
export function barrierNotes(published: readonly Published[], journey: string): ReadonlyMap<string, BarrierNote> {
  const prefix = `${KIND}:${journey}:`;
  const notes = new Map<string, BarrierNote>();
  for (const { id, body, by, at } of published) {
    const read = id.startsWith(prefix) ? kept.safeParse(body) : undefined;
    if (read?.success === true) notes.set(id.slice(prefix.length), { place: id.slice(prefix.length), ...read.data, by, at });
  }
  return notes;
}
