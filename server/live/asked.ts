import { Fault } from '#lib/contract/index.ts';
import type { BarrierNote, Factor, Position, SourceHealth } from '#lib/contract/index.ts';
import type { Blueprint } from '#server/domain/blueprint/blueprint.ts';
import { DAY, MINUTE } from '#server/domain/kernel/time.ts';
import { barrierNotes } from '#server/domain/silence/notes.ts';
import { healthOf, pastHealth } from '#server/domain/silence/sources.ts';
import { weeksBefore } from '#server/domain/silence/baseline.ts';
import type { CellSums } from '#server/domain/kernel/sums.ts';
import type { ReaderOptions } from './reader-options.ts';
import { positionAt, spanAt } from './span.ts';

/** Further behind than this, nothing is called silent. */
const MOST_LAG_MS = MINUTE;

/** Numbers of a stretch of time begin this far back where nobody says from when, ms. */
export const DEFAULT_RANGE = 30 * DAY;

export type Asked = ReturnType<typeof createAsked>;

/** What a question means: which version of which journey, at which minute, and what has to be known beside it. */
export function createAsked(o: Pick<ReaderOptions, 'blueprints' | 'clock' | 'sums' | 'sourcesSeen' | 'factors' | 'lagMs' | 'notes'>) {
  /** A version of a journey; where none is named the newest, or that which was in force at a past instant. */
  function blueprint(journey: string, version?: number, to?: number): Blueprint {
    const isPast = version === undefined && to !== undefined && to < o.clock();
    const found = isPast ? o.blueprints.inForce(journey, to) : o.blueprints.get(journey, version);
    if (found !== undefined) return found;
    throw new Fault('not_found', `There is no journey "${journey}"${version === undefined ? '' : ` in version ${version}`}.`);
  }

  const positionOf = (to: number | undefined) => positionAt(to, o.clock());
  const spanOf = (asks: Parameters<typeof spanAt>[0]) => spanAt(asks, o.clock());

  function sources(of: Blueprint, { at, live }: Position): SourceHealth[] {
    const seen = o.sourcesSeen();
    if (live) return of.sources.map((source) => healthOf(source, seen.get(source.id) ?? null, at));
    const versions = o.blueprints.versions(of.journey).map((version) => version.blueprint);
    return pastHealth(of, at, { seen, versions, trace: (version, range, tracer) => o.sums().traceEvents(version, range, tracer) });
  }

  function factorsIn(journey: string, from: number, to: number): Factor[] {
    return o
      .factors()
      .filter((f) => (f.journeys.length === 0 || f.journeys.includes(journey)) && f.from <= to && (f.to ?? Infinity) >= from);
  }

  /** What is asked of a place, whatever version the cases there began under: a new one is not silent because everybody there goes by the old. */
  function overVersions(of: Blueprint, read: (version: Blueprint) => CellSums): CellSums {
    const versions = o.blueprints.versions(of.journey);
    if (versions.length === 1) return read(of);
    return new Map(versions.flatMap(({ blueprint: version }) => [...read(version)]));
  }

  /** The same in steps. */
  function* overVersionsInSteps(
    of: Blueprint,
    read: (version: Blueprint) => Generator<undefined, CellSums>,
  ): Generator<undefined, CellSums> {
    const all: CellSums = new Map();
    for (const { blueprint: version } of o.blueprints.versions(of.journey))
      for (const [cell, measures] of yield* read(version)) all.set(cell, measures);
    return all;
  }

  /** Day of a journey's first case, in minutes, whatever its version; null: there was none yet. */
  function sinceOf(of: Blueprint): number | null {
    const first = Math.min(...o.blueprints.versions(of.journey).map((one) => o.sums().span(one.blueprint)?.from ?? Infinity));
    return first === Infinity ? null : first;
  }

  /** The same minute in earlier weeks whose whole window lies where there are cases, of whatever version. */
  function weeksOf(of: Blueprint, minutes: number, minute: number): readonly number[] {
    // While accepted events wait to be counted, silence would only be our own.
    if (o.lagMs() > MOST_LAG_MS) return [];
    const first = sinceOf(of) ?? Infinity;
    return weeksBefore(minute, of.file.zone).filter((week) => week - minutes >= first);
  }

  function notesOn(journey: string): ReadonlyMap<string, BarrierNote> {
    return barrierNotes(o.notes(), journey);
  }

  return { blueprint, positionOf, spanOf, sources, factorsIn, overVersions, overVersionsInSteps, sinceOf, weeksOf, notesOn };
}
