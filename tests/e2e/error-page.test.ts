import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FindAnswer } from '#lib/contract/index.ts';
import { openBrowser, violationsOf } from '../support/browser.ts';
import { startProduct } from '../support/product.ts';
import type { Product } from '../support/product.ts';
import { startTestRedis } from '../support/redis.ts';
import type { TestRedis } from '../support/redis.ts';

const SOON = { timeout: 20_000, interval: 50 };

let store: TestRedis;
let product: Product;
let browser: Browser;

beforeAll(async () => {
  store = await startTestRedis();
  product = await startProduct({ env: { REDIS_URL: store.url, LOG_LEVEL: 'fatal' } });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await product[Symbol.asyncDispose]();
  await store.stop();
});

it('a page that cannot be shown because the store is away says so, looks again by itself, and is there when the store is', async () => {
  // Given a customer, and a store that has gone
  await product.send([{ id: 'e1', type: 'page.viewed', touchpoint: 'website', channel: 'web', customer: { customerId: 'K-1' } }]);
  const found = () => product.trpc<FindAnswer>('customers.find', { q: 'K-1' });
  await expect.poll(async () => (await found()).hits.length, SOON).toBe(1);
  const path = `/c/${(await found()).hits[0]?.customer ?? ''}`;
  await store.kill9();
  const page = await browser.newPage();
  await page.clock.install();
  const answer = await page.goto(product.address + path);
  expect(answer?.status()).toBe(503);
  await page.getByText('This page tries again by itself.').waitFor();
  expect(await page.getByRole('link', { name: 'Try again' }).count()).toBe(1);
  expect(await violationsOf(page)).toEqual([]);
  // When it looks again and the store is still away, it stays and will look later
  const looked = page.waitForResponse((response) => response.status() === 503);
  await page.clock.fastForward(5000);
  await looked;
  // When the store is back, the page comes without anybody doing anything
  await store.restart();
  await expect.poll(async () => (await fetch(`${product.address}/readyz`)).status, SOON).toBe(200);
  await page.clock.fastForward(10_000);
  await page.locator('[data-live]').first().waitFor({ timeout: 20_000 });
  expect(await page.getByText('This page tries again by itself.').count()).toBe(0);
  expect(page.url()).toBe(product.address + path);
});

it('a page that reads itself again leaves what it shows while the store is away, and reads it when the store is back', async () => {
  const page = await browser.newPage();
  await page.clock.install();
  await page.goto(`${product.address}/assoc`);
  await page.locator('[data-live="live"]').waitFor(SOON);
  const shown = page.locator('.board h1');
  await shown.waitFor(SOON);
  await store.kill9();
  // It reads itself again after ten minutes at most, and asks first whether that can be.
  const asked = page.waitForResponse((response) => response.status() === 503, SOON);
  await page.clock.fastForward(11 * 60_000);
  await asked;
  await page.clock.fastForward(60_000);
  await page.locator('[data-live]:not([data-live="live"])').waitFor(SOON);
  expect(await shown.count()).toBe(1);
  expect(await page.getByText('This page tries again by itself.').count()).toBe(0);
  const read = page.waitForResponse((response) => response.url().includes('/assoc/__data.json') && response.ok(), SOON);
  await store.restart();
  await expect.poll(async () => (await fetch(`${product.address}/readyz`)).status, SOON).toBe(200);
  await page.clock.fastForward(10_000);
  await read;
  expect(await shown.count()).toBe(1);
});

it('a page that is not there does not look again, and offers what leads somewhere instead of the same attempt', async () => {
  const page = await browser.newPage();
  const answer = await page.goto(`${product.address}/nowhere`);
  expect(answer?.status()).toBe(404);
  await page.getByRole('heading', { name: 'Nothing here' }).waitFor();
  expect(await page.locator('main a').allInnerTexts()).toEqual(['Funnel', 'Heatmap', 'Find a customer']);
  expect(await page.getByText('This page tries again by itself.').count()).toBe(0);
  // The log tells nothing of it: there is no number to look for there.
  expect(await page.locator('main code').count()).toBe(0);
});

