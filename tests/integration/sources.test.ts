import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FixTrial, KeyView, NewKey, QuarantineGroup, QuarantinePage, ReplayAnswer, SourcesView } from '#lib/contract/index.ts';
import { keepRefused, openQuarantine } from '#server/log/quarantine.ts';
import type { Refused } from '#server/log/log.ts';
import { connect } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import { APP_KEY, startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { change } from '../support/desk.ts';
import { startTestRedis } from '../support/redis.ts';

const NOON = Date.UTC(2026, 9, 15, 12);
const MINUTE = 60_000;
const SOON = { timeout: 2000, interval: 25 };
const who = { customerId: 'C-1' };

const view = (app: TestApp): Promise<SourcesView> => app.call('sources.view');
const sourceOf = async (app: TestApp, source: string) => (await view(app)).sources.find((one) => one.source === source);
const send = (app: TestApp, path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(app.address + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${APP_KEY}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe('a bad event', () => {
  it('from every door is visible with its path within two seconds, and once repaired by rule it counts as if it had been sent right', async () => {
    const numbers = async (app: TestApp): Promise<object> => {
      const { total, steps } = await app.funnel({ journey: 'test' });
      const [hit] = (await app.find('C-1')).hits;
      const items = hit === undefined ? [] : (await app.timeline(hit.customer)).items;
      return { total, steps, cells: (await app.heat({ journey: 'test', window: '24h' })).cells, items };
    };
    const day = (at: number): string => new Date(at).toISOString().slice(0, 10).split('-').reverse().join('.');
    await using app = await startTestApp({ now: NOON });
    // Each wrong in its own way: a date of the house, a channel nobody knows, a field of another name.
    const wrong = { type: 'page.viewed', customer: { kunde: 'C-1' }, channel: 'fax', occurredAt: `${day(NOON)} 09:30` };
    await send(app, '/v1/events', [{ id: 'n', ...wrong }], { 'x-source': 'shop' });
    await send(
      app,
      '/v1/batch',
      { batch: [{ type: 'track', messageId: 's', event: 'order.placed', properties: { channel: 'fax' } }] },
      {
        'x-source': 'site',
        authorization: `Basic ${Buffer.from(`${APP_KEY}:`).toString('base64')}`,
      },
    );
    await send(
      app,
      '/v1/cloudevents',
      { specversion: '0.3', id: 'c', source: 'bus', type: 'delivery.started', subject: 'C-1' },
      {
        'content-type': 'application/cloudevents+json',
      },
    );
    await app.app.redis.xAdd(keys.inbox(), '*', { source: 'till', event: JSON.stringify({ id: 'x', ...wrong, type: 'case.opened' }) });
    await expect
      .poll(
        async () => (await view(app)).sources.map(({ source, rejectedHour, quarantined }) => [source, rejectedHour, quarantined]).sort(),
        SOON,
      )
      .toEqual([
        ['bus', 1, 1],
        ['shop', 1, 1],
        ['site', 1, 1],
        ['till', 1, 1],
      ]);
    const groups = await app.call<readonly QuarantineGroup[]>('sources.quarantine.groups');
    expect(groups.map(({ source, field, code }) => `${source} ${field} ${code}`).sort()).toEqual([
      'bus specversion invalid_field',
      'shop channel invalid_field',
      'site customer no_identifier',
      'till channel invalid_field',
    ]);
    const steps = [
      { do: 'rename', from: 'customer.kunde', to: 'customer.customerId' },
      { do: 'map', path: 'channel', values: { fax: 'post' } },
      { do: 'date', path: 'occurredAt', format: 'dd.MM.yyyy HH:mm', zone: 'Europe/Berlin' },
    ];
    const half = { filter: { source: 'shop' }, rule: { steps: steps.slice(0, 2) } };
    expect(await change<FixTrial>(app, 'sources.quarantine.trial', half)).toMatchObject({
      tried: 1,
      right: 0,
      examples: [{ problem: { field: 'occurredAt' } }],
    });
    expect(await change<ReplayAnswer>(app, 'sources.quarantine.replay', half)).toEqual({ accepted: 0, duplicates: 0, wrong: 1 });
    const replay = (source: string, rule: object[]): Promise<ReplayAnswer> =>
      change(app, 'sources.quarantine.replay', { filter: { source }, rule: { steps: rule } });
    expect(await replay('shop', steps)).toEqual({ accepted: 1, duplicates: 0, wrong: 0 });
    expect(await replay('till', steps)).toEqual({ accepted: 1, duplicates: 0, wrong: 0 });
    expect(
      await replay('site', [
        { do: 'set', path: 'customer.customerId', value: 'C-1' },
        { do: 'rename', from: 'attributes.channel', to: 'channel' },
        { do: 'map', path: 'channel', values: { fax: 'web' } },
        { do: 'remove', path: 'attributes' },
      ]),
    ).toEqual({
      accepted: 1,
      duplicates: 0,
      wrong: 0,
    });
    expect(await replay('bus', [{ do: 'set', path: 'specversion', value: '1.0' }])).toEqual({ accepted: 1, duplicates: 0, wrong: 0 });
    expect((await view(app)).quarantine).toMatchObject({ kept: 0, bytes: 0, dropped: 0 });
    await app.settled();

    await using plain = await startTestApp({ now: NOON });
    const right = { customer: who, channel: 'post', occurredAt: `${new Date(NOON).toISOString().slice(0, 10)}T09:30:00+02:00` };
    await send(plain, '/v1/events', [{ id: 'n', type: 'page.viewed', ...right }], { 'x-source': 'shop' });
    await send(plain, '/v1/events', [{ id: 's', type: 'order.placed', customer: who, channel: 'web' }], {
      'x-source': 'site',
    });
    await send(plain, '/v1/events', [{ id: 'c', type: 'delivery.started', customer: who }], { 'x-source': 'bus' });
    await send(plain, '/v1/events', [{ id: 'x', type: 'case.opened', ...right }], { 'x-source': 'till' });
    await plain.settled();
    expect(await numbers(app)).toEqual(await numbers(plain));
  });

  it('of a browser key may do no more when it is sent in again: two customers stay two', async () => {
    await using app = await startTestApp({ now: NOON });
    const { key } = await change<NewKey>(app, 'sources.keys.make', { source: 'site', kind: 'browser' });
    await app.post(['C-1', 'C-2'].map((customerId) => ({ id: customerId, type: 'page.viewed', customer: { customerId } })));
    const message = {
      writeKey: key,
      userId: 'C-1',
      event: 'identity.merged',
      messageId: 'im',
      properties: { other: { customerId: 'C-2' } },
    };
    await send(app, '/v1/track', message, { authorization: '' });
    await send(app, '/v1/alias', { writeKey: key, userId: 'C-1', previousId: 'C-2', messageId: 'al' }, { authorization: '' });
    const replay = (rule?: object): Promise<ReplayAnswer> =>
      change(app, 'sources.quarantine.replay', { filter: { source: 'site' }, ...(rule === undefined ? {} : { rule }) });
    expect(await replay()).toEqual({ accepted: 0, duplicates: 0, wrong: 2 });
    await app.settled();
    const found = [await app.find('C-1'), await app.find('C-2')].map(({ hits }) => hits[0]?.customer);
    expect(new Set(found).size).toBe(2);
    // Made into what such a key may send, it is taken.
    const right = { steps: [{ do: 'set', path: 'type', value: 'page.viewed' }] };
    expect(await replay(right)).toEqual({ accepted: 1, duplicates: 0, wrong: 1 });
  });

  it('that is a CloudEvent equals a right one once it is repaired: its own feed, and the request’s way to read its type', async () => {
    await using app = await startTestApp({ now: NOON });
    const { key } = await change<NewKey>(app, 'sources.keys.make', { source: 'pos', kind: 'server' });
    const post = async (body: object, authorization?: string): Promise<unknown> => {
      const headers = { 'content-type': 'application/cloudevents+json', ...(authorization === undefined ? {} : { authorization }) };
      return (await send(app, '/v1/cloudevents?strip=com.example.', body, headers)).json();
    };
    const cloudEvent = { specversion: '1.0', id: 'c', type: 'com.example.delivery.started', subject: 'C-1' };
    await post(cloudEvent);
    await post(cloudEvent, `Bearer ${key}`);
    const rule = { steps: [{ do: 'set', path: 'source', value: '/cefix' }] };
    expect(await change<ReplayAnswer>(app, 'sources.quarantine.replay', { filter: {}, rule })).toEqual({
      accepted: 2,
      duplicates: 0,
      wrong: 0,
    });
    const right = { ...cloudEvent, source: '/cefix' };
    expect(await post(right)).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await post(right, `Bearer ${key}`)).toMatchObject({ accepted: 0, duplicates: 1 });
    await app.settled();
    const [hit] = (await app.find('C-1')).hits;
    const { items } = await app.timeline(hit?.customer ?? '');
    expect(items.map(({ type }) => type)).toEqual(['delivery.started', 'delivery.started']);
    const sources = items.map(({ source }) => source ?? '').sort();
    expect(sources[0]).toMatch(/^cefix-[\da-f]{8}$/);
    expect(sources[1]).toBe(`pos/${sources[0] ?? ''}`);
  });

  it('of a producer whose name is none can be put right though the event itself is wrong, too: the rule reaches into it', async () => {
    await using app = await startTestApp({ now: NOON });
    const event = { id: 'x', type: 'page.viewed', customer: who, channel: 'fax', attributes: { long: 1 } };
    const text = JSON.stringify(event).replace('"long":1', '"long":12345678901234567890');
    await app.app.redis.xAdd(keys.inbox(), '*', { source: 'till 3', event: text });
    const kept = async (): Promise<number> => (await view(app)).quarantine.kept;
    await expect.poll(kept, SOON).toBe(1);
    const steps = [
      { do: 'set', path: 'source', value: 'till-3' },
      { do: 'map', path: 'event.channel', values: { fax: 'post' } },
    ];
    expect(await change<ReplayAnswer>(app, 'sources.quarantine.replay', { filter: {}, rule: { steps } })).toEqual({
      accepted: 1,
      duplicates: 0,
      wrong: 0,
    });
    await app.settled();
    const [hit] = (await app.find('C-1')).hits;
    const [item] = (await app.timeline(hit?.customer ?? '')).items;
    expect(item).toMatchObject({ source: 'till-3', channel: 'post', attributes: { long: '12345678901234567890' } });
  });

  it('of a producer that writes no UTF-8 is kept aside until it says whom it is about: two names must not become one', async () => {
    await using app = await startTestApp({ now: NOON });
    for (const name of ['M\u00fcller', 'M\u00f6ller'])
      await app.app.redis.xAdd(keys.inbox(), '*', { customerId: Buffer.from(name, 'latin1'), type: 'page.viewed' });
    // Whoever means this sign may write it.
    await app.app.redis.xAdd(keys.inbox(), '*', { customerId: 'C-1', type: 'message.in', text: 'caf\ufffd' });
    const kept = async (): Promise<number> => (await view(app)).quarantine.kept;
    await expect.poll(kept, SOON).toBe(2);
    await expect.poll(async () => (await app.status()).accepted, SOON).toBe(1);
    expect(await app.call<readonly QuarantineGroup[]>('sources.quarantine.groups')).toMatchObject([{ code: 'invalid_field', count: 2 }]);
    const replay = (rule?: object): Promise<ReplayAnswer> =>
      change(app, 'sources.quarantine.replay', { filter: {}, ...(rule === undefined ? {} : { rule }) });
    expect(await replay()).toEqual({ accepted: 0, duplicates: 0, wrong: 2 });
    expect(await replay({ steps: [{ do: 'set', path: 'customerId', value: 'C-2' }] })).toMatchObject({ accepted: 2, wrong: 0 });
  });

  it('that held a card number as a number can be put right', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.post([{ id: '1', type: 'page.viewed', customer: who, channel: 'fax', attributes: { number: 4111111111111111 } }]);
    const rule = { steps: [{ do: 'set', path: 'channel', value: 'web' }] };
    expect(await change<ReplayAnswer>(app, 'sources.quarantine.replay', { filter: {}, rule })).toEqual({
      accepted: 1,
      duplicates: 0,
      wrong: 0,
    });
    await app.settled();
    const [hit] = (await app.find('C-1')).hits;
    expect((await app.timeline(hit?.customer ?? '')).items[0]?.attributes).toEqual({ number: '[card number removed]' });
  });

  it('that held a card number and has no id is the event that its sender has put right meanwhile', async () => {
    await using app = await startTestApp({ now: NOON });
    const sent = { type: 'message.in', customer: who, text: 'my card is 4111 1111 1111 1111', attributes: { card: '5555555555554444' } };
    await app.post([{ ...sent, channel: 'fax', occurredAt: NOON - MINUTE }]);
    expect(await app.post([{ ...sent, channel: 'post', occurredAt: NOON - MINUTE }])).toMatchObject({ accepted: 1, duplicates: 0 });
    const rule = { steps: [{ do: 'map', path: 'channel', values: { fax: 'post' } }] };
    expect(await change<ReplayAnswer>(app, 'sources.quarantine.replay', { filter: {}, rule })).toMatchObject({
      accepted: 0,
      duplicates: 1,
    });
  });

  it('whose identifier looked like a card number is nobody else’s: it stays until the rule says whose it is', async () => {
    await using app = await startTestApp({ now: NOON });
    // Order numbers that pass for card numbers: of two people, who must not become one.
    const orders = ['4111111111111111', '5555555555554444'];
    await app.post(orders.map((orderId, i) => ({ id: `o-${i}`, type: 'order.placed', customer: { orderId }, channel: 'fax' })));
    await app.post([{ id: orders[0], type: 'page.viewed', customer: who, channel: 'fax' }]);
    const rule = { steps: [{ do: 'set', path: 'channel', value: 'web' }] };
    const trial = await change<FixTrial>(app, 'sources.quarantine.trial', { filter: {}, rule });
    expect([trial.right, trial.examples.map(({ problem }) => problem?.field)]).toEqual([0, ['customer.orderId', 'customer.orderId', 'id']]);
    expect(trial.examples[0]?.problem?.message).toMatch(/^customer\.orderId held what looks like a card number/);
    expect(await change<ReplayAnswer>(app, 'sources.quarantine.replay', { filter: {}, rule })).toEqual({
      accepted: 0,
      duplicates: 0,
      wrong: 3,
    });
    const told = { steps: [...rule.steps, { do: 'set', path: 'id', value: 'p-1' }] };
    expect(await change<ReplayAnswer>(app, 'sources.quarantine.replay', { filter: {}, rule: told })).toMatchObject({
      accepted: 1,
      wrong: 2,
    });
  });

  it('that its sender repeats is kept once; what a person throws away is gone', async () => {
    await using app = await startTestApp({ now: NOON });
    for (let i = 0; i < 3; i++) await app.post([{ id: '1', customer: {}, type: 'x', text: 'ada@example.com 4111 1111 1111 1111' }]);
    const page = await change<QuarantinePage>(app, 'sources.quarantine.page', { filter: {} });
    expect(page.entries).toHaveLength(1);
    expect(page.entries[0]).toMatchObject({ source: 'default', field: 'customer', code: 'no_identifier', received: NOON, cut: false });
    expect(page.entries[0]?.raw).toContain('[card number removed]');
    expect((await view(app)).quarantine).toMatchObject({ kept: 1, again: 2 });
    // The live view holds counts only: whose event it was is told by the API, to those who may.
    expect(JSON.stringify(await view(app))).not.toContain('ada@');
    expect(await change(app, 'sources.quarantine.discard', { filter: { source: 'default' } })).toBe(1);
    expect((await view(app)).quarantine).toMatchObject({ kept: 0, bytes: 0 });
  });
});

describe('quarantine', () => {
  it('keeps what it may and counts what it dropped, oldest first', async () => {
    await using server = await startTestRedis({ fsync: 'no' });
    const redis = await connect({ socketPath: server.socketPath });
    const refused = (i: number): Refused => ({
      source: 's',
      received: i,
      field: 'f',
      code: 'invalid_field',
      message: 'm',
      raw: `{"n":${i}}`,
    });
    const many = Array.from({ length: 250 }, (_, i) => refused(i));
    await keepRefused(redis, many, { entries: 100, bytes: 1e6 });
    const quarantine = openQuarantine(redis);
    const { kept, dropped, bytes } = await quarantine.counts();
    expect([kept, dropped]).toEqual([100, 150]);
    expect((await quarantine.groups()).map(({ count }) => count)).toEqual([100]);
    await keepRefused(redis, [refused(1000)], { entries: 100, bytes: Math.floor(bytes / 2) });
    const after = await quarantine.counts();
    expect(after.bytes).toBeLessThanOrEqual(bytes / 2);
    expect(after.kept + after.dropped).toBe(251);
    const newest = await quarantine.page({}, { limit: 1 });
    expect(newest.entries[0]?.raw).toBe('{"n":1000}');
    redis.destroy();
  });
});

describe('the groups of what was refused', () => {
  it('are found by their source, however many there are of others, and count all that is kept of it', async () => {
    await using app = await startTestApp({ now: NOON });
    const wrong = (id: string, name: string): object => ({ id, customer: { ...who, [name]: {} } });
    const crowd = Array.from({ length: 130 }, (_, i) => wrong(`a${i}`, `field ${i}`));
    await send(app, '/v1/events', crowd, { 'x-source': 'many' });
    await send(app, '/v1/events', crowd, { 'x-source': 'more' });
    await send(app, '/v1/events', [wrong('z', 'of its own')], { 'x-source': 'zoo' });
    await expect
      .poll(async () => (await view(app)).sources.map(({ source, quarantined }) => [source, quarantined]), SOON)
      .toEqual([
        ['many', 130],
        ['more', 130],
        ['zoo', 1],
      ]);
    expect(await app.call('sources.quarantine.groups')).toHaveLength(200);
    const group = { source: 'zoo', field: 'customer.of its own', code: 'invalid_field', count: 1 };
    expect(await app.call('sources.quarantine.groups', { source: 'zoo' })).toEqual([group]);
  });

  it('can be opened whatever a sender calls a field', async () => {
    await using app = await startTestApp({ now: NOON });
    const names = ['a\0b', '\ud800', '__proto__', 'x.y', 'k'.repeat(400)];
    await send(
      app,
      '/v1/events',
      names.map((name, i) => JSON.parse(`{"id":"${i}","customer":{"customerId":"C-1",${JSON.stringify(name)}:{}}}`) as object),
      { 'x-source': 'odd' },
    );
    await expect.poll(async () => (await sourceOf(app, 'odd'))?.quarantined, SOON).toBe(names.length);
    const groups = await app.call<QuarantineGroup[]>('sources.quarantine.groups');
    for (const { source, field, code, count } of groups) {
      const page = await change<QuarantinePage>(app, 'sources.quarantine.page', { filter: { source, field, code } });
      expect(page.entries, field).toHaveLength(count);
    }
  });
});

describe('the page of sources', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ now: NOON });
  });
  afterAll(() => app[Symbol.asyncDispose]());

  it('tells of each source what it sends, how late, when last, and since when it is silent', async () => {
    const speak = (i: number): object => ({ id: `e${i}`, customer: who, type: 'page.viewed', occurredAt: app.now - 30_000 });
    for (let i = 0; i < 5; i++) {
      app.now = NOON + (1 + i * 2) * MINUTE;
      await send(app, '/v1/events', [speak(i), speak(Math.max(0, i - 1))], { 'x-source': 'crm' });
      await expect.poll(async () => (await sourceOf(app, 'crm'))?.lastReceived, SOON).toBe(app.now);
    }
    const live = await sourceOf(app, 'crm');
    expect(live).toMatchObject({
      acceptedHour: 5,
      duplicatesHour: 5,
      rejectedHour: 0,
      delayMs: 30_000,
      lastAt: app.now - 30_000,
      state: 'live',
    });
    expect(live?.minutes.filter((count) => count > 0)).toHaveLength(5);
    const every = live?.expectedEveryMs ?? 0;
    const last = app.now;
    app.now = last + every + 1000;
    await expect.poll(async () => (await sourceOf(app, 'crm'))?.state, SOON).toBe('quiet');
    app.now = last + 2 * every + 1000;
    await expect.poll(async () => (await sourceOf(app, 'crm'))?.state, SOON).toBe('silent');
    app.now = NOON;
  });

  it('does not take an imported past for the habit of the hour in which it was loaded', async () => {
    const happened = (i: number): object => ({
      id: `p${i}`,
      customer: who,
      type: 'page.viewed',
      occurredAt: NOON - 190 * MINUTE - i * 20 * MINUTE,
    });
    await send(
      app,
      '/v1/events',
      Array.from({ length: 400 }, (_, i) => happened(i)),
      { 'x-source': 'past' },
    );
    await expect.poll(async () => (await sourceOf(app, 'past'))?.acceptedHour, SOON).toBe(400);
    expect(await sourceOf(app, 'past')).toMatchObject({ expectedEveryMs: 20 * MINUTE, lastHeard: NOON - 190 * MINUTE, state: 'silent' });
  });

  it('shows the last event of a source from where it lies, and sends a test event that touches no number', async () => {
    expect(await change(app, 'sources.test', { source: 'crm' })).toEqual({ accepted: 1 });
    await app.settled();
    await expect.poll(() => app.call<string | null>('sources.sample', { source: 'crm' }), SOON).toContain('"type":"test.sent"');
    expect((await app.find('throughline-test-crm')).hits).toHaveLength(1);
  });

  it('makes keys that are shown once, kept as digests, rotated with a day of grace, and ended at once', async () => {
    const made = await change<NewKey>(app, 'sources.keys.make', { source: 'pos', kind: 'server' });
    const post = (key: string, headers: object = {}): Promise<Response> =>
      send(app, '/v1/events', [{ id: 'k', customer: who, type: 'page.viewed' }], { authorization: `Bearer ${key}`, ...headers });
    expect((await post(made.key)).status).toBe(200);
    await expect.poll(async () => (await sourceOf(app, 'pos'))?.acceptedHour, SOON).toBe(1);
    // Under another name it stays inside its own.
    expect((await post(made.key, { 'x-source': 'crm' })).status).toBe(200);
    await expect.poll(async () => (await sourceOf(app, 'pos/crm'))?.acceptedHour, SOON).toBe(1);
    const stored = await app.app.redis.hGetAll(keys.writeKeys());
    expect(JSON.stringify(stored)).not.toContain(made.key.slice(12));
    const next = await change<NewKey>(app, 'sources.keys.rotate', { id: made.view.id });
    expect([(await post(made.key)).status, (await post(next.key)).status]).toEqual([200, 200]);
    const then = app.now;
    app.now = then + 25 * 60 * MINUTE;
    expect([(await post(made.key)).status, (await post(next.key)).status]).toEqual([401, 200]);
    app.now = then;
    await change(app, 'sources.keys.end', { id: next.view.id });
    expect((await post(next.key)).status).toBe(401);
    const list = await app.call<readonly KeyView[]>('sources.keys.list');
    expect(list.map(({ id, source, kind, lastUsedAt }) => [id, source, kind, lastUsedAt !== null])).toEqual([
      [made.view.id, 'pos', 'server', true],
    ]);
    const browser = await change<NewKey>(app, 'sources.keys.make', { source: 'site', kind: 'browser' });
    expect((await post(browser.key)).status).toBe(403);
    expect((await fetch(`${app.address}/v1/projects/${browser.key}/settings`)).status).toBe(200);
  });

  it('changes nothing for a page elsewhere', async () => {
    const ask = (headers: Readonly<Record<string, string>>): Promise<Response> =>
      fetch(`${app.address}/api/trpc/sources.keys.make`, { method: 'POST', headers, body: '{"source":"evil","kind":"server"}' });
    expect((await ask({ 'content-type': 'application/json', origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask({ 'content-type': 'text/plain' })).status).toBe(415);
    expect((await app.call<readonly KeyView[]>('sources.keys.list')).some(({ source }) => source === 'evil')).toBe(false);
  });
});

