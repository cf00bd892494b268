import { words } from '#lib/components/format.ts';
import type { AccountItem, AccountMember, AccountView } from '#lib/contract/account.ts';

const KINDS: Readonly<Record<string, string>> = { accountId: 'Account', householdId: 'Household' };

/** `Account ACME-17`. */
export function groupName({ kind, value }: Pick<AccountView, 'kind' | 'value'>): string {
  if (kind === null || value === null) return 'Account';
  return `${KINDS[kind] ?? words(kind)} ${value}`;
}

/** What to call a member: by name, else by their number, else by the beginning of the address. */
export function memberTitle({ name, number, customer }: Pick<AccountMember, 'name' | 'number' | 'customer'>): string {
  return name ?? (number === null ? customer.slice(0, 10) : `Customer ${number}`);
}

/** The same for somebody among the members. */
export function memberName(members: readonly AccountMember[], customer: string): string {
  return memberTitle(members.find((member) => member.customer === customer) ?? { name: null, number: null, customer });
}

/** What happened, in a few words. */
export function eventWords({ item }: AccountItem): string {
  return item.touchpoint?.name ?? item.touchpointName ?? words(item.type ?? 'event');
}