it('an address that is no address is answered in words of the reader', async () => {
  for (const [language, words] of [
    ['en', 'The address asks for something that does not exist'],
    ['de', 'Die Adresse fragt nach etwas, das es nicht gibt'],
  ] as const) {
    const answer = await fetch(`${product.address}/c/%E0%A4%A`, { headers: { 'accept-language': language, accept: 'text/html' } });
    expect(answer.status).toBe(400);
    const text = await answer.text();
    expect(text).toContain(words);
    expect(text).not.toContain('Malformed');
  }
});

const OF_ONE_JOURNEY = '/funnel /heat /journey /journey/order /journey-editor /promises /silence /moments /assoc /queue /wall/now'.split(
  ' ',
);
it.each(OF_ONE_JOURNEY)('%s of a journey that does not exist says so, and shows no other journey in its place', async (path) => {
  const answer = await fetch(`${product.address}${path}?j=nothere`, { headers: { 'accept-language': 'en' } });
  expect(answer.status).toBe(404);
  expect(await answer.text()).toContain('There is no such journey');
  // A field that was left empty asks for none.
  expect((await fetch(`${product.address}${path}?j=`)).status).toBe(200);
});

it('a list that does not exist says so, and offers no attempt that could not help', async () => {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
  for (const list of ['garbage', 'funnel?journey=nothere&what=entered', 'funnel?journey=broadband&what=nothing-known']) {
    await page.goto(`${product.address}/funnel?list=${encodeURIComponent(list)}`);
    const alert = page.locator('aside [role="alert"]');
    await alert.waitFor(SOON);
    expect(await alert.innerText()).toContain('There is no such list');
    expect(await alert.getByRole('button').count()).toBe(0);
  }
  await page.context().close();
});

it('a page that is shown stays when another is to be opened and no server answers; when it does, that one opens', async () => {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
  await page.goto(`${product.address}/funnel`);
  await page.locator('[data-live="live"]').waitFor(SOON);
  await product.kill9();
  await page.locator('[data-live="offline"]').waitFor({ timeout: 40_000 });
  const heat = page.locator('nav a[href^="/heat"]').first();
  await heat.click();
  await page.getByRole('alert').getByText('The server does not answer').waitFor(SOON);
  expect(new URL(page.url()).pathname).toBe('/funnel');
  expect(await violationsOf(page)).toEqual([]);
  await product.start();
  await page.locator('[data-live="live"]').waitFor({ timeout: 40_000 });
  await page.getByText('The server does not answer').waitFor({ state: 'detached' });
  await heat.click();
  await page.waitForURL('**/heat*');
  await page.context().close();
});

it('pages that are open when the store goes away soon stop looking live, and are live again when it is back', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const [heat, wall] = await Promise.all([context.newPage(), context.newPage()]);
  await heat.goto(`${product.address}/heat`);
  await wall.goto(`${product.address}/wall/now`);
  await heat.locator('[data-live="live"]').waitFor(SOON);
  await wall.locator('[data-health="live"]').waitFor(SOON);
  await store.kill9();
  try {
    // The server is still heard every second; it only has nothing to show any more.
    await heat.locator('[data-live="stale"]').getByText('data of').waitFor(SOON);
    await wall.locator('[data-health="stale"]').getByText('data of').waitFor(SOON);
    // What was last known can still be read: the banner stands below it.
    const boxOf = (selector: string) => wall.locator(selector).last().boundingBox();
    await expect
      .poll(async () => {
        const [lines, banner] = [await boxOf('main section'), await boxOf('.banner')];
        return (banner?.y ?? 0) - ((lines?.y ?? 0) + (lines?.height ?? 0));
      }, SOON)
      .toBeGreaterThanOrEqual(0);
  } finally {
    await store.restart();
  }
  const back = { timeout: 40_000 };
  await expect.poll(() => heat.locator('[data-live]').first().getAttribute('data-live'), back).toBe('live');
  await expect.poll(() => wall.locator('[data-health]').first().getAttribute('data-health'), back).toBe('live');
  await context.close();
});

