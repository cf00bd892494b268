import { words } from '#lib/components/format.ts';
import { eventTypeName } from '#lib/components/names.ts';
import type { AccountItem, AccountMember, AccountView } from '#lib/contract/account.ts';
import * as m from '#messages/account.ts';

/** `Account ACME-17`. */
export function groupName({ kind, value }: Pick<AccountView, 'kind' | 'value'>): string {
  if (kind === null || value === null) return m.account();
  return m.isGroup(kind) ? m.group(kind, { value }) : `${words(kind)} ${value}`;
}

/** Of whom promises and events are shown, where they are not those of all; null: of all. */
export function readFrom({ members, count }: Pick<AccountView, 'members' | 'count'>): string | null {
  return members.length < count ? m.readFrom({ shown: members.length, count }) : null;
}

/** What to call a member: by name, else by their number, else by the beginning of the address. */
export function memberTitle({ name, number, customer }: Pick<AccountMember, 'name' | 'number' | 'customer'>): string {
  return name ?? (number === null ? customer.slice(0, 10) : m.member({ number }));
}

/** The same for somebody among the members. */
export function memberName(members: readonly AccountMember[], customer: string): string {
  return memberTitle(members.find((member) => member.customer === customer) ?? { name: null, number: null, customer });
}

/** What happened, in a few words. */
export function eventWords({ item }: AccountItem): string {
  return item.touchpoint?.name ?? item.touchpointName ?? (item.type === null ? m.event() : eventTypeName(item.type));
}
