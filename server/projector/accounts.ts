import type { AccountItem, AccountMember, AccountTimeline, AccountView } from '#lib/contract/index.ts';
import { groupList, sideOf } from '#server/domain/account/account.ts';
import type { CustomerState } from '#server/domain/customer/state.ts';
import { readEvent } from '#server/domain/event/event.ts';
import { compareStreamIds } from '#server/domain/kernel/stream-id.ts';
import { headerOf } from '#server/domain/timeline/header.ts';
import { itemOf } from '#server/domain/timeline/item.ts';
import { keys, partitionOf } from '#server/redis/keys.ts';
import type { CustomerReading } from './customers.ts';
import { readState } from './saved-states.ts';

/** Members shown, and members whose events are read. */
const MOST_MEMBERS = 200;
const AT_ONCE = 10;

interface Member {
  readonly customer: string;
  readonly since: number;
  readonly state: CustomerState;
}

/** Who belongs to a group: from its lists in all partitions, newest first. */
async function peopleOf(reading: CustomerReading, group: string): Promise<{ readonly customer: string; readonly since: number }[]> {
  const lists = await Promise.all(
    Array.from({ length: reading.partitions }, (_, p) => reading.redis.zRangeWithScores(keys.list(p, groupList(group)), 0, -1)),
  );
  const people = lists.flat().map(({ value, score }) => ({ customer: String((JSON.parse(value) as unknown[])[0]), since: score }));
  return people.sort((a, b) => b.since - a.since || (a.customer < b.customer ? -1 : 1));
}

async function membersOf(reading: CustomerReading, group: string): Promise<{ readonly members: Member[]; readonly count: number }> {
  const people = await peopleOf(reading, group);
  const members: Member[] = [];
  // A few at a time: others have their turn in between.
  for (let i = 0; i < Math.min(people.length, MOST_MEMBERS); i += AT_ONCE) {
    const some = people.slice(i, Math.min(i + AT_ONCE, MOST_MEMBERS));
    const states = await Promise.all(some.map(({ customer }) => readState(reading, customer)));
    some.forEach(({ customer, since }, k) => {
      const state = states[k];
      if (state !== null && state !== undefined) members.push({ customer, since, state });
    });
  }
  return { members, count: people.length };
}

/** A group with its people, their open cases, and what was promised to any of them. */
export async function accountView(reading: CustomerReading, account: string, now: number): Promise<AccountView> {
  const { members, count } = await membersOf(reading, account);
  const named = members.flatMap(({ state }) => state.groups).find(([, , node]) => node === account);
  const heads = members.map((member) => ({
    ...member,
    header: headerOf(member.customer, member.state, { ...reading.context(), factors: reading.factors(), now }),
  }));
  return {
    account,
    kind: named?.[0] ?? null,
    value: named?.[1] ?? null,
    members: heads.map(({ customer, since, header }): AccountMember => ({
      customer,
      name: header.name,
      number: header.identifiers.find(({ kind }) => kind === 'customerId')?.value ?? null,
      segment: header.segment,
      since,
      events: header.events,
      lastAt: header.lastAt,
      emotion: header.emotion,
      cases: header.cases.filter(({ here }) => here),
    })),
    count,
    promises: heads.flatMap(({ customer, header }) => header.promises.map((promise) => ({ ...promise, customer }))),
    position: { at: now, live: true },
  };
}

/** A page of everything that happened to anybody in a group, newest first. @param page.before stream id of the last item seen */
export async function accountTimeline(
  reading: CustomerReading,
  account: string,
  page: { readonly before: string | undefined; readonly limit: number },
): Promise<AccountTimeline> {
  const { members } = await membersOf(reading, account);
  const from = page.before === undefined ? '+' : `(${page.before}`;
  const found = await Promise.all(
    members.map(async ({ customer, state }): Promise<AccountItem[]> => {
      const key = keys.customer(partitionOf(customer, reading.partitions), customer);
      const entries = (await reading.redis.xRevRange(key, from, '-', { COUNT: page.limit + 1 })) ?? [];
      return entries.map(({ id, message }) => {
        const event = readEvent(message['e'] ?? '{}');
        const item = {
          ...itemOf(event, { state, blueprints: reading.blueprints, laterReceived: Infinity, emotion: reading.emotion?.() }),
          id,
        };
        return { customer, side: sideOf(item.type), item };
      });
    }),
  );
  const items = found.flat().sort((a, b) => compareStreamIds(b.item.id, a.item.id));
  const shown = items.slice(0, page.limit);
  return { items: shown, next: items.length > page.limit ? (shown.at(-1)?.item.id ?? null) : null };
}
