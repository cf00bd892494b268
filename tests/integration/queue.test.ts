import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CareAct, ListPage, QueueItem, QueueParams, QueueView, RecoveryView } from '#lib/contract/index.ts';
import { NAMELESS, QUEUE_HORIZON_MS, RECOVERY_STATES } from '#lib/contract/index.ts';
import type { TestApp } from '../support/app.ts';
import { APP_KEY, startTestApp } from '../support/app.ts';
import { change } from '../support/desk.ts';
import { verifyStore } from '../support/verify.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 2, 2, 9);
const DUE = START + 4 * HOUR;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ now: START });
  await app.take(
    [0, 1, 2, 3].flatMap((i) => [
      { id: `a${i}`, customer: { customerId: `P${i}` }, type: 'page.viewed', area: 'north', occurredAt: START - 3 * HOUR + i },
      {
        id: `b${i}`,
        customer: { customerId: `P${i}` },
        type: 'delivery.started',
        occurredAt: START - HOUR + i,
        promise: { kind: 'delivery', due: DUE + i },
      },
    ]),
  );
  await app.take([
    { id: 'c', customer: { customerId: 'Q' }, type: 'page.viewed', occurredAt: START - HOUR },
    { id: 'd', customer: { customerId: 'Q' }, type: 'contact.ended', channel: 'phone', topic: 'complaint', occurredAt: START - HOUR / 2 },
  ]);
});
afterAll(() => app[Symbol.asyncDispose]());

async function queue(params: QueueParams = {}): Promise<QueueView> {
  // Answers are shared for some seconds at most: the next question is a later one.
  app.now += 6000;
  return app.call('queue.get', params);
}
const aboutItem = ({ customer: customerId, caseId, item }: QueueItem) => ({ customerId, caseId, item });
async function act(item: QueueItem, what: Record<string, unknown> & Pick<CareAct, 'act'>, by = 'Ada'): Promise<void> {
  const answer = await fetch(`${app.address}/api/trpc/queue.act`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-actor-name': by },
    body: JSON.stringify({ ...aboutItem(item), ...what }),
  });
  if (!answer.ok) throw new Error(JSON.stringify(await answer.json()));
  // What people do comes one after the other; only the race below is at one instant.
  app.now += 10;
}
async function first(params: QueueParams): Promise<QueueItem> {
  const [item] = (await queue(params)).items;
  if (item === undefined) throw new Error('the queue is empty');
  return item;
}