it('a page in a network that lets no WebSocket through is live all the same, and again after a loss', async () => {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
  await page.routeWebSocket(/socket\.io/, (socket) => void socket.close());
  await page.goto(`${product.address}/funnel?j=broadband`);
  const live = () => page.locator('[data-live]').first().getAttribute('data-live');
  await expect.poll(live, SOON).toBe('live');
  await product.kill9();
  await expect.poll(live, SOON).toBe('offline');
  await product.start();
  await expect.poll(live, { timeout: 40_000 }).toBe('live');
  await page.context().close();
});

it('a wall that cannot open its connection at all does not look up to date for longer than any other', async () => {
  const page = await browser.newPage();
  await page.routeWebSocket(/socket\.io/, (socket) => void socket.close());
  await page.route(/socket\.io/, (route) => route.abort());
  await page.goto(`${product.address}/wall/now`);
  const wall = page.locator('[data-health]').first();
  await expect.poll(() => wall.getAttribute('data-health'), SOON).toBe('stale');
  expect(await wall.innerText()).toContain('data of');
  await page.close();
});

it('a view that is refused again and again while the server beats does not look up to date, on a wall or a page, and says since when', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const [heat, wall] = await Promise.all([context.newPage(), context.newPage()]);
  for (const page of [heat, wall])
    await page.routeWebSocket(/socket\.io/, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((said) => {
        const answer = /^43\d+\[(?=\{"ok":true)/.exec(said.toString())?.[0];
        socket.send(answer === undefined ? said : `${answer}{"ok":false,"code":"internal","message":"This view could not be computed."}]`);
      });
    });
  const opened = Date.now();
  await heat.goto(`${product.address}/heat`);
  await wall.goto(`${product.address}/wall/now`);
  await heat.locator('[data-live="stale"]').getByText('data of').waitFor({ timeout: 20_000 });
  await wall.locator('[data-health="stale"]').getByText('data of').waitFor({ timeout: 20_000 });
  const [, said = ''] = /data of (\d\d:\d\d:\d\d)/.exec(await heat.locator('[data-live="stale"]').innerText()) ?? [];
  const since = new Date(opened);
  const [hours = 0, minutes = 0, seconds = 0] = said.split(':').map(Number);
  expect(Math.abs(since.setHours(hours, minutes, seconds) - opened)).toBeLessThan(5000);
  await context.close();
});

it('a wall that finds a newer build behind its connection loads itself anew, and one that finds the same does not', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const [same, older] = await Promise.all([context.newPage(), context.newPage()]);
  await older.route('**/_app/version.json', (route) => route.fulfill({ json: { version: 'a newer one' } }));
  for (const page of [same, older]) {
    await page.goto(`${product.address}/wall/now`);
    await page.locator('[data-health="live"]').waitFor(SOON);
    await page.evaluate(() => Reflect.set(globalThis, 'notReloaded', true));
  }
  await product.kill9();
  await product.start();
  const isSame = (page: typeof same) => page.evaluate(() => Reflect.get(globalThis, 'notReloaded') === true);
  await expect.poll(() => isSame(older).catch(() => true), { timeout: 40_000, interval: 200 }).toBe(false);
  await same.locator('[data-health="live"]').waitFor({ timeout: 20_000 });
  expect(await isSame(same)).toBe(true);
  await context.close();
});

it.each(['__proto__', 'constructor', 'toString'])(
  'an address that names %s, which every object has, names no square and no stage',
  async (name) => {
    // The heatmap stands as without it; the page of a stage says that there is none
    const statusOf = async (path: string) => (await fetch(product.address + path)).status;
    expect(await statusOf(`/heat?j=broadband&cell=${name}`)).toBe(200);
    expect(await statusOf(`/journey/${name}?j=broadband`)).toBe(404);
    expect(await statusOf('/journey/order?j=broadband')).toBe(200);
  },
);
