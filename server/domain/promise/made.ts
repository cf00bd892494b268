import type { PromiseRule } from '../blueprint/promise-rule.ts';
import { dueAt } from '../blueprint/promise-rule.ts';
import type { PromiseRecord } from '../customer/state.ts';
import type { StoredEvent } from '../event/event.ts';
import { unnamedPromise } from './promise.ts';

/** Where a promise is made: what a record says about it besides the promise itself. */
export type MadeAt = Pick<
  PromiseRecord,
  'halfHours' | 'visit' | 'case' | 'journey' | 'version' | 'stage' | 'touchpoint' | 'controller' | 'owner' | 'segment' | 'area' | 'channel'
>;

/** A promise as it is made: due when it says or, where it says nothing, by the rule for its kind. @param rule undefined: the journey has none */
export function promiseMade(
  event: StoredEvent,
  given: NonNullable<StoredEvent['promise']>,
  { rule, at }: { readonly rule: PromiseRule | undefined; readonly at: MadeAt },
): PromiseRecord {
  const due = given.due ?? (rule === undefined ? null : dueAt(rule, event.at));
  const datedAt = due === null ? 0 : event.at;
  return {
    key: `${event.key}:${given.kind}`,
    id: given.id ?? unnamedPromise(given.kind, at.case),
    kind: given.kind,
    wording: given.wording ?? rule?.wording ?? '',
    madeAt: event.at,
    datedAt,
    due: due ?? 0,
    givenAt: datedAt,
    firstDue: due ?? 0,
    graceMs: given.graceSeconds === undefined ? (rule?.graceMs ?? 0) : Math.round(given.graceSeconds * 1000),
    halfHours: at.halfHours,
    warnedAt: 0,
    metAt: 0,
    withdrawnAt: 0,
    felt: [],
    visit: at.visit,
    case: at.case,
    journey: at.journey,
    version: at.version,
    stage: at.stage,
    touchpoint: at.touchpoint,
    controller: at.controller,
    owner: rule?.owner ?? at.owner,
    segment: at.segment,
    area: at.area,
    channel: at.channel,
  };
}
