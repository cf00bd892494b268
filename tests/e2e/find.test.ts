import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, violationsOf } from '../support/browser.ts';
import type { Product } from '../support/product.ts';
import { startProduct } from '../support/product.ts';

const SOON = { timeout: 30_000, interval: 50 };
const NUMBER = '+4915112345678';
const SHOTS = process.env['FIND_SHOTS'];

let browser: Browser;
let product: Product;
beforeAll(async () => {
  [browser, product] = await Promise.all([
    openBrowser(),
    startProduct({ env: { PARTITIONS: '3', PHONE_REGION: 'DE', LOG_LEVEL: 'error' } }),
  ]);
  const now = Date.now();
  const named = (customerId: string, name: string, rest: object = {}): object => ({
    customer: { customerId, ...rest },
    type: 'identify',
    attributes: { name },
    segment: 'vip',
  });
  await product.send([
    named('C-1', 'Anna Müller', { phone: NUMBER, email: 'anna.mueller@example.com' }),
    named('C-2', 'Anna-Lena Berg', { email: 'berg@example.com' }),
    named('C-3', 'Søren Mueller', { orderId: '4711' }),
    { customer: { phone: '+4940777888' }, type: 'contact.queued', channel: 'phone', occurredAt: now - 240_000 },
    { customer: { anonymousId: 'tab-1' }, type: 'message.in', channel: 'chat', text: 'Hello?', occurredAt: now - 60_000 },
  ]);
  await product.settled();
});
afterAll(async () => {
  await browser.close();
  await product[Symbol.asyncDispose]();
});

const open = async (context?: BrowserContext): Promise<Page> => {
  const page = await (context ?? (await browser.newContext({ viewport: { width: 1280, height: 720 } }))).newPage();
  await page.goto(`${product.address}/promises`, { waitUntil: 'networkidle' });
  return page;
};
const path = (page: Page): string => new URL(page.url()).pathname;
const paste = (page: Page, text: string): Promise<void> =>
  page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
  }, text);
const personOf = async (q: string): Promise<string> =>
  (await product.trpc<{ hits: { customer: string }[] }>('customers.find', { q })).hits[0]?.customer ?? '';
async function shoot(page: Page, name: string): Promise<void> {
  if (SHOTS === undefined) return;
  for (const [theme, width, height] of [
    ['light', 1280, 720],
    ['dark', 1280, 720],
    ['light', 390, 844],
    ['dark', 390, 844],
  ] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: `${SHOTS}/${name}-${theme}-${width}.png` });
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 720 });
}

