import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PromiseLedgerView, StaffWord } from '#lib/contract/index.ts';
import { verifyStore } from '../support/verify.ts';
import type { TestApp } from '../support/app.ts';
import { startTestApp } from '../support/app.ts';
import { change } from '../support/desk.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 2, 2, 9);

let app: TestApp;
let customer: string;
beforeAll(async () => {
  app = await startTestApp({ now: START });
  await app.take([
    { id: 'a', customer: { customerId: 'ada', email: 'ada@example.com' }, type: 'page.viewed', occurredAt: START - 3 * HOUR },
    { id: 'b', customer: { customerId: 'ada' }, type: 'order.placed', occurredAt: START - 2 * HOUR },
    {
      id: 'c',
      customer: { email: 'ada@example.com' },
      type: 'contact.answered',
      channel: 'phone',
      occurredAt: START - HOUR,
      topic: 'order',
    },
  ]);
  customer = (await app.find('ada')).hits[0]?.customer ?? '';
});
afterAll(() => app[Symbol.asyncDispose]());

type Said = StaffWord extends infer Word ? (Word extends StaffWord ? Omit<Word, 'customerId'> : never) : never;
async function say(word: Said): Promise<void> {
  app.now += 10;
  await change(app, 'staff.say', { customerId: customer, ...word });
  await app.settled();
}
const ledger = (): Promise<PromiseLedgerView> => app.call('promises.get', { journey: 'test' });
const count = async (what: 'open' | 'broken' | 'made' | 'late'): Promise<number> =>
  (await app.list({ of: 'promise', journey: 'test', what })).count;

describe('what somebody here states about a customer', () => {
  it('is on the timeline under the name of whoever said it, and is neither a contact nor a visit of the customer', async () => {
    const before = await app.timeline(customer);
    const heat = await app.heat({ journey: 'test', window: '24h' });
    await say({ kind: 'note', text: 'Wants to be called at work.' });
    await say({ kind: 'disposition', outcome: 'unresolved', topic: 'order', text: '' });
    const { items, header } = await app.timeline(customer);
    expect(
      items.slice(0, 2).map(({ type, text, outcome, touchpoint, saidHere }) => ({ type, text, outcome, touchpoint, saidHere })),
    ).toEqual([
      {
        type: 'disposition.noted',
        text: null,
        outcome: 'unresolved',
        touchpoint: null,
        saidHere: { by: 'somebody at this machine', stated: true },
      },
      {
        type: 'note.added',
        text: 'Wants to be called at work.',
        outcome: null,
        touchpoint: null,
        saidHere: { by: 'somebody at this machine', stated: true },
      },
    ]);
    expect(items[1]).toMatchObject({
      emotion: null,
      mayCorrect: false,
      attributes: { verified: false, case: before.header?.cases[0]?.caseId },
    });
    expect(header?.lastContact).toEqual(before.header?.lastContact);
    expect((await app.heat({ journey: 'test', window: '24h' })).cells).toEqual(heat.cells);
  });

  it('can be a promise, which is on the ledger of its journey, broken by the clock alone and late once it is met', async () => {
    await say({ kind: 'promise', promise: 'call_back', due: START + 2 * HOUR, wording: 'I call you back by eleven.' });
    expect((await ledger()).total).toMatchObject({ made: 1, open: 1, broken: 0 });
    expect(await count('open')).toBe(1);
    const [made] = (await app.timeline(customer)).header?.promises ?? [];
    expect(made).toMatchObject({ state: 'open', kind: 'call_back', wording: 'I call you back by eleven.', stage: 'order' });
    app.now = START + 26 * HOUR;
    await app.settled();
    expect((await ledger()).total).toMatchObject({ open: 0, broken: 1 });
    expect(await count('broken')).toBe(1);
    await say({ kind: 'settle', promiseId: made?.id ?? '', promise: 'call_back', as: 'kept' });
    expect((await ledger()).total).toMatchObject({ broken: 0, late: 1 });
    expect(await count('late')).toBe(1);
  });

  it('makes the visit harder during which it was promised, once it is broken', async () => {
    const cell = (await app.heat({ journey: 'test', window: '24h' })).cells['order|phone'];
    expect(cell?.n).toBe(1);
    const visits = await app.list({ of: 'heat', journey: 'test', stage: 'order', column: 'phone', by: 'channel', window: '24h' });
    expect(visits.rows[0]?.friction).toBeGreaterThan(0);
  });

  it('counts no more once it is taken back, and stays on the timeline, crossed out', async () => {
    const { items } = await app.timeline(customer);
    const promise = items.find(({ type }) => type === 'promise.made');
    await change(app, 'staff.takeBack', { customerId: customer, event: promise?.id });
    await app.settled();
    expect((await ledger()).total.made).toBe(0);
    expect(await count('made')).toBe(0);
    expect((await app.timeline(customer)).items.find(({ id }) => id === promise?.id)?.retracted).toBe(true);
  });

  it('brings back how a text was read, once the correction of its emotion is taken back', async () => {
    await app.take([
      { id: 'e', customer: { customerId: 'ada' }, type: 'message.in', channel: 'chat', occurredAt: app.now, text: 'I am so angry' },
    ]);
    const at = async (type: string) => (await app.timeline(customer)).items.find((one) => one.type === type);
    const read = (await at('message.in'))?.emotion;
    app.now += 10;
    await change(app, 'labels.correct', { customerId: customer, event: (await at('message.in'))?.id, emotion: 'satisfied' });
    await app.settled();
    expect((await at('message.in'))?.emotion).toMatchObject({ label: 'satisfied', corrected: true });
    const correction = await at('emotion.corrected');
    expect(correction?.saidHere).toEqual({ by: 'somebody at this machine', stated: true });
    await change(app, 'staff.takeBack', { customerId: customer, event: correction?.id });
    await app.settled();
    expect((await at('message.in'))?.emotion).toEqual(read);
  });

  it('is refused where it is about nobody, about a case that is not theirs, or not said here', async () => {
    const nobody = { kind: 'note', text: 'x', customerId: '0'.repeat(20) };
    await expect(change(app, 'staff.say', nobody)).rejects.toThrow(/Nobody lives at this address/);
    await expect(say({ kind: 'note', text: 'x', caseId: 'test:of somebody else' })).rejects.toThrow(/no such case/);
    const { items } = await app.timeline(customer);
    const call = items.find(({ type }) => type === 'contact.answered');
    await expect(change(app, 'staff.takeBack', { customerId: customer, event: call?.id })).rejects.toThrow(/Only what was stated/);
  });

  it('is what a rebuild comes to', async () => {
    expect(await verifyStore(app)).toEqual([]);
  });
});
