import { dateTime, plural, words } from '#lib/components/format.ts';
import type { IdentifierReason, IdentityDecision, NamedIdentifier } from '#lib/contract/identity.ts';

/** `e-mail` and the like, in the middle of a sentence. */
export function kindWords(kind: string): string {
  const spoken: Readonly<Record<string, string>> = {
    customerId: 'customer number',
    email: 'e-mail address',
    phone: 'telephone number',
    anonymousId: 'device',
    orderId: 'order',
    ticketId: 'ticket',
    accountId: 'account',
    householdId: 'household',
  };
  return spoken[kind] ?? words(kind).toLowerCase();
}

/** The same at the beginning of a line. */
export function kindTitle(kind: string): string {
  return capital(kindWords(kind));
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const called = ({ kind, value }: NamedIdentifier): string => `${kindWords(kind)} ${value}`;
const since = (at: number | null): string => (at === null ? '' : ` on ${dateTime(at)}`);
const from = ({ source, event }: { readonly source: string | null; readonly event: string | null }): string =>
  source === null || event === null ? '' : ` (event ${event} from ${source})`;
const by = (who: string | null): string => (who === null ? 'by a source' : `by ${who}`);
const because = (reason: string | null): string => (reason === null ? '' : `: “${reason}”`);

/** Why an identifier belongs to this person or does not: rule, event, time and who, in one sentence. */
export function reasonWords(one: IdentifierReason): string {
  const other = one.with === null ? 'a stronger identifier' : called(one.with);
  switch (one.rule) {
    case 'strongest':
      return 'The strongest identifier: this person goes by it.';
    case 'together':
      return `Came together with ${other}, first${since(one.at)}${from(one)}.`;
    case 'merged':
      return `Merged with ${other} ${by(one.by)}${since(one.at)}${because(one.reason)}.`;
    case 'shared':
      return `Several people use it, so it says nothing about who somebody is. Here it came with ${other}, first${since(one.at)}${from(one)}.`;
    case 'limit':
      return `Left out: ${other} already has as many identifiers of this kind as one person may have in that time${from(one)}.`;
    case 'split':
      return `Taken out ${by(one.by)}${since(one.at)}${because(one.reason)}.`;
    case 'elsewhere':
      return `Belongs to another person; here it came with ${other}${since(one.at)}${from(one)}.`;
  }
}

/** What was decided, when, by whom and why, and what became of it. */
export function decisionWords(one: IdentityDecision): string {
  const names = one.identifiers.map(called).join(' and ');
  const done =
    one.what === 'merged'
      ? `${names} merged ${by(one.by)}${since(one.at)}${because(one.reason)}.`
      : `${names} taken out ${by(one.by)}${since(one.at)}${because(one.reason)}.`;
  const { undone } = one;
  const text = undone === null ? done : `${done} Taken back ${by(undone.by)}${since(undone.at)}${because(undone.reason)}.`;
  return capital(text);
}

/** How often an identifier is used and, where it could be taken out, what would go with it. */
export function usageWords(one: IdentifierReason, canGo: boolean): string {
  const carried = `In ${plural(one.carried, 'event')}`;
  if (one.events === 0) return `${carried}, always beside a stronger identifier.`;
  const strongest = `${carried}; ${one.events === 1 ? 'one' : one.events} of them ${one.events === 1 ? 'has' : 'have'} no stronger identifier`;
  if (!canGo) return `${strongest}.`;
  return `${strongest} and would go to a person of ${one.events === 1 ? 'its' : 'their'} own.`;
}
