import { describe, expect, it } from 'vitest';
import type { FindAnswer, IdentityView, MergePreview } from '#lib/contract/index.ts';
import { startTestApp } from '../../support/app.ts';
import type { TestApp } from '../../support/app.ts';

const NOON = Date.UTC(2026, 9, 14, 12);
const HOUR = 3_600_000;
/** "Within a second", with room for a machine that other tests share. */
const RESOLVED_MS = 2500;

async function decide<Answer>(app: TestApp, path: string, input: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(`${app.address}/api/trpc/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-actor-name': 'Ada', ...headers },
    body: JSON.stringify(input),
  });
  const body = (await answer.json()) as { readonly result?: { readonly data: Answer }; readonly error?: { readonly message: string } };
  if (body.result === undefined) throw new Error(`${answer.status}: ${body.error?.message ?? ''}`);
  return body.result.data;
}

const personOf = async (app: TestApp, q: string): Promise<string> => (await app.find(q)).hits[0]?.customer ?? '';
const explain = (app: TestApp, customerId: string): Promise<IdentityView> => app.call('identity.explain', { customerId });

/** Two people: a customer with a device, and somebody known by telephone. */
const EVENTS = [
  { id: '1', customer: { anonymousId: 'dev-1' }, type: 'page.viewed', occurredAt: NOON - 6 * HOUR },
  { id: '2', customer: { customerId: 'C-1', anonymousId: 'dev-1', accountId: 'ACME' }, type: 'order.placed', occurredAt: NOON - 5 * HOUR },
  { id: '3', customer: { customerId: 'C-1' }, type: 'contact.queued', channel: 'phone', occurredAt: NOON - 4 * HOUR },
  { id: '4', customer: { phone: '+49 170 1234567' }, type: 'page.viewed', occurredAt: NOON - 3 * HOUR },
];

describe('the desk for identities', () => {
  it('says for each identifier which rule, event and time make it belong', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take(EVENTS);
    const view = await explain(app, await personOf(app, 'C-1'));
    expect(
      view.identifiers.map(({ kind, value, belongs, rule, event, at, events, carried }) => ({
        kind,
        value,
        belongs,
        rule,
        event,
        at,
        events,
        carried,
      })),
    ).toEqual([
      { kind: 'customerId', value: 'C-1', belongs: true, rule: 'strongest', event: null, at: null, events: 2, carried: 2 },
      { kind: 'anonymousId', value: 'dev-1', belongs: true, rule: 'together', event: '2', at: NOON - 5 * HOUR, events: 1, carried: 2 },
    ]);
  });

  it('speaks of an event that was taken back no more: neither of what it carried nor of how often', async () => {
    await using app = await startTestApp({ now: NOON });
    const wrong = { customerId: 'C-1', email: 'somebody.else@example.com', anonymousId: 'dev-1' };
    await app.take([...EVENTS, { id: 'own', customer: { email: wrong.email }, type: 'page.viewed', occurredAt: NOON - 2 * HOUR }]);
    const before = await explain(app, await personOf(app, 'C-1'));
    await app.take([{ id: 'wrong', customer: wrong, type: 'form.submitted', occurredAt: NOON - HOUR }]);
    expect((await explain(app, await personOf(app, 'C-1'))).identifiers).toHaveLength(3);
    await app.take([{ id: 'r', customer: { customerId: 'C-1' }, type: 'event.retracted', attributes: { eventId: 'wrong' } }]);
    expect(await explain(app, await personOf(app, 'C-1'))).toEqual(before);
  });

  it('merges with preview, name and reason; the former address leads on; taking it back gives back what was there', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take(EVENTS);
    const [ada, caller] = [await personOf(app, 'C-1'), await personOf(app, '+491701234567')];
    const before = [await app.timeline(ada), await app.timeline(caller), await app.funnel({ journey: 'test' })];

    const preview = await app.call<MergePreview>('identity.preview', { customerId: caller, other: ada });
    expect([preview.stays.customer, preview.moves.customer, preview.stays.events, preview.moves.events, preview.events]).toEqual([
      ada,
      caller,
      3,
      1,
      4,
    ]);
    const started = performance.now();
    expect(await decide(app, 'identity.merge', { customerId: caller, other: ada, reason: 'said so on the phone' })).toEqual({
      customer: ada,
    });
    expect(performance.now() - started).toBeLessThan(RESOLVED_MS);
    await app.settled();
    expect((await app.timeline(caller)).movedTo).toBe(ada);
    expect((await app.timeline(ada)).items.length).toBe(4);
    const merged = (await explain(app, ada)).identifiers.find(({ kind }) => kind === 'phone');
    expect(merged).toMatchObject({
      belongs: true,
      rule: 'merged',
      by: 'Ada',
      reason: 'said so on the phone',
      with: { kind: 'customerId', value: 'C-1' },
    });

    await decide(app, 'identity.unmerge', { customerId: ada, source: merged?.source, event: merged?.event, reason: 'wrong caller' });
    await app.settled();
    expect([await app.timeline(ada), await app.timeline(caller), await app.funnel({ journey: 'test' })]).toEqual(before);
    const [decision] = (await explain(app, ada)).decisions;
    expect(decision).toMatchObject({ what: 'merged', by: 'Ada', undone: { by: 'Ada', reason: 'wrong caller' } });
    await expect(
      decide(app, 'identity.unmerge', { customerId: ada, source: merged?.source, event: merged?.event, reason: 'again' }),
    ).rejects.toThrow(/taken back already/);
  });

  it('says before a merge what both share, with all that hangs on it: nobody else carries it, so it comes along', async () => {
    await using app = await startTestApp({ now: NOON });
    const shared = [
      { email: 'both@example.com' },
      { anonymousId: 'tablet' },
      { orderId: '4711', anonymousId: 'tablet' },
      { orderId: '4711' },
    ];
    const seen = (id: string, customer: Record<string, string>, i: number) => ({
      ...{ id: `${id}${i}`, customer, type: 'page.viewed', occurredAt: NOON - (i + 1) * HOUR },
    });
    await app.take([
      ...EVENTS,
      ...shared.map((customer, i) => seen('alone', customer, i)),
      ...[{ customerId: 'C-1' }, { customerId: 'C-2' }].flatMap((customer, i) => [
        seen(`mail${i}`, { ...customer, email: 'both@example.com' }, i),
        seen(`tablet${i}`, { ...customer, anonymousId: 'tablet' }, i),
        seen(`desk${i}`, { ...customer, anonymousId: 'library' }, i),
      ]),
      seen('third', { customerId: 'C-3', anonymousId: 'library' }, 0),
      seen('library', { anonymousId: 'library' }, 0),
    ]);
    const [one, two] = [await personOf(app, 'C-1'), await personOf(app, 'C-2')];
    const preview = await app.call<MergePreview>('identity.preview', { customerId: one, other: two });
    expect(preview.along.toSorted((a, b) => (a.value < b.value ? -1 : 1))).toEqual([
      { kind: 'email', value: 'both@example.com', events: 1 },
      { kind: 'anonymousId', value: 'tablet', events: 3 },
    ]);
    await decide(app, 'identity.merge', { customerId: one, other: two, reason: 'one family account' });
    await app.settled();
    expect((await app.timeline(preview.stays.customer)).items).toHaveLength(preview.events);
  });

  it('splits one identifier out with its events, and puts it back', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take(EVENTS);
    const ada = await personOf(app, 'C-1');
    const before = await app.timeline(ada);
    const device = (await explain(app, ada)).identifiers.find(({ kind }) => kind === 'anonymousId')?.node ?? '';
    await decide(app, 'identity.split', { customerId: ada, identifier: device, reason: 'the library’s computer' });
    await app.settled();
    expect([(await app.timeline(ada)).items.length, (await app.timeline(device)).items.length]).toEqual([2, 1]);
    await app.take([{ id: '9', customer: { customerId: 'C-1', anonymousId: 'dev-1' }, type: 'page.viewed', occurredAt: NOON - HOUR }]);
    expect((await app.timeline(device)).items.length).toBe(1);
    const out = (await explain(app, ada)).identifiers.find(({ node }) => node === device);
    expect(out).toMatchObject({ belongs: false, rule: 'split', by: 'Ada', reason: 'the library’s computer' });
    const [decision] = (await explain(app, device)).decisions;
    await decide(app, 'identity.unmerge', { customerId: device, source: decision?.source, event: decision?.event, reason: 'it is hers' });
    await app.settled();
    expect((await app.timeline(ada)).items.filter(({ id }) => before.items.some((one) => one.id === id)).length).toBe(3);
    expect((await app.timeline(device)).movedTo).toBe(ada);
  });

  it('takes what two people decide at once, or one says again, for one decision: taken back once it is taken back', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take(EVENTS);
    const [ada, caller] = [await personOf(app, 'C-1'), await personOf(app, '+491701234567')];
    const device = (await explain(app, ada)).identifiers.find(({ kind }) => kind === 'anonymousId')?.node ?? '';
    const before = [await app.timeline(ada), await app.timeline(caller)];
    const merge = { customerId: caller, other: ada, reason: 'said so on the phone' };
    const split = { customerId: ada, identifier: device, reason: 'the library’s computer' };
    const standing = async (of: string) => (await explain(app, of)).decisions.filter(({ undone }) => undone === null);
    const takeBack = async (of: string) => {
      const [only, ...more] = await standing(of);
      expect(more).toEqual([]);
      await decide(app, 'identity.unmerge', { customerId: of, source: only?.source, event: only?.event, reason: 'it was wrong' });
      await app.settled();
    };
    // What was taken back can be decided again, as often as people change their minds.
    for (let time = 0; time < 2; time++) {
      const answers = await Promise.all(
        [merge, merge, { ...merge, customerId: ada, other: caller }].map((m) => decide(app, 'identity.merge', m)),
      );
      await app.settled();
      answers.push(await decide(app, 'identity.merge', merge));
      expect(answers).toEqual(answers.map(() => ({ customer: ada })));
      await app.settled();
      expect((await app.timeline(caller)).movedTo).toBe(ada);
      await takeBack(ada);
      expect([await app.timeline(ada), await app.timeline(caller)]).toEqual(before);

      const out = await Promise.all([split, split].map((s) => decide(app, 'identity.split', s)));
      await app.settled();
      out.push(await decide(app, 'identity.split', split));
      expect(out).toEqual(out.map(() => ({ customer: device })));
      await app.settled();
      expect((await app.timeline(device)).items).toHaveLength(1);
      await takeBack(device);
      expect([await app.timeline(ada), await app.timeline(caller)]).toEqual(before);
    }
  });

  it('says before merging whose readings would be lost because the other wants none', async () => {
    await using app = await startTestApp({ now: NOON });
    const off = { type: 'consent.changed', attributes: { emotion: 'off' }, occurredAt: NOON - HOUR };
    await app.take(EVENTS);
    const [ada, caller] = [await personOf(app, 'C-1'), await personOf(app, '+491701234567')];
    const unread = async () => (await app.call<MergePreview>('identity.preview', { customerId: ada, other: caller })).unread;
    expect(await unread()).toBeNull();
    await app.take([{ ...off, id: 'off-1', customer: { phone: '+491701234567' } }]);
    expect(await unread()).toBe('stays');
    await app.take([{ ...off, id: 'off-2', customer: { customerId: 'C-1' } }]);
    expect(await unread()).toBeNull();
  });

  it('refuses what cannot be, in words', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take(EVENTS);
    const ada = await personOf(app, 'C-1');
    await expect(decide(app, 'identity.split', { customerId: ada, identifier: ada, reason: 'no reason' })).rejects.toThrow(
      /holds the others together/,
    );
    await expect(decide(app, 'identity.merge', { customerId: ada, other: ada, reason: 'no reason' })).rejects.toThrow(/one person already/);
    await expect(decide(app, 'identity.merge', { customerId: ada, other: 'f'.repeat(20), reason: 'no reason' })).rejects.toThrow(/404/);
    await expect(
      decide(app, 'identity.merge', { customerId: ada, other: await personOf(app, '+491701234567'), reason: '' }),
    ).rejects.toThrow(/400/);
  });

  it('takes no decision from a page of another site, nor in another form than JSON', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take(EVENTS);
    const people = { customerId: await personOf(app, 'C-1'), other: await personOf(app, '+491701234567'), reason: 'a stranger asks' };
    await expect(decide(app, 'identity.merge', people, { origin: 'https://evil.example' })).rejects.toThrow(/403/);
    await expect(decide(app, 'identity.merge', people, { 'content-type': 'text/plain' })).rejects.toThrow();
    expect((await app.timeline(people.other)).movedTo).toBeNull();
  });

  it('keeps strangers apart who share a telephone or send a number that is nobody', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take([
      ...['A', 'B', 'C'].map((name, i) => ({
        id: `s${name}`,
        customer: { customerId: name, phone: '+49 30 123456' },
        type: 'page.viewed',
        occurredAt: NOON - HOUR - i,
      })),
      ...['x', 'y'].map((order) => ({
        id: order,
        customer: { customerId: '0', orderId: order },
        type: 'order.placed',
        occurredAt: NOON - HOUR,
      })),
    ]);
    expect(new Set(await Promise.all(['A', 'B', 'C', 'x', 'y'].map((q) => personOf(app, q)))).size).toBe(5);
    const found = await decide<FindAnswer>(app, 'identity.find', { q: '+49 30 123456' });
    expect(found.hits.length).toBe(3);
    const shared = (await explain(app, await personOf(app, 'A'))).identifiers.find(({ kind }) => kind === 'phone');
    expect(shared).toMatchObject({ belongs: false, rule: 'shared' });
  });
});
