import type { CustomerState } from '../customer/state.ts';
import type { StoredEvent } from '../event/event.ts';
import type { Row, Touched } from '../kernel/row.ts';
import { NOWHERE_ELSE } from '../kernel/row.ts';

/** Groups that one person may be in; further ones are not noted. */
const MOST_GROUPS = 50;

/** List of the people of one group. @param group node of the group's identifier */
export function groupList(group: string): string {
  return `group:${group}`;
}

function groupRow(group: string, since: number): Row {
  return { list: groupList(group), score: since, member: [since], bookings: [], trail: null, also: NOWHERE_ELSE };
}

/** Notes the accounts and households an event names: a roll-up of people that says nothing about who somebody is. */
export function noteGroups(state: CustomerState, event: StoredEvent, touched: Touched): void {
  for (const [kind, value, node] of event.groups ?? []) {
    if (state.groups.length >= MOST_GROUPS || state.groups.some((known) => known[2] === node)) continue;
    const since = event.at;
    state.groups.push([kind, value, node, since]);
    touched.begin(`group ${node}`, () => groupRow(node, since));
  }
}

/** Types of events in which the company acts; `*` stands for any ending. Everything else is something the customer did, said or met. */
const OURS: readonly string[] = [
  'message.out',
  'promise.*',
  'gesture.given',
  'note.added',
  'delivery.*',
  'appointment.*',
  'contact.answered',
  'contact.transferred',
  'contact.ended',
  'case.closed',
  'order.confirmed',
  'order.shipped',
];

/** On whose side an event stands when both are shown next to each other. */
export function sideOf(type: string | null): 'theirs' | 'ours' {
  if (type === null) return 'theirs';
  return OURS.some((known) => (known.endsWith('*') ? type.startsWith(known.slice(0, -1)) : type === known)) ? 'ours' : 'theirs';
}
