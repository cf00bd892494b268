import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FindAnswer } from '#lib/contract/index.ts';
import { openBrowser, violationsOf } from '../support/browser.ts';
import type { Product } from '../support/product.ts';
import { startProduct } from '../support/product.ts';
import { TEST_JOURNEY } from '../support/world.ts';

const HOUR = 3_600_000;
/** "Within a second", on a machine that other tests share. */
const SOON = { timeout: 30_000, interval: 50 };

let browser: Browser;
let journeys: string;
let product: Product;
beforeAll(async () => {
  browser = await openBrowser();
  journeys = await mkdtemp(join(tmpdir(), 'throughline-journeys-'));
  await writeFile(join(journeys, 'test.yaml'), TEST_JOURNEY);
  product = await startProduct({ env: { JOURNEYS: journeys, PARTITIONS: '3', LOG_LEVEL: 'error' } });
  const now = Date.now();
  await product.send([
    { id: '1', customer: { anonymousId: 'dev-1' }, type: 'page.viewed', occurredAt: now - 6 * HOUR },
    {
      id: '2',
      customer: { customerId: 'C-1', anonymousId: 'dev-1', email: 'ada@example.com', accountId: 'ACME-17' },
      type: 'order.placed',
      occurredAt: now - 5 * HOUR,
    },
    { id: '3', customer: { phone: '+49 170 1234567' }, type: 'contact.queued', channel: 'phone', occurredAt: now - 4 * HOUR },
  ]);
  await product.settled();
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  await browser.close();
  await rm(journeys, { recursive: true, force: true });
});

const personOf = async (q: string): Promise<string> => (await product.trpc<FindAnswer>('customers.find', { q })).hits[0]?.customer ?? '';

