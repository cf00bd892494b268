import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { expect, test } from 'vitest';
import type { ClientEvents, Patch, ServerEvents, SubscribeAnswer, Subscription } from '#lib/contract/index.ts';
import { applyPatch } from '#lib/live/patch.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';

type Page = Socket<ServerEvents, ClientEvents>;
type View = Readonly<Record<string, unknown>>;

const NOON = Date.UTC(2026, 9, 15, 12);
const MINUTE = 60_000;
const TICK_MS = 1100;
const SOON = { timeout: 30_000, interval: 50 };

/** A page that follows one view, as the pages do: snapshot, then every patch in its order. */
async function follow(page: Page, request: Subscription): Promise<() => View> {
  let view: View = {};
  let room = '';
  let seq = -1;
  const early: Patch[] = [];
  const take = (patch: Patch): void => {
    if (patch.room !== room || patch.seq <= seq) return;
    expect(patch.seq).toBe(seq + 1);
    seq = patch.seq;
    view = applyPatch(view, patch);
  };
  page.on('patch', (patch) => (room === '' ? early.push(patch) : take(patch)));
  const answer = await new Promise<SubscribeAnswer>((resolve) => page.emit('subscribe', request, resolve));
  if (!answer.ok) throw new Error(answer.message);
  ({ room, seq } = answer);
  view = answer.data as View;
  early.forEach(take);
  return () => view;
}

/** Without the instant of the reading. */
function shown(view: object): object {
  return Object.fromEntries(Object.entries(JSON.parse(JSON.stringify(view)) as View).filter(([key]) => key !== 'position'));
}

function visit(n: number, segment: string): object[] {
  const customer = { customerId: `C-${n}` };
  return [
    { id: `${n}-1`, customer, type: 'page.viewed', occurredAt: NOON - (n + 2) * MINUTE, segment },
    { id: `${n}-2`, customer, type: n % 2 === 0 ? 'order.placed' : 'error.shown', occurredAt: NOON - (n + 1) * MINUTE },
  ];
}

test('what a page has put together from snapshot and patches is what the API says, however many have customers open', async () => {
  await using app: TestApp = await startTestApp({ now: NOON });
  const page: Page = io(app.address, { transports: ['websocket'], forceNew: true });
  const agents: Page[] = Array.from({ length: 5 }, () => io(app.address, { transports: ['websocket'], forceNew: true }));
  try {
    await app.take(visit(0, 'gold'));
    for (const [a, agent] of agents.entries())
      for (let c = 0; c < 18; c++)
        await follow(agent, { view: 'customer', params: { customer: (a * 18 + c).toString(16).padStart(20, '0') } });
    const funnel = await follow(page, { view: 'funnel', params: { journey: 'test', by: 'segment' } });
    const heat = await follow(page, { view: 'heat', params: { journey: 'test', window: '1h' } });
    const wall = await follow(page, { view: 'wall', params: { journey: 'test' } });
    for (let n = 1; n <= 8; n++) {
      app.now += TICK_MS;
      await app.take([...visit(n, n % 3 === 0 ? 'gold' : 'silver'), ...visit(100 + n, 'gold')]);
      await expect
        .poll(async () => {
          // What had to wait for its turn, because the machine is busy, waits by this clock.
          app.now += SOON.interval;
          return [shown(funnel()), shown(await app.funnel({ journey: 'test', by: 'segment' }))];
        }, SOON)
        .toSatisfy(equal);
    }
    app.now += TICK_MS;
    await expect.poll(async () => [shown(heat()), shown(await app.heat({ journey: 'test', window: '1h' }))], SOON).toSatisfy(equal);
    await expect.poll(async () => [shown(wall()), shown(await app.call('wall.get', { journey: 'test' }))], SOON).toSatisfy(equal);
    expect(shown(funnel())).toMatchObject({
      total: { entered: 17 },
      groups: { gold: { total: { entered: 11 } }, silver: { total: { entered: 6 } } },
    });
  } finally {
    for (const one of [page, ...agents]) one.disconnect();
  }
});

test('a page that no WebSocket reaches is told the same by requests', async () => {
  await using app: TestApp = await startTestApp({ now: NOON });
  const page: Page = io(app.address, { transports: ['polling'], upgrade: false, forceNew: true });
  try {
    await app.take(visit(0, 'gold'));
    const beats = new Promise<boolean>((resolve) => page.on('beat', ({ ready }) => ready && resolve(true)));
    const funnel = await follow(page, { view: 'funnel', params: { journey: 'test', by: 'segment' } });
    for (let n = 1; n <= 3; n++) {
      app.now += TICK_MS;
      await app.take(visit(n, 'silver'));
      await expect
        .poll(async () => {
          app.now += SOON.interval;
          return [shown(funnel()), shown(await app.funnel({ journey: 'test', by: 'segment' }))];
        }, SOON)
        .toSatisfy(equal);
    }
    expect(await beats).toBe(true);
  } finally {
    page.disconnect();
  }
});

