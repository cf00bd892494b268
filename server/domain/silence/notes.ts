import { COLUMNS, barrierInput } from '#lib/contract/index.ts';
import type { BarrierInput, BarrierNote, Published } from '#lib/contract/index.ts';

/** Of a version of a journey, what places are named by. */
interface Places {
  readonly stages: readonly { readonly id: string }[];
  readonly touchpoints: readonly { readonly id: string }[];
}

const KIND = 'silence';
const kept = barrierInput.pick({ barrier: true, owner: true, reviewAt: true });

/** Whether a place is one of a journey, in whatever version: `touchpoint:<id>`, or a square of the heatmap, `cell:<cut>:<stage>|<column>`. */
export function isPlaceOf(versions: readonly Places[], place: string): boolean {
  const [, touchpoint] = /^touchpoint:(.+)$/.exec(place) ?? [];
  if (touchpoint !== undefined) return versions.some(({ touchpoints }) => touchpoints.some(({ id }) => id === touchpoint));
  const [, by, stage] = /^cell:([^:]+):([^|]+)\|.+$/.exec(place) ?? [];
  return COLUMNS.some((cut) => cut === by) && versions.some(({ stages }) => stages.some(({ id }) => id === stage));
}

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