describe('the identity panel', () => {
  it('merges two people by keyboard alone, shows why, follows with an open page of the other, and takes it back', async () => {
    const [ada, caller] = [await personOf('C-1'), await personOf('+491701234567')];
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, reducedMotion: 'reduce' });
    const other = await context.newPage();
    await other.goto(`${product.address}/c/${caller}`);
    await other.locator('[data-live="live"]').waitFor({ timeout: 20_000 });
    const page = await context.newPage();
    await page.goto(`${product.address}/c/${ada}`);
    await page.locator('[data-live="live"]').waitFor({ timeout: 20_000 });

    await page.locator('[data-identity]').focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-rule="strongest"]').waitFor();
    expect(await page.locator('[data-rule="together"]').count()).toBe(2);
    expect(await violationsOf(page)).toEqual([]);

    await page.locator('[data-merge-find]').focus();
    await page.keyboard.type('0170 1234567');
    await page.keyboard.press('Enter');
    await page.locator('[data-preview]').waitFor();
    expect(await page.locator('[data-preview]').innerText()).toContain('One event moves over; then there is one person with 3 events');
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.type('same voice, same order');
    await page.keyboard.press('Enter');
    await page.locator('[data-rule="merged"]').waitFor();
    expect(await page.locator('[data-rule="merged"]').innerText()).toContain('same voice, same order');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Merged: this is one person now.');
    await expect.poll(() => new URL(other.url()).pathname, SOON).toBe(`/c/${ada}`);

    await page.locator('[data-rule="merged"] button').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('it was her brother');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('[data-rule="merged"]').count(), SOON).toBe(0);
    expect(await page.locator('[data-decisions]').innerText()).toContain('it was her brother');
    await expect.poll(() => personOf('+491701234567'), SOON).toBe(caller);
    await page.keyboard.press('Escape');
    await expect.poll(() => new URL(page.url()).search, SOON).toBe('');
    await context.close();
  });

  it('leaves a note that was begun about somebody who is merged away meanwhile, keeps it for the merged person, and follows then', async () => {
    const HALF = 'She waits since Monday';
    await product.send([
      { id: 'h1', customer: { customerId: 'H-1' }, type: 'order.placed', occurredAt: Date.now() - HOUR },
      { id: 'h2', customer: { customerId: 'H-2' }, type: 'order.placed', occurredAt: Date.now() - HOUR },
    ]);
    await product.settled();
    const [one, two] = [await personOf('H-1'), await personOf('H-2')];
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, reducedMotion: 'reduce' });
    for (const person of [one, two]) {
      const page = await context.newPage();
      await page.goto(`${product.address}/c/${person}`);
      await page.locator('[data-live="live"]').waitFor({ timeout: 20_000 });
      await page.keyboard.press('n');
      await page.locator('textarea').waitFor();
      await page.keyboard.type(HALF);
    }
    const panel = await context.newPage();
    await panel.goto(`${product.address}/c/${two}?show=identity`);
    await panel.locator('[data-merge-find]').fill('H-1');
    await panel.keyboard.press('Enter');
    await panel.locator('[data-preview]').waitFor();
    await panel.keyboard.type('the same flat');
    await panel.keyboard.press('Enter');
    await panel.locator('[data-rule="merged"]').waitFor();
    const open = context.pages().filter((page) => page !== panel);
    const moved = open.find((page) => !panel.url().includes(new URL(page.url()).pathname));
    if (moved === undefined) throw new Error('nobody was merged away');
    await moved.locator('[data-moved]:visible').waitFor();
    for (const page of open) expect(await page.locator('textarea').inputValue()).toBe(HALF);
    await moved.locator('textarea').press('Control+Enter');
    await expect.poll(() => new URL(moved.url()).pathname, SOON).toBe(new URL(panel.url()).pathname);
    await expect.poll(() => moved.locator('[data-event]', { hasText: HALF }).count(), SOON).toBe(1);
    await context.close();
  });

  it('takes one identifier out and puts it back', async () => {
    const ada = await personOf('C-1');
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.goto(`${product.address}/c/${ada}?show=identity`);
    const device = page.locator('[data-rule="together"]', { hasText: 'dev-1' });
    await device.getByRole('button', { name: 'Take out' }).click();
    await page.locator('[data-my-name]').fill('Grace Hopper');
    await page.locator('[data-reason]').fill('the library’s computer');
    await page.keyboard.press('Enter');
    // Its events are a person of their own now: that is where the page goes.
    await expect.poll(() => new URL(page.url()).pathname, SOON).not.toBe(`/c/${ada}`);
    await page.locator('[data-decisions]').waitFor();
    expect(await page.locator('[data-decisions]').innerText()).toContain('the library’s computer');
    expect(await page.locator('[data-decisions]').innerText()).toContain('Grace Hopper');
    await page.goto(`${product.address}/c/${ada}?show=identity`);
    await page.locator('[data-rule="split"]').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.locator('[data-rule="split"]').getByRole('button', { name: 'Put back' }).click();
    expect(await page.locator('[data-my-name]').inputValue()).toBe('Grace Hopper');
    await page.locator('[data-reason]').fill('it is hers after all');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('[data-rule="together"]').count(), SOON).toBe(2);
    await context.close();
  });
});

describe('the page of an account', () => {
  it('opens from a member, shows people, promises and both sides, and follows live', async () => {
    await product.send([
      {
        id: 'p1',
        customer: { customerId: 'C-2', accountId: 'ACME-17' },
        type: 'promise.made',
        channel: 'phone',
        promise: { kind: 'call_back', due: Date.now() + 2 * HOUR, wording: 'We call you back today' },
      },
    ]);
    await product.settled();
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, reducedMotion: 'reduce', colorScheme: 'dark' });
    const page = await context.newPage();
    await page.goto(`${product.address}/c/${await personOf('C-1')}`);
    await page.locator('[data-account]').click();
    await page.waitForURL(/\/a\/[0-9a-f]{20}$/);
    expect(await page.locator('h1').innerText()).toBe('Account ACME-17');
    expect(await page.locator('main').innerText()).toContain('We call you back today');
    expect(await violationsOf(page)).toEqual([]);
    await page.locator('[data-live="live"]').waitFor({ timeout: 20_000 });
    await product.send([{ customer: { customerId: 'C-2' }, type: 'message.in', text: 'Thank you for calling' }]);
    await expect.poll(() => page.locator('main').innerText(), SOON).toContain('Thank you for calling');
    await context.close();
  });
});
