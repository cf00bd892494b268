import type { CaseState, CustomerState, VisitState } from '../customer/state.ts';
import type { StoredEvent } from '../event/event.ts';
import { DAY } from '../kernel/time.ts';
import { TRACE, fingerprint } from './web.ts';

/** Another channel so soon after an attempt that failed was not chosen freely. */
const SWITCH_MS = DAY;
/** What a customer's own rate of contacts is held against until there is more to go by: one contact in so long. */
const USUAL_MS = 28 * DAY;
/** Things remembered as asked or told, per case. */
const ASKED_KEPT = 20;
/** Who somebody is may be asked again another day. */
const IDENTITY_MS = DAY;
const IDENTITY = fingerprint('#identity');

/** Whether an event is the customer's own coming: not a letter, a parcel or a call of ours. */
export function cameByThemselves(event: StoredEvent): boolean {
  const type = event.type ?? '';
  const comes = type.startsWith('contact.') || type === 'message.in' || type === 'page.viewed' || /^(selfservice|form)\./.test(type);
  return comes && event.attributes?.['direction'] !== 'outbound';
}

/** When a visit last failed in what it was for, ms; 0: it did not, or it was mended since. @param failing places of the components that say so */
function failedAt(visit: VisitState, failing: ReadonlySet<number>): number {
  let at = visit.ended ? 0 : (visit.trace.find((t) => t[0] === TRACE.form)?.[1] ?? 0);
  for (const [when, component] of visit.marks) if (failing.has(component) && when > at) at = when;
  return at > visit.solvedAt ? at : 0;
}

/**
 * The visit that drove the customer to another channel: within a day before, about the same (in the same case, where either does not say what it is
 * about), and what it was for had failed or was given up. Undefined: the change of channel was the customer's own wish.
 */
export function drivenFrom(
  state: CustomerState,
  visit: VisitState,
  by: { readonly event: StoredEvent; readonly failing: ReadonlySet<number>; readonly switched: number },
): VisitState | undefined {
  const { event, failing, switched } = by;
  return state.visits.findLast((earlier) => {
    if (earlier.id === visit.id || earlier.channel === visit.channel || event.at - earlier.last > SWITCH_MS || earlier.last > event.at)
      return false;
    const about = earlier.topic === '' ? earlier.about : earlier.topic;
    const same = event.topic === undefined || about === '' ? earlier.case === visit.case : event.topic === about;
    return same && failedAt(earlier, failing) !== 0 && !earlier.marks.some((mark) => mark[1] === switched);
  });
}

/**
 * How much of a further contact is more than this customer's own habit: 1 - P(one by chance) = exp(-rate * window), 0..1 in thousandths. The rate is
 * their own, begun with one contact in 28 days.
 * @param habit contacts beside the two in question, which say nothing about the habit, and for how long the customer was known before them, ms
 * @param windowMs within which a further contact counts as coming again
 */
export function excessOf(habit: { readonly contacts: number; readonly knownMs: number }, windowMs: number): number {
  const rate = (1 + Math.max(0, habit.contacts)) / (USUAL_MS + Math.max(0, habit.knownMs));
  return Math.round(1000 * Math.exp(-rate * windowMs)) / 1000;
}

/** The contact before, where neither says what it was about; undefined: none within the window. */
export function contactBefore(state: CustomerState, visit: VisitState, windowMs: number): VisitState | undefined {
  return state.visits.findLast(
    (earlier) =>
      earlier.id !== visit.id &&
      earlier.contact === 1 &&
      earlier.topic === '' &&
      earlier.last <= visit.from &&
      visit.from - earlier.last <= windowMs,
  );
}

/** What an event asks the customer for, or has them tell. */
function fieldsOf(event: StoredEvent): number[] {
  if (event.type === 'contact.identified') return [IDENTITY];
  const { field, fields } = event.attributes ?? {};
  const names = Array.isArray(fields) ? fields : [field];
  return names.filter((name): name is string => typeof name === 'string' && name !== '').map(fingerprint);
}

/**
 * Takes in what the customer is asked for or tells.
 * @returns instants at which the same had been asked or told before, where it is asked for again; empty: it is not
 */
export function askedAgain(one: CaseState, event: StoredEvent): number[] {
  const before: number[] = [];
  const asks = event.type === 'info.asked' || event.type === 'contact.identified';
  for (const field of fieldsOf(event)) {
    const known = one.asked.find((entry) => entry[0] === field);
    const holds = known !== undefined && (field !== IDENTITY || event.at - known[1] <= IDENTITY_MS);
    if (asks && holds) before.push(known[1]);
    // What was asked and is now told is one and the same time of telling.
    if (known === undefined) one.asked.push([field, event.at]);
    else if (field === IDENTITY) known[1] = event.at;
    if (one.asked.length > ASKED_KEPT) one.asked.shift();
  }
  return before;
}