describe('the queue', () => {
  it('holds a complaint at once, and a promise from two hours before it breaks: by the clock alone', async () => {
    expect((await queue()).items.map(({ reason, severity }) => ({ reason, severity }))).toEqual([
      { reason: 'complaint', severity: 'breach' },
    ]);
    app.now = DUE - QUEUE_HORIZON_MS + 10 * 60_000;
    const soon = await queue({ reason: 'promise' });
    expect(soon.items.map(({ severity, kind, owner }) => ({ severity, kind, owner }))).toEqual(
      Array.from({ length: 4 }, () => ({ severity: 'watch', kind: 'delivery', owner: 'Logistics' })),
    );
    // What can still be prevented stands before what has gone wrong, the soonest first.
    const all = (await queue()).items;
    expect(all.map(({ reason }) => reason).slice(0, 5)).toEqual(['promise', 'promise', 'promise', 'promise', 'complaint']);
    expect(all.slice(0, 4).map(({ from }) => from)).toEqual([1, 2, 3, 4].map((i) => DUE + i));
    app.now = DUE + HOUR;
    await app.settled();
    const broken = await queue({ reason: 'promise' });
    expect(broken.items.every(({ severity }) => severity === 'breach')).toBe(true);
    // Of what has gone wrong, what happened last comes first.
    expect(broken.items.map(({ from }) => from)).toEqual([4, 3, 2, 1].map((i) => DUE + i));
    expect((await queue()).items.map(({ reason }) => reason).slice(0, 5)).toEqual([
      'promise',
      'promise',
      'promise',
      'promise',
      'complaint',
    ]);
    expect(broken.count).toBe((await app.list({ of: 'promise', journey: 'test', what: 'broken' })).count);
  });

  it('says what a case is worth, as its events last said, and that it is unknown where none did', async () => {
    const worth = async () =>
      (await queue({ reason: 'promise' })).items.map(({ value }) => value).sort((a, b) => (b?.amount ?? 0) - (a?.amount ?? 0));
    expect(await worth()).toEqual([null, null, null, null]);
    const about = (i: number, value: number, currency?: string) => ({
      id: `v${i} ${value}`,
      customer: { customerId: `P${i}` },
      type: 'page.viewed',
      channel: 'web',
      attributes: { value, currency },
    });
    await app.take([about(0, 120, 'EUR'), about(1, 80, 'EUR'), about(2, 999)]);
    expect(await worth()).toEqual([{ amount: 120, currency: 'EUR' }, { amount: 80, currency: 'EUR' }, null, null]); // prettier-ignore
    await app.take([about(0, 60, 'EUR')]);
    expect(await worth()).toEqual([{ amount: 80, currency: 'EUR' }, { amount: 60, currency: 'EUR' }, null, null]); // prettier-ignore
    const [p1] = (await app.find('P1')).hits;
    expect((await app.timeline(p1?.customer ?? '')).header?.cases[0]?.value).toEqual({ amount: 80, currency: 'EUR' });
    const [incident] = (await queue({ reason: 'promise' })).incidents;
    expect(incident).toMatchObject({ cases: 4, valued: 2, values: [{ amount: 140, currency: 'EUR' }] });
  });

  it('calls a customer by the name told only later', async () => {
    const about = async (): Promise<QueueItem | undefined> => (await queue({ reason: 'complaint' })).items[0];
    expect(await about()).toMatchObject({ name: null, number: 'Q' });
    await app.take([
      { id: 'n', customer: { customerId: 'Q' }, type: 'identify', attributes: { name: 'Grace Hopper' }, occurredAt: app.now },
    ]);
    app.now += 60_000;
    expect(await about()).toMatchObject({ name: 'Grace Hopper' });
  });

  it('says field by field and in words what it cannot take', async () => {
    const answer = await fetch(`${app.address}/api/trpc/queue.act`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-actor-name': 'Ada' },
      body: JSON.stringify({ act: 'claim', customerId: 'nobody' }),
    });
    expect(answer.status).toBe(400);
    const { error } = (await answer.json()) as { readonly error: { readonly message: string; readonly data: object } };
    expect(error.message).toBe('customerId: is not a customer id; caseId: is missing; item: is missing');
    expect(error.data).toMatchObject({ problems: [{ path: ['customerId'], message: 'is not a customer id' }, {}, {}] });
  });

  it('takes many customers of one cause for one incident', async () => {
    const { incidents } = await queue({ reason: 'promise' });
    expect(incidents).toMatchObject([{ reason: 'promise', customers: 4, items: 4, area: 'north', kind: 'delivery', claimed: 0 }]);
    const [incident] = incidents;
    expect((await queue({ reason: 'promise', incident: incident?.id })).count).toBe(4);
  });

  it('gives one item to one of two who claim it at the same time, and tells the other who has it', async () => {
    const item = await first({ reason: 'promise' });
    const answers = await Promise.allSettled(['Ada', 'Ben', 'Cem', 'Dua'].map((by) => act(item, { act: 'claim' }, by)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await app.settled();
    const claimed = (await queue({ reason: 'promise' })).items.find(({ id }) => id === item.id);
    const winner = ['Ada', 'Ben', 'Cem', 'Dua'][answers.findIndex(({ status }) => status === 'fulfilled')] ?? '';
    expect(claimed?.by).toBe(winner);
    for (const answer of answers) if (answer.status === 'rejected') expect(String(answer.reason)).toContain(`${winner} has claimed this.`);
    const others = await act(item, { act: 'done', outcome: 'helped' }, 'Eve').catch(String);
    expect(others).toContain(`${winner} has claimed this.`);
    expect((await queue({ who: winner })).count).toBe(1);
    const { items } = await app.timeline(item.customer);
    expect(items[0]).toMatchObject({ type: 'queue.claimed', saidHere: { by: winner, stated: true } });
    await act(item, { act: 'release' }, winner);
    await app.settled();
    await act(item, { act: 'claim' }, 'Eve');
    await app.settled();
    expect((await queue({ who: 'Eve' })).count).toBe(1);
    await act(item, { act: 'release' }, 'Eve');
    await app.settled();
  });

  it('gives one item to one of two who give no name, though both are called alike', async () => {
    const item = await first({ reason: 'promise' });
    const answers = await Promise.allSettled([1, 2].map(() => act(item, { act: 'claim' }, '')));
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await app.settled();
    expect((await queue({ who: NAMELESS })).items.map(({ id }) => id)).toEqual([item.id]);
    for (const by of ['', 'Eve'])
      expect(await act(item, { act: 'claim' }, by).catch(String)).toContain('Somebody who gave no name has claimed this.');
    await act(item, { act: 'release' }, '');
    await app.settled();
    expect((await queue({ who: NAMELESS })).count).toBe(0);
  });

  it('puts an item aside until its time, and takes it off with what came of it', async () => {
    const item = await first({ reason: 'promise' });
    await act(item, { act: 'snooze', forMs: HOUR, reason: 'waits for the carrier' });
    await app.settled();
    expect((await queue({ reason: 'promise' })).items.map(({ id }) => id)).not.toContain(item.id);
    app.now += HOUR + 60_000;
    expect((await queue({ reason: 'promise' })).items.map(({ id }) => id)).toContain(item.id);
    await act(item, { act: 'done', outcome: 'helped' });
    await app.settled();
    expect((await queue({ reason: 'promise' })).items.map(({ id }) => id)).not.toContain(item.id);
  });

  it('holds everybody who is stuck, as many as the funnel counts', async () => {
    app.now = START + 30 * HOUR;
    await app.settled();
    const { count } = await queue({ reason: 'stuck' });
    expect(count).toBeGreaterThan(0);
    expect(count).toBe((await app.list({ of: 'now', journey: 'test', what: 'stuck' })).count);
  });

  it('names as the one cause what began before its effect, not what came after it', async () => {
    const storm = (id: string, from: number) => ({ id, kind: 'storm', name: `Storm ${id}`, from, areas: ['north'] });
    const answer = await fetch(`${app.address}/v1/factors`, {
      method: 'POST',
      headers: { authorization: `Bearer ${APP_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify([storm('1, after', app.now), storm('2, before', START)]),
    });
    expect(answer.ok).toBe(true);
    const named = async () => (await queue({ reason: 'stuck' })).incidents.map(({ factor }) => factor);
    await expect.poll(named, { timeout: 30_000, interval: 100 }).toEqual(['Storm 2, before']);
  });

  it('shows what is being made good on the board and on the customer, until it is', async () => {
    const board = (): Promise<RecoveryView> => app.call('queue.recoveries', { journey: 'test' });
    const before = await board();
    expect(before.causes.complaint).toMatchObject({ detected: 1, states: { detected: 1 } });
    // Eighteen hours late is the first step at which a parcel weighs: all four promises have failed by now, one item was done before that.
    expect(before.causes.promise.detected).toBe(4);
    // It needs to be made good only now, but is said to be broken since date and grace were over, as the promise itself and the queue say.
    const [late] = (await app.find('P1')).hits;
    const header = (await app.timeline(late?.customer ?? '')).header;
    const [recovered] = header?.recoveries ?? [];
    expect(recovered).toMatchObject({ cause: 'promise', since: DUE + 2 });
    expect(recovered?.since).toBe(header?.promises[0]?.brokenAt);
    expect(recovered?.at).toBeGreaterThan(DUE + 18 * HOUR);
    const [q] = (await app.find('Q')).hits;
    const customerId = q?.customer ?? '';
    const recovery = async () => (await app.timeline(customerId)).header?.recoveries[0];
    expect(await recovery()).toMatchObject({ cause: 'complaint', state: 'detected' });
    for (const step of ['contacted', 'resolved', 'won'] as const) {
      await change(app, 'staff.say', { kind: 'recovery', customerId, step });
      await app.settled();
      expect((await recovery())?.state).toBe(step);
    }
    const after = await board();
    expect(after.causes.complaint).toMatchObject({ detected: 1, states: { detected: 0, contacted: 0, resolved: 0, won: 1 } });
    expect(after.resolved).toBe(before.resolved + 1);
    expect(after.medianMs).toBeGreaterThan(0);
  });

  it('opens behind every number of the board a list of that length, of the customers it counts', async () => {
    const view: RecoveryView = await app.call('queue.recoveries', { journey: 'test' });
    const listed = (what: string, cause?: string): Promise<ListPage> =>
      app.call('cases.list', {
        list: `recovery?journey=test&what=${what}${cause === undefined ? '' : `&cause=${cause}`}&from=${view.from}`,
      });
    const count = async (what: string, cause?: string): Promise<number> => (await listed(what, cause)).count;
    for (const [cause, line] of [...Object.entries(view.causes), [undefined, view.total] as const]) {
      expect(await count('all', cause)).toBe(line.detected);
      for (const state of RECOVERY_STATES) expect(await count(state, cause)).toBe(line.states[state]);
    }
    expect(await count('made-good')).toBe(view.resolved);
    expect(await count('ended')).toBe(view.total.states.won + view.total.states.lost);
    expect(await count('felt')).toBe(view.moods);
    const [q] = (await app.find('Q')).hits;
    expect((await listed('won', 'complaint')).rows).toMatchObject([{ customer: q?.customer }]);
    await expect(listed('forgotten')).rejects.toThrow('This is not a list');
  });

  it('is what a rebuild comes to', async () => {
    expect(await verifyStore(app)).toEqual([]);
  });
});