describe('the search over any page', () => {
  it('lists several people as one types, says by what they were found, and a number key opens one', async () => {
    const page = await open();
    await page.keyboard.press('/');
    await page.getByRole('heading', { name: 'Recent unknown callers' }).waitFor();
    await page.keyboard.type('mueller');
    await page.getByRole('heading', { name: '2 people' }).waitFor();
    expect(await page.locator('.hits li').allInnerTexts()).toEqual([
      expect.stringMatching(/Anna Müller/) as string,
      expect.stringMatching(/Søren Mueller/) as string,
    ]);
    expect(await violationsOf(page)).toEqual([]);
    await shoot(page, 'several');
    await page.keyboard.press('Enter');
    const first = await page.locator('.hits a').first().getAttribute('href');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe(first);
    await page.keyboard.press('1');
    await expect.poll(() => path(page), SOON).toBe(first?.split('?')[0]);
    expect(await page.locator('dialog[open]').count()).toBe(0);
    await page.context().close();
  });

  it('opens one match of what is pasted without any key, and nothing personal stands in any address', async () => {
    const page = await open();
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.url()));
    await paste(page, '0151 / 1234 56 78');
    await expect.poll(() => path(page), SOON).toBe(`/c/${await personOf(NUMBER)}`);
    expect(sent.filter((url) => /1234|5678/.test(url.replace(/\/c\/\w+/, '')))).toEqual([]);
    await page.context().close();
  });

  it('lets one walk through several pasted matches by arrows, and Escape leaves everything as it was', async () => {
    const page = await open();
    await paste(page, 'anna');
    await page.getByRole('heading', { name: '2 people' }).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.closest('.hits') !== null), SOON).toBe(true);
    await page.keyboard.press('ArrowDown');
    const second = await page.locator('.hits a').nth(1).getAttribute('href');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe(second);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('dialog[open]').count(), SOON).toBe(0);
    expect(path(page)).toBe('/promises');
    await page.context().close();
  });

  it('closes at the first Escape whatever was typed, keeps long nonsense within its frame, and offers nobody else to a second Enter', async () => {
    const page = await open();
    await page.keyboard.press('Control+k');
    await page.keyboard.insertText('x'.repeat(300));
    await page.getByRole('heading', { name: 'Nobody found' }).waitFor();
    await page.getByRole('region', { name: 'Recent unknown callers' }).locator('li').first().waitFor();
    const wider = await page.locator('.searched').evaluate((list) => list.scrollWidth - list.clientWidth);
    expect(wider).toBe(0);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('dialog[open]').count(), SOON).toBe(0);
    expect(path(page)).toBe('/promises');
    await page.context().close();
  });

  it.each([
    ['Escape', (page: Page) => page.keyboard.press('Escape')],
    ['its button', (page: Page) => page.locator('dialog[open]').getByRole('button', { name: 'Close' }).press('Enter')],
  ])('gives the focus back to where it was when it is closed by %s', async (_, close) => {
    const page = await open();
    await page.locator('header a.find').press('Enter');
    await page.locator('dialog[open] input').waitFor();
    await close(page);
    await expect.poll(() => page.locator('dialog[open]').count(), SOON).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.matches('header a.find'))).toBe(true);
    await page.context().close();
  });

  it('says for nobody what was searched and offers unknown callers, who come and go by themselves', async () => {
    const page = await open();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('zorro');
    await page.getByRole('heading', { name: 'Nobody found' }).waitFor();
    expect(await page.locator('.searched').innerText()).toMatch(/Name beginning with zorro/);
    const callers = page.getByRole('region', { name: 'Recent unknown callers' }).locator('li');
    await expect.poll(() => callers.allInnerTexts(), SOON).toHaveLength(2);
    expect((await callers.allInnerTexts()).join(' ')).toMatch(/Chat.*browser without a number.*Phone.*number ending in 7888/s);
    expect(await violationsOf(page)).toEqual([]);
    await shoot(page, 'nobody');
    await product.send([{ customer: { phone: '+4940555111' }, type: 'contact.queued', channel: 'phone' }]);
    await expect.poll(() => callers.first().innerText(), SOON).toMatch(/5111/);
    await callers.first().locator('a').click();
    await expect.poll(() => path(page), SOON).toMatch(/^\/c\/[0-9a-f]{20}$/);
    await page.context().close();
  });

  it('speaks German', async () => {
    const page = await open();
    await page.goto(`${product.address}/c?lang=de`);
    await page.getByRole('heading', { name: 'Kunden finden' }).waitFor();
    await page.getByRole('searchbox').fill('zorro');
    await page.keyboard.press('Enter');
    await page.getByText('Name beginnt mit').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await shoot(page, 'page-de');
    await page.context().close();
  });
});

describe('a call, where the console is open already', () => {
  it('is answered by the tab used last; the tab opened for it says so', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
    const [idle, working] = [await open(context), await open(context)];
    await working.mouse.click(640, 500);
    const popped = await context.newPage();
    await popped.goto(`${product.address}/pop?phone=${encodeURIComponent(NUMBER)}`);
    await expect.poll(() => path(working), SOON).toBe(`/c/${await personOf(NUMBER)}`);
    expect(path(idle)).toBe('/promises');
    if (!popped.isClosed()) {
      await popped.getByRole('heading', { name: 'This call is open in another tab' }).waitFor();
      expect(await violationsOf(popped)).toEqual([]);
      await shoot(popped, 'handed');
    }
    await context.close();
  });

  it('does not take away what somebody has begun to write: a small bar offers it', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
    const working = await open(context);
    await working.goto(`${product.address}/c/${await personOf('C-2')}`, { waitUntil: 'networkidle' });
    await working.getByRole('button', { name: /^Note/ }).click();
    const note = working.locator('main textarea').first();
    await note.click();
    await working.keyboard.type('She says');
    const popped = await context.newPage();
    await popped.goto(`${product.address}/pop#phone=${NUMBER}`);
    await working.getByText('Call from Anna Müller').waitFor();
    expect(path(working)).toBe(`/c/${await personOf('C-2')}`);
    expect(await working.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');
    expect(await violationsOf(working)).toEqual([]);
    await shoot(working, 'bar');
    await working.keyboard.press('Enter');
    expect(await note.inputValue()).toBe('She says\n');
    const beside = context.waitForEvent('page');
    await working.getByRole('button', { name: 'Open beside' }).click();
    await expect.poll(async () => path(await beside), SOON).toBe(`/c/${await personOf(NUMBER)}`);
    expect(await note.inputValue()).toBe('She says\n');
    await context.close();
  });

  it('stays in the tab opened for it where no other tab answers', async () => {
    const context = await browser.newContext();
    const popped = await context.newPage();
    await popped.goto(`${product.address}/pop?phone=${encodeURIComponent(NUMBER)}`);
    await popped.getByRole('heading', { name: 'Anna Müller' }).first().waitFor();
    await expect.poll(() => popped.url(), SOON).toBe(`${product.address}/c/${await personOf(NUMBER)}?by=phone`);
    await context.close();
  });
});
