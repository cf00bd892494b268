import type { Expected } from '#lib/contract/index.ts';
import type { Blueprints } from '../blueprint/blueprint.ts';
import { stageAt, stayEnd, stuckFrom } from '../case/case.ts';
import type { CustomerState } from '../customer/state.ts';
import { HOUR } from '../kernel/time.ts';
import type { StoryEntry } from './entry.ts';

/** From here on nothing having happened is worth a line. */
export const SILENCE_MS = 36 * HOUR;

/** A time without any event, both ends ms. */
export interface Quiet {
  /** place of the entry before it */
  readonly after: number;
  readonly from: number;
  readonly to: number;
}

/** Times of at least a day and a half in which nothing happened, oldest first; the last may reach until now. */
export function quietTimes(entries: readonly StoryEntry[], now: number): readonly Quiet[] {
  const quiet: Quiet[] = [];
  entries.forEach((entry, place) => {
    const to = entries[place + 1]?.at ?? now;
    if (to - entry.at >= SILENCE_MS) quiet.push({ after: place, from: entry.at, to });
  });
  return quiet;
}

/** What should have been heard of between two instants and was not: promises due, and the standard time of a stage running out. */
export function expectedIn(
  span: { readonly from: number; readonly to: number },
  state: Pick<CustomerState, 'promises' | 'cases'>,
  known: {
    readonly blueprints: Blueprints;
    readonly eventOf: (key: string) => string | undefined;
    readonly eventsAt: (at: number) => readonly string[];
  },
): readonly Expected[] {
  const within = (at: number): boolean => at > span.from && at <= span.to;
  const promised = state.promises
    .filter((p) => within(p.due) && (p.metAt === 0 || p.metAt > p.due) && p.withdrawnAt === 0)
    .map(({ key, kind, wording, due }): Expected => ({
      what: 'promise',
      kind,
      wording: wording === '' ? null : wording,
      due,
      events: [known.eventOf(key.slice(0, key.indexOf(':')))].filter((id) => id !== undefined),
    }));
  const standards = state.cases.flatMap((one): Expected[] => {
    const blueprint = known.blueprints.get(one.journey, one.version);
    if (blueprint === undefined || one.closedAt !== 0) return [];
    return one.stays.flatMap((stay): Expected[] => {
      const overdue = stuckFrom(one, stay, blueprint);
      if (overdue === 0 || !within(overdue) || overdue > stayEnd(one, stay, blueprint)) return [];
      return [{ what: 'standard', stageName: stageAt(blueprint, stay.stage).name, due: overdue, events: known.eventsAt(stay.from) }];
    });
  });
  return [...promised, ...standards].sort((a, b) => a.due - b.due);
}
