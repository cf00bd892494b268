import { CARE_OUTCOMES } from '#lib/contract/index.ts';
import type { CareEntry, CaseState } from '../customer/state.ts';
import type { StoredEvent } from '../event/event.ts';
import { lastStay } from '../case/case.ts';
import { recoveryItem, stayItem } from '../case/waits.ts';
import { CAUSE, careOf, isRecovering } from './recovery.ts';
import type { RecoveryMove } from './recovery.ts';

/** Outcomes of a conversation that say that the customer was spoken to. */
const SPOKEN: ReadonlySet<string> = new Set(['resolved', 'unresolved', 'passed_on', 'call_again']);

/** How an event moves what went wrong in its case on; null: not at all. */
export function moveOf(event: StoredEvent): RecoveryMove | null {
  switch (event.type) {
    case 'contact.answered':
    case 'message.out':
    case 'recovery.contacted':
      return 'contacted';
    case 'contact.ended':
      return event.outcome === 'resolved' ? 'resolved' : null;
    case 'disposition.noted':
      if (event.outcome === 'resolved') return 'resolved';
      return event.outcome !== undefined && SPOKEN.has(event.outcome) ? 'contacted' : null;
    case 'recovery.resolved':
      return 'resolved';
    case 'recovery.won':
      return 'won';
    case 'recovery.lost':
      return 'lost';
    default:
      return null;
  }
}

/** Whether an event is a complaint by its own account. */
export function isComplaint(event: StoredEvent): boolean {
  return event.topic === 'complaint' || event.type?.startsWith('complaint') === true;
}

/** What somebody does about something that waits, as an event says it; null: nothing. */
export interface Deed {
  readonly what: 'claimed' | 'released' | 'snoozed' | 'done';
  readonly item: string;
  readonly by: string;
  readonly at: number;
  readonly until: number;
  readonly outcome: string;
}

const DEEDS: ReadonlySet<string> = new Set<Deed['what']>(['claimed', 'released', 'snoozed', 'done']);

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads a deed. */
export function deedOf(event: StoredEvent): Deed | null {
  if (event.type?.startsWith('queue.') !== true) return null;
  const what = event.type.slice('queue.'.length);
  const item = text(event.attributes?.['item']);
  if (!DEEDS.has(what) || item === '') return null;
  const until = event.attributes?.['until'];
  const outcome = CARE_OUTCOMES.find((one) => one === event.attributes?.['outcome']) ?? '';
  return {
    what: what as Deed['what'],
    item,
    by: text(event.attributes?.['by']),
    at: event.at,
    until: typeof until === 'number' ? until : 0,
    outcome,
  };
}

/**
 * The name by which something waits at an instant. A stay and a failure are named by their beginning: where that turns out to be another, by what came
 * late or was taken away, the stay in that stage and what is being made good are meant.
 */
export function itemNow(one: CaseState, item: string, at: number): string {
  const [, kind, part] = /^([sr]):\d+:(\d+)$/.exec(item) ?? [];
  if (kind === 's') {
    const stay = lastStay(one);
    const isKnown = one.stays.some((known) => stayItem(known) === item);
    return isKnown || stay === undefined || String(stay.stage) !== part ? item : stayItem(stay);
  }
  const failures = kind === undefined ? [] : (one.care?.recoveries ?? []).filter((known) => known[1] !== CAUSE.promise);
  const failure = failures.find((known) => recoveryItem(known) === item) ?? failures.find((known) => isRecovering(known, at));
  return failure === undefined ? item : recoveryItem(failure);
}

/** Notes a deed with its case. */
export function noteDeed(one: CaseState, { what, item, by, at, until, outcome }: Deed): void {
  const { desk } = careOf(one);
  let entry = desk.find((known) => known[0] === item);
  if (entry === undefined) desk.push((entry = [item, '', 0, 0, 0, '']));
  const next: Readonly<Record<Deed['what'], CareEntry>> = {
    claimed: [item, by, at, 0, 0, ''],
    released: [item, '', 0, 0, 0, ''],
    snoozed: [item, '', 0, until, 0, ''],
    done: [item, by, at, 0, at, outcome],
  };
  entry.splice(0, entry.length, ...next[what]);
}

/** What an outcome says about the failure behind what waited. */
export function moveOfOutcome(outcome: string): RecoveryMove | null {
  if (outcome === 'helped') return 'resolved';
  return outcome === 'no_effect' ? 'contacted' : null;
}