describe('the stream for producers of the house', () => {
  it('takes entries in once, in fields or as JSON, and trims only what lies behind its cursor', async () => {
    await using app = await startTestApp({ now: NOON });
    const { redis } = app.app;
    await redis.xAdd(keys.inbox(), '*', {
      source: 'till',
      id: '1',
      type: 'order.placed',
      customerId: 'C-1',
      orderId: '4711',
      occurredAt: String(new Date(NOON - MINUTE).toISOString()),
      'score.kind': 'csat',
      'score.value': '4',
      'attributes.branch': 'north',
    });
    await redis.xAdd(keys.inbox(), '*', { event: JSON.stringify({ type: 'page.viewed', customer: who }) });
    await redis.xAdd(keys.inbox(), '*', { event: '{"broken":' });
    await expect.poll(() => redis.xLen(keys.inbox()), SOON).toBe(0);
    await app.settled();
    const [hit] = (await app.find('4711')).hits;
    const { items } = await app.timeline(hit?.customer ?? '');
    expect(items.map(({ type, source, score, attributes }) => [type, source, score?.value ?? null, attributes])).toEqual([
      ['page.viewed', 'redis', null, null],
      ['order.placed', 'till', 4, { branch: 'north' }],
    ]);
    const { entries } = await change<QuarantinePage>(app, 'sources.quarantine.page', { filter: { source: 'redis' } });
    expect(entries.map(({ code, raw }) => [code, raw])).toEqual([['invalid_json', '{"broken":']]);
  });

  it('whose place in the store something else takes is told of as such, beside everything else, and taken in once that is gone', async () => {
    await using app = await startTestApp({ now: NOON });
    const { redis } = app.app;
    await redis.set(keys.inbox(), 'of somebody else');
    await send(app, '/v1/events', [{ id: '1', type: 'page.viewed', customer: who }], { 'x-source': 'shop' });
    await expect.poll(() => sourceOf(app, 'shop'), SOON).toBeDefined();
    await expect.poll(() => view(app), SOON).toMatchObject({ inboxWaiting: null, inboxStoppedAt: NOON });
    const figures = await (await fetch(`${app.address}/metrics`)).text();
    expect(figures).toContain('throughline_store_up 1');
    expect(figures).not.toMatch(/^throughline_inbox_entries/m);
    await redis.del(keys.inbox());
    await redis.xAdd(keys.inbox(), '*', { source: 'till', customerId: 'C-1', id: '1', type: 'page.viewed' });
    await expect.poll(() => sourceOf(app, 'till'), { timeout: 4000, interval: 50 }).toBeDefined();
    expect(await view(app)).toMatchObject({ inboxWaiting: 0, inboxStoppedAt: null });
  });

  it('goes on behind an entry that cannot be read, and what is set aside can be put right', async () => {
    await using app = await startTestApp({ now: NOON });
    const { redis } = app.app;
    const deep = ['attributes', ...Array.from({ length: 3_000 }, () => 'a')].join('.');
    await redis.xAdd(keys.inbox(), '*', { customerId: 'C-1', [deep]: 'x' });
    await redis.xAdd(keys.inbox(), '*', { source: 'till 3', customerId: 'C-1', id: '1', occurredAt: String(NOON - MINUTE) });
    await redis.xAdd(keys.inbox(), '*', { source: 'till', customerId: 'C-1', id: '2', type: 'page.viewed' });
    await expect.poll(() => redis.xLen(keys.inbox()), SOON).toBe(0);
    expect((await view(app)).inboxStoppedAt).toBeNull();
    const { entries } = await change<QuarantinePage>(app, 'sources.quarantine.page', { filter: {} });
    expect(entries.map(({ code, field }) => `${code} ${field.slice(0, 10)}`).sort()).toEqual([
      'invalid_field source',
      'too_deep attributes',
    ]);
    const rule = { steps: [{ do: 'set', path: 'source', value: 'till' }] };
    const replay = (): Promise<ReplayAnswer> => change(app, 'sources.quarantine.replay', { filter: { field: 'source' }, rule });
    expect(await replay()).toEqual({ accepted: 1, duplicates: 0, wrong: 0 });
    await redis.xAdd(keys.inbox(), '*', { source: 'till', customerId: 'C-1', id: '1', occurredAt: String(NOON - MINUTE) });
    await expect.poll(() => redis.xLen(keys.inbox()), SOON).toBe(0);
    await app.settled();
    const { accepted, duplicates } = await app.status();
    expect([accepted, duplicates]).toEqual([2, 1]);
  });

  it('counts nothing twice when an entry is read again after a crash, and loses nothing that came meanwhile', async () => {
    await using app = await startTestApp({ now: NOON });
    const { redis } = app.app;
    const entry = { event: JSON.stringify({ type: 'page.viewed', customer: who }) };
    const id = await redis.xAdd(keys.inbox(), '*', entry);
    await expect.poll(() => redis.xLen(keys.inbox()), SOON).toBe(0);
    // As if the process had died between storing the event and moving the cursor.
    await redis.del(keys.inboxCursor());
    await redis.del(keys.inbox());
    await redis.xAdd(keys.inbox(), id, entry);
    await redis.xAdd(keys.inbox(), '*', entry);
    await expect.poll(() => redis.xLen(keys.inbox()), SOON).toBe(0);
    await app.settled();
    const { accepted, duplicates } = await app.status();
    expect([accepted, duplicates]).toEqual([2, 1]);
  });
});
