import type { ComparedSide, ComparedVersion, GroupComparisons, VersionComparison } from '#lib/contract/index.ts';
import type { Blueprint, BlueprintVersion, Blueprints } from '#server/domain/blueprint/blueprint.ts';
import type { CellSums, Range } from '#server/domain/kernel/sums.ts';
import { DAY, HOUR, HOUR_MINUTES, MINUTE, hourAnchor } from '#server/domain/kernel/time.ts';
import { comparisonOf, finalOf, groupComparisons, sidesOf } from '#server/domain/view/comparison.ts';
import type { LiveSums } from './sums.ts';

const NOBODY: ComparedSide = { entered: 0, converted: 0 };

/** Minutes, both inclusive; `from` is a whole hour. */
export interface EntryRange {
  readonly from: number;
  readonly to: number;
}

/** Who entered in a range, and of these who may still convert, as it holds at its end. */
export interface AgedCohort {
  readonly blueprint: Blueprint;
  readonly all: CellSums;
  readonly running: CellSums;
  readonly from: number;
  /** last hour of entry whose conversion window is over, minutes */
  readonly finalUntil: number;
}

/** The period of the same length before a range, as it stood at its end. To the nearest hour, the grain of entries: so that its number and its list begin alike. */
export function periodBefore({ from, to }: EntryRange): Range {
  const begin = Math.round((2 * from - to) / HOUR_MINUTES) * HOUR_MINUTES;
  return { from: Math.max(0, begin), to: from - 1, at: from };
}

/** Reads a cohort apart by whether its conversion window is over: what is left of all without the running is final. */
export function agedCohort(sums: LiveSums, blueprint: Blueprint, { from, to }: EntryRange): AgedCohort {
  const finalUntil = hourAnchor(Math.max(0, to * MINUTE - blueprint.file.window)) - HOUR_MINUTES;
  const cohort = (since: number): CellSums => sums.cohort(blueprint, { from: since, to, at: to });
  return { blueprint, from, finalUntil, all: cohort(from), running: cohort(Math.max(from, finalUntil + HOUR_MINUTES)) };
}

function finalSide({ blueprint, all, running }: AgedCohort): ComparedSide {
  return finalOf(sidesOf(blueprint, all, null), sidesOf(blueprint, running, null)).get('') ?? NOBODY;
}

/** Conversion of each channel or segment against all others, of those whose outcome is final. @param since day of the first case, minutes */
export function comparedGroups(cohort: AgedCohort, by: 'channel' | 'segment', since: number): GroupComparisons {
  const { blueprint, all, running, from, finalUntil } = cohort;
  const groups = finalOf(sidesOf(blueprint, all, by), sidesOf(blueprint, running, by));
  return groupComparisons(groups, { from: Math.max(from, since) * MINUTE, until: finalUntil * MINUTE });
}

/** The version in force at a minute and the one before it; undefined where there was only one by then. */
function newestTwo(versions: readonly BlueprintVersion[], minute: number): readonly [BlueprintVersion, BlueprintVersion] | undefined {
  const newest = versions.findLastIndex(({ publishedAt }) => publishedAt < (minute + 1) * MINUTE);
  const [older, newer] = [versions[newest - 1], versions[newest]];
  return older === undefined || newer === undefined ? undefined : [newer, older];
}

function versionOf({ blueprint, finalUntil }: AgedCohort): ComparedVersion {
  return { version: blueprint.version, windowMs: blueprint.file.window, until: finalUntil * MINUTE };
}

/**
 * The newest version of a journey against the one before, each by its own plan and conversion window.
 * @param of the version that is shown, in that range: null where it is neither of the two, or nobody of the range entered under the older
 */
export function comparedVersions(
  { sums, blueprints }: { readonly sums: LiveSums; readonly blueprints: Blueprints },
  of: AgedCohort,
  range: EntryRange,
): VersionComparison | null {
  const shown = of.blueprint;
  const pair = newestTwo(blueprints.versions(shown.journey), range.to);
  if (pair === undefined || pair.every(({ blueprint }) => blueprint.version !== shown.version)) return null;
  const [newer, older] = pair.map(({ blueprint }) => (blueprint.version === shown.version ? of : agedCohort(sums, blueprint, range)));
  if (newer === undefined || older === undefined) return null;
  const entered = (cohort: AgedCohort): number => sidesOf(cohort.blueprint, cohort.all, null).get('')?.entered ?? 0;
  if (entered(older) === 0) return null;
  const { publishedAt } = pair[0];
  // The older takes in nobody any more; the newer goes on as it has since it was published.
  const days = Math.max(1, (range.to * MINUTE - Math.max(publishedAt, range.from * MINUTE)) / DAY);
  return {
    ...comparisonOf(finalSide(newer), finalSide(older), { one: entered(newer) / days, other: 0 }),
    newer: versionOf(newer),
    older: versionOf(older),
    publishedAt,
    firstFinalAt: (Math.floor(publishedAt / HOUR) + 1) * HOUR + newer.blueprint.file.window,
  };
}
