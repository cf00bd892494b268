import { describe, expect, it } from 'vitest';
import type { QueueMember } from '#server/domain/case/waits.ts';
import { stayItem } from '#server/domain/case/waits.ts';
import { itemNow } from '#server/domain/care/moves.ts';
import type { CaseState } from '#server/domain/customer/state.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { event } from '../../../support/events.ts';
import { foldAll } from '../../../support/fold-run.ts';
import { BASE, HOUR } from '../../../support/histories.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../../support/world.ts';

const context = { blueprints: blueprintsFrom(TEST_JOURNEY) };

const at = (id: string, hours: number, what: Partial<StoredEvent>): StoredEvent =>
  event(id, { customerId: 'C1' }, { at: BASE + hours * HOUR, ...what });
const LOOK = at('look', 0, { type: 'page.viewed' });
const LATER = at('later', 2, { type: 'page.viewed' });
const CASE = `test:${LOOK.key}`;
const said = (id: string, hours: number, what: Partial<StoredEvent>, more: object = {}): StoredEvent =>
  at(id, hours, { ...what, attributes: { by: 'Ada', case: CASE, ...more } });
const CLAIM = said('claim', 7, { type: 'queue.claimed' }, { item: stayItem({ from: LOOK.at, stage: 0 }) });

/** What waits, and who has it. */
function waiting(events: readonly StoredEvent[]): [item: string, caseId: string, by: string][] {
  return [...foldAll(events, context).lists]
    .flatMap(([list, members]) => (list.startsWith('queue:') ? (members as unknown as QueueMember[]) : []))
    .map(([item, , , , , , caseId, , , , , , , , by]) => [item, caseId, by]);
}

describe('what somebody here does about something that waits', () => {
  it('is known of the stay that waits', () => {
    expect(waiting([LOOK, LATER, CLAIM])).toEqual([[`s:${LOOK.at}:0`, CASE, 'Ada']]);
  });

  it('is not lost when the case turns out to have begun before: a late event gives case and stay another name', () => {
    const early = at('early', -1, { type: 'page.viewed' });
    expect(waiting([early, LOOK, LATER, CLAIM])).toEqual([[`s:${early.at}:0`, `test:${early.key}`, 'Ada']]);
  });

  it('is not lost when the case begins with another event, as when the first belongs to somebody else or is taken back', () => {
    expect(waiting([LATER, CLAIM])).toEqual([[`s:${LATER.at}:0`, `test:${LATER.key}`, 'Ada']]);
  });

  it('follows what went wrong, too, when an earlier failure turns out to be the one to make good', () => {
    const complaint = (id: string, hours: number): StoredEvent =>
      at(id, hours, { type: 'contact.answered', channel: 'phone', topic: 'complaint' });
    const done = said('done', 6.5, { type: 'queue.claimed' }, { item: `r:${BASE + 6 * HOUR}:2` });
    const failures = (events: readonly StoredEvent[]): [string, string, string][] =>
      waiting(events).filter(([item]) => item.startsWith('r:'));
    expect(failures([LOOK, complaint('c', 6), done])).toEqual([[`r:${BASE + 6 * HOUR}:2`, CASE, 'Ada']]);
    expect(failures([LOOK, complaint('b', 5), complaint('c', 6), done])).toEqual([[`r:${BASE + 5 * HOUR}:2`, CASE, 'Ada']]);
  });

  it('says nothing about another stage', () => {
    expect(waiting([LATER, at('order', 3, { type: 'order.placed' }), CLAIM]).map(([, , by]) => by)).toEqual(['']);
  });

  it('names what waits as the case knows it, and leaves alone what it does not know', () => {
    const [one] = foldAll([LATER], context).state.cases as [CaseState];
    expect(itemNow(one, `s:${LOOK.at}:0`, LATER.at)).toBe(`s:${LATER.at}:0`);
    for (const item of ['s:1:1', 'p:abc:call_back', 'r:1:2', 'whatever']) expect(itemNow(one, item, LATER.at)).toBe(item);
  });
});

describe('what is stated about a case', () => {
  const promise = { id: 'p', kind: 'call_back', due: BASE + 90 * HOUR };
  const promisedTo = (events: readonly StoredEvent[]): string[] => foldAll(events, context).state.promises.map((one) => one.case);

  it('stays with it when it begins with another event', () => {
    const stated = said('promise', 4, { type: 'promise.made', promise });
    const early = at('early', -1, { type: 'page.viewed' });
    expect(promisedTo([LOOK, LATER, stated])).toEqual([CASE]);
    expect(promisedTo([early, LOOK, LATER, stated])).toEqual([`test:${early.key}`]);
    expect(promisedTo([LATER, stated])).toEqual([`test:${LATER.key}`]);
  });

  it('is of no other case that goes by a name of its own, nor does a case that nobody knows get one', () => {
    const order = event('o', { customerId: 'C1', orderId: '4711' }, { at: BASE, type: 'order.placed' });
    const stated = said('promise', 4, { type: 'promise.made', promise });
    expect(promisedTo([order, stated])).toEqual(['']);
    // Order numbers of some databases are hex digits, too.
    for (const name of ['test:4712', 'test:507f1f77bcf86cd799439011'])
      expect(promisedTo([LATER, said('promise', 4, { type: 'promise.made', promise }, { case: name })])).toEqual(['']);
  });
});