test('a page that is open while the clock of the machine is put back goes on being told, of events and of what the minutes take away', async () => {
  await using app: TestApp = await startTestApp({ now: NOON });
  const page: Page = io(app.address, { transports: ['websocket'], forceNew: true });
  try {
    await app.take(visit(1, 'gold'));
    const heat = await follow(page, { view: 'heat', params: { journey: 'test', window: '1h' } });
    const wall = await follow(page, { view: 'wall', params: { journey: 'test' } });
    const same = async () => {
      app.now += TICK_MS;
      await expect.poll(async () => [shown(heat()), shown(await app.heat({ journey: 'test', window: '1h' }))], SOON).toSatisfy(equal);
      await expect.poll(async () => [shown(wall()), shown(await app.call('wall.get', { journey: 'test' }))], SOON).toSatisfy(equal);
    };
    await app.take(visit(2, 'gold'));
    await same();
    const visitsOf = (view: View) =>
      Object.values(view['cells'] as Readonly<Record<string, { n: number }>>).reduce((n, cell) => n + cell.n, 0);
    expect(visitsOf(heat())).toBeGreaterThan(0);
    // A clock that was two hours ahead is corrected
    app.now -= 120 * MINUTE;
    await same();
    expect(visitsOf(heat())).toBe(0);
    await app.take([{ id: 'then', customer: { customerId: 'C-9' }, type: 'page.viewed', occurredAt: app.now - MINUTE }]);
    await same();
    expect(visitsOf(heat())).toBeGreaterThan(0);
    app.now += 61 * MINUTE;
    await same();
    expect(visitsOf(heat())).toBe(0);
  } finally {
    page.disconnect();
  }
});

test('a page in a quiet minute compares with the same minute a week before, as the API does, and not with the one before that', async () => {
  const WEEK = 7 * 24 * 60 * MINUTE;
  await using app: TestApp = await startTestApp({ now: NOON });
  const page: Page = io(app.address, { transports: ['websocket'], forceNew: true });
  try {
    const before = Array.from({ length: 8 }, (_, n) => [
      { id: `${n}-1`, customer: { customerId: `B-${n}` }, type: 'page.viewed', occurredAt: NOON - WEEK - 2 * MINUTE },
      { id: `${n}-2`, customer: { customerId: `B-${n}` }, type: 'error.shown', occurredAt: NOON - WEEK + (n + 1) * MINUTE },
    ]);
    const older = { id: 'old', customer: { customerId: 'A' }, type: 'page.viewed', occurredAt: NOON - 5 * WEEK };
    await app.take([older, ...before.flat(), ...Array.from({ length: 6 }, (_, n) => visit(n, 'gold')).flat()]);
    const heat = await follow(page, { view: 'heat', params: { journey: 'test', window: '1h' } });
    const wall = await follow(page, { view: 'wall', params: { journey: 'test' } });
    const changes = new Set<string>();
    for (let minute = 0; minute < 5; minute++) {
      app.now += MINUTE;
      await app.settled();
      const later = () => (app.now += 2 * SOON.interval);
      await expect
        .poll(async () => [later(), shown(heat()), shown(await app.heat({ journey: 'test', window: '1h' }))].slice(1), SOON)
        .toSatisfy(equal);
      await expect
        .poll(async () => [later(), shown(wall()), shown(await app.call('wall.get', { journey: 'test' }))].slice(1), SOON)
        .toSatisfy(equal);
      changes.add(JSON.stringify((wall()['tiles'] as readonly { change: number | null }[]).map(({ change }) => change)));
    }
    expect(changes.size).toBeGreaterThan(3);
  } finally {
    page.disconnect();
  }
});

test('what cannot be followed is refused with the field and the reason', async () => {
  await using app: TestApp = await startTestApp({ now: NOON });
  const page: Page = io(app.address, { transports: ['websocket'], forceNew: true });
  const ask = (request: unknown): Promise<SubscribeAnswer> => new Promise((resolve) => page.emit('subscribe', request, resolve));
  try {
    expect(await ask({ view: 'heat', params: { journey: 'test', window: '3d' } })).toMatchObject({
      ok: false,
      code: 'bad_request',
      message: expect.stringContaining('params.window: ') as string,
    });
    expect(await ask({ view: 'funnel', params: { journey: 'none' } })).toMatchObject({ ok: false, code: 'not_found' });
    expect(await ask('everything')).toMatchObject({ ok: false, message: expect.stringContaining('input: ') as string });
  } finally {
    page.disconnect();
  }
});

function equal([a, b]: readonly object[]): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** Keys in order: a patch may put an entry in another place of a record. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}

test('a page that follows a funnel which somebody removes is told at once, and whoever comes when it was made anew sees the new one', async () => {
  await using app: TestApp = await startTestApp({ now: NOON });
  const page: Page = io(app.address, { transports: ['websocket'], forceNew: true });
  const tell = (path: string, input: unknown): Promise<Response> =>
    fetch(`${app.address}/api/trpc/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
  const definition = (windowMs: number): object => ({
    ...{ id: 'orders', name: 'Orders', windowMs },
    steps: ['page.viewed', 'order.placed'].map((type) => ({ name: type, any: [{ type }] })),
  });
  const request: Subscription = { view: 'saved', params: { id: 'orders', from: 0 } };
  const ask = (): Promise<SubscribeAnswer> => new Promise((resolve) => page.emit('subscribe', request, resolve));
  try {
    await tell('funnels.save', { definition: definition(MINUTE), replaces: null });
    const shownNow = await follow(page, request);
    const ended: string[] = [];
    page.on('ended', (room) => ended.push(room));
    app.now += TICK_MS;
    await tell('funnels.remove', { id: 'orders' });
    await expect.poll(() => ended.length, SOON).toBe(1);
    expect(await ask()).toMatchObject({ ok: false, code: 'not_found' });
    await tell('funnels.save', { definition: definition(2 * MINUTE), replaces: null });
    expect(await ask()).toMatchObject({ ok: true, data: { definition: { version: 2, windowMs: 2 * MINUTE } } });
    expect(shownNow()).toMatchObject({ definition: { version: 1 } });
  } finally {
    page.close();
  }
});
