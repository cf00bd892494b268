import { minutesOfClock } from '#lib/contract/index.ts';
import type { DueRule, JourneyFile } from '#lib/contract/index.ts';
import type { Calendar } from '../kernel/calendar.ts';
import type { Calendars } from './calendars.ts';
import { DAY, MINUTE } from '../kernel/time.ts';

/** What a journey promises: made ready, with the calendar of its owner. */
export interface PromiseRule {
  /** as events name it */
  readonly kind: string;
  /** index of the stage in which it is made; null: any */
  readonly stage: number | null;
  readonly wording: string;
  readonly owner: string;
  readonly due: DueRule;
  /** ms; null: the event says */
  readonly graceMs: number | null;
  /** touchpoints at which it is made without an event saying so */
  readonly madeBy: ReadonlySet<string>;
  /** touchpoints that keep it */
  readonly keptBy: ReadonlySet<string>;
  /** null: every hour counts */
  readonly calendar: Calendar | null;
}

/** Makes the promises of a journey ready. */
export function compilePromises(file: Pick<JourneyFile, 'promises' | 'stages'>, calendars: Calendars): readonly PromiseRule[] {
  const place = new Map(file.stages.map((stage, index) => [stage.id, index]));
  return file.promises.map((rule) => ({
    kind: rule.kind,
    stage: rule.stage === undefined ? null : (place.get(rule.stage) ?? null),
    wording: rule.wording,
    owner: rule.owner,
    due: rule.due,
    graceMs: rule.grace ?? null,
    madeBy: new Set(rule.madeBy),
    keptBy: new Set(rule.keptBy),
    calendar: calendars.of(rule.owner),
  }));
}

/** The rule for a promise of a kind made in a stage: the one that names the stage, else the one for any stage. */
export function promiseRuleOf(rules: readonly PromiseRule[], kind: string, stage: number | null): PromiseRule | undefined {
  const ofKind = rules.filter((rule) => rule.kind === kind);
  return ofKind.find((rule) => rule.stage !== null && rule.stage === stage) ?? ofKind.find((rule) => rule.stage === null);
}

/** When a promise made at an instant is due by its rule, ms; null: only whoever makes it can say, or its calendar never comes to it. */
export function dueAt(rule: PromiseRule, madeAt: number): number | null {
  const { due, calendar } = rule;
  if (due === 'stated') return null;
  if ('within' in due) return madeAt + due.within;
  if ('working' in due) return finite(calendar === null ? madeAt + due.working : calendar.addWorking(madeAt, due.working));
  // Refused since, and published before: without a calendar every day is a working day, counted in UTC.
  const minute = minutesOfClock(due.by);
  if (calendar !== null) return finite(calendar.workingDayAfter(madeAt, due.workingDays, minute));
  const sameDay = Math.floor(madeAt / DAY) * DAY + minute * MINUTE;
  return sameDay + (due.workingDays === 0 && sameDay <= madeAt ? 1 : due.workingDays) * DAY;
}

function finite(at: number): number | null {
  return at === Infinity ? null : at;
}
