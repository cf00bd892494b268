import type { Channel, StandardTimeFile } from '#lib/contract/index.ts';
import type { Calendar } from '../kernel/calendar.ts';

/** A standard time: by the clock (`calendar` null), or in the working time of a calendar. */
export interface StandardTime {
  readonly ms: number;
  readonly calendar: Calendar | null;
}

/** A standard time for the cases of a segment, a channel of entry, or both. */
export interface SpecialStandard {
  readonly segment: string | null;
  readonly channel: Channel | null;
  readonly standard: StandardTime;
}

/** A standard time from a file. Working time without a calendar of the owner's is time by the clock. */
export function compileStandard(file: StandardTimeFile, calendar: Calendar | null): StandardTime {
  return typeof file === 'number' ? { ms: file, calendar: null } : { ms: file.working, calendar };
}

/** Who a case is, as far as standards and variants ask: both as they were at entry. */
export interface CaseKind {
  readonly segment: string;
  readonly channel: Channel;
}

/** The standard time of a stage for a case; null: none is set. */
export function standardFor(
  stage: { readonly standard: StandardTime | null; readonly standards: readonly SpecialStandard[] },
  one: CaseKind,
): StandardTime | null {
  if (stage.standards.length === 0) return stage.standard;
  const special = stage.standards.find(
    (s) => (s.segment === null || s.segment === one.segment) && (s.channel === null || s.channel === one.channel),
  );
  return special?.standard ?? stage.standard;
}

/** The first instant that is longer than a standard time after another; 0: never. */
export function overdueFrom(standard: StandardTime | null, from: number): number {
  if (standard === null) return 0;
  const end = standard.calendar === null ? from + standard.ms : standard.calendar.addWorking(from, standard.ms);
  return end === Infinity ? 0 : end + 1;
}

/** Whether a standard time that began at an instant is over at another. */
export function isOver(standard: StandardTime, from: number, at: number): boolean {
  const overdue = overdueFrom(standard, from);
  return overdue > 0 && at >= overdue;
}
