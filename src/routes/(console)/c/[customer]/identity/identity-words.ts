import { dateTime, listed } from '#lib/components/format.ts';
import { actorName, capital, identifierName } from '#lib/components/names.ts';
import type { IdentifierReason, IdentityDecision, NamedIdentifier, SharedIdentifier } from '#lib/contract/identity.ts';
import * as m from '#messages/identity.ts';

/** An identifier's kind at the beginning of a line. */
export function kindTitle(kind: string): string {
  return capital(identifierName(kind));
}

/** An identifier within a sentence. */
export const called = ({ kind, value }: NamedIdentifier): string => `${identifierName(kind)} ${value}`;
/** An identifier that two people share, and what comes along with it. */
export function sharedName(one: SharedIdentifier): string {
  return `${called(one)} (${m.events({ count: one.events })})`;
}

const by = (who: string | null): string => (who === null ? m.bySource() : m.byPerson({ who: actorName(who) }));
const because = (reason: string | null): string => (reason === null ? '' : m.because({ reason }));
const onTime = (at: number | null): string => (at === null ? m.unknownTime() : m.onTime({ time: dateTime(at) }));

/** When, and by which event of which source. */
function when(one: { readonly at: number | null; readonly source: string | null; readonly event: string | null }): string {
  const { source, event } = one;
  return source === null || event === null ? onTime(one.at) : m.eventFrom({ time: onTime(one.at), event, source });
}

/** Why an identifier belongs to this person or does not: rule, event, time and who, in one sentence. */
export function reasonWords(one: IdentifierReason): string {
  const decided = one.rule === 'merged' || one.rule === 'split';
  return m.reason(one.rule, {
    other: one.with === null ? m.stronger() : called(one.with),
    when: decided ? onTime(one.at) : when(one),
    by: by(one.by),
    because: because(one.reason),
  });
}

/** What was decided, when, by whom and why, and what became of it. */
export function decisionWords(one: IdentityDecision): string {
  const names = listed(one.identifiers.map(called));
  const done = m.decision(one.what, { names, by: by(one.by), when: onTime(one.at), because: because(one.reason) });
  const { undone } = one;
  if (undone === null) return done;
  return `${done} ${m.undone({ by: by(undone.by), when: onTime(undone.at), because: because(undone.reason) })}`;
}

/** How often an identifier is used and, where it could be taken out, what would go with it. */
export function usageWords({ carried, events }: IdentifierReason, canGo: boolean): string {
  return m.usage(events === 0 ? 'beside' : canGo ? 'goes' : 'stays', { carried, events });
}
