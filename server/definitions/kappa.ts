import { z } from 'zod';
import type { DefinitionEntry, Published } from '#lib/contract/index.ts';
import type { KappaEstimate } from '#server/domain/friction/pull.ts';

const PREFIX = 'kappa:';
const body = z.object({ journey: z.string(), kappa: z.number().positive() });

/** The estimate of a day as it is published: each day has an entry of its own, so that what a past hour was shown with is known. */
export function kappaEntry(
  journey: string,
  estimate: KappaEstimate,
  published: { readonly at: number; readonly by: string },
): DefinitionEntry {
  const day = new Date(published.at).toISOString().slice(0, 10);
  return { kind: 'references', id: `${PREFIX}${journey}:${day}`, body: { journey, ...estimate }, ...published };
}

/** One estimate in force from an instant on. */
export interface DatedKappa {
  /** ms */
  readonly at: number;
  readonly kappa: number;
}

/** All estimates per journey, oldest first. */
export function kappasOf(references: readonly Published[]): ReadonlyMap<string, readonly DatedKappa[]> {
  const found = new Map<string, DatedKappa[]>();
  for (const entry of references) {
    if (!entry.id.startsWith(PREFIX)) continue;
    const parsed = body.safeParse(entry.body);
    if (!parsed.success) continue;
    const { journey, kappa } = parsed.data;
    found.set(journey, [...(found.get(journey) ?? []), { at: entry.at, kappa }]);
  }
  for (const list of found.values()) list.sort((a, b) => a.at - b.at);
  return found;
}
