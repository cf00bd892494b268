import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectFile } from '#server/platform/files.ts';
import { openBrowser } from '../support/browser.ts';
import { BROWSER_KEY, startDoors, TEST_KEY } from '../support/doors.ts';

const LIBRARY = 'node_modules/@segment/analytics-next/dist/umd/';
const SOON = { timeout: 30_000, interval: 50 };

/** A shop's web server: a page, and Segment's own library. */
function startShop(): Promise<{ readonly origin: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path.endsWith('.js')) {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(projectFile(LIBRARY + path.slice(1))));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Pricing</title><script src="/index.js"></script>');
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }));
  });
}

/** What a shop's page does: loads the library and sends every call. Nothing but the key and our address is configured. */
async function visit(page: Page, key: string, address: string, batching: boolean): Promise<void> {
  await page.evaluate(
    async ({ key: writeKey, cdnURL, strategy }) => {
      interface Library {
        load(settings: object, options: object): Promise<[Record<string, (...words: readonly unknown[]) => Promise<unknown>>, unknown]>;
      }
      const { AnalyticsBrowser } = Reflect.get(globalThis, 'AnalyticsNext') as { AnalyticsBrowser: Library };
      const integrations = strategy
        ? { 'Segment.io': { deliveryStrategy: { strategy: 'batching', config: { size: 6, timeout: 200 } } } }
        : {};
      const [analytics] = await AnalyticsBrowser.load({ writeKey, cdnURL }, { integrations });
      await analytics['page']?.('Pricing');
      await analytics['track']?.('order.placed', { order_id: 'o-1', channel: 'web' });
      await analytics['identify']?.('u-1', { email: 'Ada@Example.com' });
      await analytics['screen']?.('Home');
      await analytics['group']?.('g-1');
      await analytics['alias']?.('u-1', '5f0c1d4e-8f1c-4f1e-9a55-0d6a3d1c2b10');
    },
    { key, cdnURL: address, strategy: batching },
  );
}

describe('Segment’s browser library', () => {
  let browser: Browser;
  let shop: Awaited<ReturnType<typeof startShop>>;
  beforeAll(async () => {
    [browser, shop] = await Promise.all([openBrowser(), startShop()]);
  });
  afterAll(async () => {
    await browser.close();
    shop.server.close();
    shop.server.closeAllConnections();
  });

  test.each([false, true])('finds its settings and delivers every call from a page of a listed site (batching: %s)', async (batching) => {
    await using doors = await startDoors({ browserOrigins: [shop.origin], clock: () => Date.now() });
    const page = await browser.newPage();
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(shop.origin) && !request.url().startsWith(doors.url)) elsewhere.push(request.url());
    });
    await page.goto(shop.origin);
    await visit(page, BROWSER_KEY, doors.url, batching);
    await expect.poll(() => doors.log.events.length, SOON).toBe(6);
    expect(doors.log.refused).toEqual([]);
    const of = (type: string) => doors.log.events.filter((event) => event.type === type);
    expect(of('page.viewed').map(({ touchpoint, channel }) => [touchpoint, channel])).toEqual(
      expect.arrayContaining([
        ['Pricing', 'web'],
        ['Home', 'app'],
      ]),
    );
    expect(of('order.placed')[0]).toMatchObject({ channel: 'web', source: 'site' });
    expect(of('identify')).toHaveLength(2);
    const known = of('identify')[0]?.who.map(([kind, value]) => `${kind}=${value}`) ?? [];
    expect(known).toEqual(expect.arrayContaining(['customerId=u-1', 'email=ada@example.com']));
    // One device: what was done before the page knew whose it is comes under the same anonymous id.
    const device = known.find((identifier) => identifier.startsWith('anonymousId='));
    expect(of('order.placed')[0]?.who.map(([kind, value]) => `${kind}=${value}`)).toContain(device);
    expect(elsewhere).toEqual([]);
    await page.close();
  });

  test('gets nothing through from a page of any other site, nor with another key', async () => {
    await using doors = await startDoors({ browserOrigins: ['https://shop.example'] });
    const page = await browser.newPage();
    await page.goto(shop.origin);
    const statusOf = (key: string, path: string, type: string): Promise<string> =>
      page.evaluate(
        async ({ url, body, contentType }) => {
          try {
            return String((await fetch(url, { method: 'POST', body, headers: { 'content-type': contentType } })).status);
          } catch {
            return 'blocked';
          }
        },
        { url: doors.url + path, contentType: type, body: JSON.stringify({ writeKey: key, userId: 'u', event: 'X' }) },
      );
    expect(await statusOf(BROWSER_KEY, '/v1/t', 'text/plain')).toBe('blocked');
    expect(await statusOf(BROWSER_KEY, '/v1/t', 'application/json')).toBe('blocked');
    await using open = await startDoors({ browserOrigins: [shop.origin] });
    const openStatus = async (key: string, path: string): Promise<number> => {
      const headers = {
        origin: shop.origin,
        authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
        'content-type': 'text/plain',
      };
      return (await fetch(open.url + path, { method: 'POST', headers, body: JSON.stringify({ userId: 'u', event: 'X' }) })).status;
    };
    expect(await openStatus(BROWSER_KEY, '/v1/t')).toBe(200);
    expect(await openStatus(TEST_KEY, '/v1/t')).toBe(403);
    expect(await openStatus(BROWSER_KEY, '/v1/events')).toBe(403);
    expect([doors.log.events.length, open.log.events.length]).toEqual([0, 1]);
    await page.close();
  });
});

describe('a browser key', () => {
  const send = async (url: string, path: string, body: object, scheme: 'Bearer' | 'Basic'): Promise<number> => {
    const key = scheme === 'Bearer' ? BROWSER_KEY : Buffer.from(`${BROWSER_KEY}:`).toString('base64');
    return (await fetch(url + path, { method: 'POST', body: JSON.stringify(body), headers: { authorization: `${scheme} ${key}` } })).status;
  };

  test('only sends: it neither reads, nor takes back, nor uses the doors of back ends', async () => {
    await using doors = await startDoors();
    expect(await send(doors.url, '/v1/events', [{ customer: { customerId: 'c' } }], 'Bearer')).toBe(403);
    expect(await send(doors.url, '/v1/factors', { id: '1', kind: 'storm', from: 0 }, 'Bearer')).toBe(403);
    expect(await send(doors.url, '/v1/cloudevents', {}, 'Bearer')).toBe(403);
    expect(await send(doors.url, '/v1/track', { userId: 'u', event: 'event.retracted', properties: { eventId: '1' } }, 'Basic')).toBe(200);
    expect(doors.log.events).toEqual([]);
    expect(doors.log.refused).toMatchObject([
      { field: 'type', message: expect.stringContaining('A browser key may not send event.retracted') },
    ]);
    expect((await fetch(`${doors.url}/v1/track`, { headers: { authorization: `Bearer ${BROWSER_KEY}` } })).status).toBe(405);
    expect((await fetch(`${doors.url}/v1/projects/${TEST_KEY}/settings`)).status).toBe(404);
  });
});
