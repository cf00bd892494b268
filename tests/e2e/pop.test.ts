import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, violationsOf } from '../support/browser.ts';
import type { Product } from '../support/product.ts';
import { startProduct } from '../support/product.ts';

/** The caller's number without its plus sign: what must not be left anywhere. */
const DIGITS = '4915112345678';
const PERSON = /^\/c\/[\w-]+$/;
const SOON = { timeout: 30_000, interval: 50 };

let browser: Browser;
let product: Product;
beforeAll(async () => {
  [browser, product] = await Promise.all([
    openBrowser(),
    startProduct({ env: { PARTITIONS: '3', PHONE_REGION: 'DE', LOG_LEVEL: 'error' } }),
  ]);
  await product.send([
    { customer: { customerId: 'ada', phone: `+${DIGITS}`, email: 'ada+shop@example.com' }, type: 'page.viewed' },
    { customer: { customerId: 'ada', orderId: '4711' }, type: 'order.placed' },
    { customer: { customerId: 'bob', ticketId: '4711' }, type: 'ticket.opened' },
    { customer: { customerId: '201' }, type: 'page.viewed' },
  ]);
  await product.settled();
});
afterAll(async () => {
  await browser.close();
  await product[Symbol.asyncDispose]();
});

/** A page, and every address and Referer that it sends from then on. */
async function watched(): Promise<{ readonly page: Page; readonly sent: string[] }> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
  const sent: string[] = [];
  page.on('request', (request) => sent.push(request.url(), request.headers()['referer'] ?? ''));
  return { page, sent };
}
const path = (page: Page): string => new URL(page.url()).pathname;
const answered = (query: string): Promise<Response> => fetch(`${product.address}/pop?${query}`, { redirect: 'manual' });
const personOf = async (query: string): Promise<string | undefined> => (await answered(query)).headers.get('location')?.split('?')[0];

describe('a screen pop', () => {
  it('is redirected at once to an address that says nothing about the caller, is never cached and tells no Referer', async () => {
    const answer = await answered(`phone=+${DIGITS}`);
    expect([answer.status, answer.headers.get('cache-control'), answer.headers.get('referrer-policy')]).toEqual([
      303,
      'no-store',
      'no-referrer',
    ]);
    const location = answer.headers.get('location') ?? '';
    expect(location).toMatch(/^\/c\/[\w-]+\?by=phone&call=1$/);
    expect(location).not.toContain(DIGITS);
  });

  it('finds one person by each field, in the notations in use, and by nothing that is of another kind', async () => {
    const ada = await personOf(`phone=+${DIGITS}`);
    for (const query of [
      'ani=0151 12345678',
      'phone=sip:%2B4915112345678@pbx',
      'email=ada+shop@example.com',
      'order=4711',
      'customer=ada',
      'q=ada',
    ])
      expect([query, await personOf(query)]).toEqual([query, ada]);
    expect(await personOf('phone=%2B4930999999&order=4711')).toBe(ada);
    const bob = await personOf('ticket=4711');
    expect(bob).toMatch(PERSON);
    expect(bob).not.toBe(ada);
    for (const query of ['phone=201', 'order=201', 'phone=anonymous'])
      expect([query, (await answered(query)).status]).toEqual([query, 200]);
  });

  it('behind a # sends the number in no address and leaves it in no history', async () => {
    const { page, sent } = await watched();
    await page.goto(`${product.address}/c`);
    await page.goto(`${product.address}/pop#phone=+${DIGITS}`);
    await expect.poll(() => path(page), SOON).toMatch(PERSON);
    // Chromium tells the watcher the address of the navigation with its fragment; the wire never sees that.
    expect(sent.filter((one) => one.split('#')[0]?.includes(DIGITS))).toEqual([]);
    expect(page.url()).not.toContain(DIGITS);
    await page.goBack();
    expect([path(page), new URL(page.url()).hash]).toEqual(['/c', '']);
    await page.context().close();
  });

  it('says for nobody what was searched, wipes the address, takes the next call in the same tab, and every search still works', async () => {
    const { page, sent } = await watched();
    await page.goto(`${product.address}/pop?phone=030 99 99 99`);
    await page.getByRole('heading', { name: 'Nobody found' }).waitFor();
    expect(await page.locator('.searched').innerText()).toBe('Phone +4930999999');
    await expect.poll(() => page.url(), SOON).toBe(`${product.address}/pop`);
    expect(await violationsOf(page)).toEqual([]);
    const first = sent.length;
    await page.evaluate(() => void (location.hash = '#phone=anonymous'));
    await page.getByText('number is withheld').waitFor();
    await expect.poll(() => page.url(), SOON).toBe(`${product.address}/pop`);
    // By links of the app the document stays the one that was told to send no Referer.
    await page.getByRole('link', { name: 'Promises' }).first().click();
    await expect.poll(() => path(page), SOON).toBe('/promises');
    await page.keyboard.press('Control+k');
    await page.keyboard.type(`+${DIGITS}`);
    await page.keyboard.press('Enter');
    await expect.poll(() => path(page), SOON).toMatch(PERSON);
    expect(sent.slice(first).filter((one) => /99(%20|\+)99|30999999/.test(one) || one.includes(DIGITS))).toEqual([]);
    await page.context().close();
  });

  it('keeps the field where it is while unknown callers come and go below it', async () => {
    const { page } = await watched();
    let answer: () => void = () => undefined;
    const late = new Promise<void>((resolve) => (answer = resolve));
    await page.route(/customers\.callers/, async (route) => {
      await late;
      await route.continue();
    });
    await page.goto(`${product.address}/pop?phone=030 99 99 99`);
    await page.getByRole('heading', { name: 'Nobody found' }).waitFor();
    const top = () => page.locator('main #find').evaluate((field) => field.getBoundingClientRect().top);
    const before = await top();
    answer();
    await page.getByRole('region', { name: 'Recent unknown callers' }).waitFor();
    expect(await top()).toBe(before);
    await page.context().close();
  });

  it('lists several people, and a number key opens one', async () => {
    const { page } = await watched();
    await page.goto(`${product.address}/pop?q=4711`);
    await page.getByRole('heading', { name: '2 people' }).waitFor();
    await expect.poll(() => page.url(), SOON).toBe(`${product.address}/pop`);
    const second = await page.locator('.hits a').nth(1).getAttribute('href');
    expect(await violationsOf(page)).toEqual([]);
    if (process.env['POP_SHOT'] !== undefined) await page.screenshot({ path: process.env['POP_SHOT'] });
    await page.keyboard.press('2');
    await expect.poll(() => path(page), SOON).toBe(second?.split('?')[0]);
    await page.context().close();
  });
});

describe('Ctrl+K', () => {
  it('goes to the search from a field and out of the help', async () => {
    const { page } = await watched();
    await page.goto(`${product.address}/promises`);
    const inSearch = (): Promise<boolean> => page.evaluate(() => document.activeElement?.hasAttribute('data-find') ?? false);
    await page.getByRole('button', { name: 'Keys' }).click();
    await page.getByText('Find a customer, also out of a field').waitFor();
    expect(await inSearch()).toBe(false);
    await page.keyboard.press('Control+k');
    await expect.poll(inSearch, SOON).toBe(true);
    expect(await page.locator('dialog[open]').count()).toBe(1);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('dialog[open]').count(), SOON).toBe(0);
    await page.context().close();
  });
});
