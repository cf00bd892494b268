import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { startProduct, type Product } from '../support/product.ts';
import { TEST_JOURNEY } from '../support/world.ts';

let browser: Browser;
let folder: string;
let product: Product;
beforeAll(async () => {
  browser = await openBrowser();
  folder = await mkdtemp(join(tmpdir(), 'throughline-half-made-'));
  await writeFile(join(folder, 'test.yaml'), TEST_JOURNEY);
  product = await startProduct({ env: { JOURNEYS: folder, PARTITIONS: '1', LOG_LEVEL: 'error' } });
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(path: string): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
  await page.goto(`${product.address}${path}`);
  await page.locator('[data-live="live"]').waitFor({ timeout: 20_000 });
  return page;
}

/** Presses a link of the rail. @returns what was asked before it was followed; null: nothing */
async function leave(page: Page, answer: 'accept' | 'dismiss'): Promise<string | null> {
  const isThere = (frame: Frame): boolean => frame.url().includes('/heat');
  // Whichever comes first tells: the question may reach this process after the press is reported as done.
  const asked = new Promise<string | null>((resolve) => {
    page.once('dialog', (dialog) => {
      resolve(dialog.message());
      void dialog[answer]();
    });
    page.on('framenavigated', (frame) => {
      if (isThere(frame)) resolve(null);
    });
  });
  await page.locator('nav a[href^="/heat"]').first().click();
  const question = await asked;
  if (answer === 'accept') await page.waitForURL('**/heat*');
  page.removeAllListeners('dialog');
  page.removeAllListeners('framenavigated');
  return question;
}

describe('what is half made', () => {
  it('is asked about before a new funnel is left, not when it is saved', async () => {
    const untouched = await open('/funnel/new');
    expect(await leave(untouched, 'dismiss')).toBeNull();
    await untouched.context().close();

    const page = await open('/funnel/new');
    await page.getByLabel('Name', { exact: true }).fill('Orders after looking');
    expect(await leave(page, 'dismiss')).toContain('not saved yet');
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Orders after looking');

    // What is wrong gets the focus, and can be seen below the bar that stays at the top.
    await page.getByRole('button', { name: 'Save and count' }).click();
    const wrong = await page.getByLabel('Name of step 1').boundingBox();
    const bar = await page.locator('header').first().boundingBox();
    expect(wrong?.y).toBeGreaterThanOrEqual((bar?.y ?? 0) + (bar?.height ?? 0));

    for (const [step, touchpoint] of [
      [1, 'web.look'],
      [2, 'order'],
    ] as const) {
      await page.getByLabel(`Step ${step}: touchpoint 1`).selectOption(touchpoint);
      await page.getByLabel(`Name of step ${step}`).fill(touchpoint === 'order' ? 'Orders' : 'Looks');
    }
    let asked = 0;
    page.on('dialog', (dialog) => {
      asked++;
      void dialog.accept();
    });
    await page.getByRole('button', { name: 'Save and count' }).click();
    await page.waitForURL('**/funnel/saved/orders-after-looking');
    expect(asked).toBe(0);
    await page.context().close();
  });

  it('is asked about before a changed funnel or a changed journey is left, and before the tab is closed', async () => {
    const funnel = await open('/funnel/saved/orders-after-looking/edit');
    await funnel.getByLabel('Name of step 2').fill('Bought');
    expect(await leave(funnel, 'dismiss')).toContain('not saved yet');
    expect(await leave(funnel, 'accept')).toContain('not saved yet');
    await funnel.context().close();

    const page = await open('/journey-editor?j=test');
    await page.locator('[data-field="owner"]').fill('Somebody else');
    await page.locator('[data-field="owner"]').blur();
    expect(await leave(page, 'dismiss')).toContain('not published yet');
    expect(await page.locator('[data-field="owner"]').inputValue()).toBe('Somebody else');
    const closing = page.waitForEvent('dialog', { timeout: 5000 });
    const closed = page.close({ runBeforeUnload: true });
    const dialog = await closing;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.accept();
    await closed;
  });
});

describe('an instant', () => {
  const PAST = '/heat?j=test&to=2026-11-20T13:32:07Z';

  it('is painted by the server in the zone of the browser that asks, on its very first page too', async () => {
    const context = await browser.newContext({ timezoneId: 'Asia/Tokyo' });
    const page = await context.newPage();
    // Without its scripts the page stays as the server has written it.
    await page.route('**/_app/immutable/**/*.js', (route) => route.abort());
    await page.goto(`${product.address}${PAST}`);
    await page.getByText('22:32:07').first().waitFor({ timeout: 20_000 });
    expect(await page.getByText('13:32:07').count()).toBe(0);
    expect((await context.cookies()).find(({ name }) => name === 'zone')?.value).toBe('Asia/Tokyo');
    await context.close();
  });

  it('is not seen in another zone where the browser keeps no cookies', async () => {
    const context = await browser.newContext({ timezoneId: 'Asia/Tokyo' });
    const page = await context.newPage();
    await page.addInitScript(() => {
      Object.defineProperty(document, 'cookie', { get: () => '', set: () => undefined });
      Reflect.set(globalThis, 'seen', []);
      new MutationObserver(() => {
        const { body } = document;
        if (body !== null && getComputedStyle(body).visibility === 'visible')
          (Reflect.get(globalThis, 'seen') as string[]).push(body.innerText);
      }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    });
    await page.goto(`${product.address}${PAST}`);
    await page.getByText('22:32:07').first().waitFor({ timeout: 20_000 });
    const seen = await page.evaluate<readonly string[]>('seen');
    expect(seen.filter((text) => text.includes('13:32:07'))).toEqual([]);
    await context.close();
  });
});

describe('the list of keys', () => {
  it('opens at its beginning, with the focus there', async () => {
    const page = await open('/heat?j=test');
    await page.setViewportSize({ width: 1280, height: 500 });
    await page.keyboard.press('?');
    const dialog = page.locator('dialog[open]');
    await dialog.waitFor();
    expect(await dialog.evaluate((node) => node.scrollTop)).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('keys-title');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.context().close();
  });
});
