import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FindAnswer } from '#lib/contract/index.ts';
import { openBrowser, violationsOf } from '../support/browser.ts';
import { startProduct, type Product } from '../support/product.ts';
import { TEST_JOURNEY } from '../support/world.ts';

const DAY = 86_400_000;
const YEAR = 365 * DAY;
const LETTERS = 32_000;
const now = Date.now();
const letter = `Dear all, ${'it still does not work, and nobody calls back. '.repeat(LETTERS)}`.slice(0, LETTERS - 10) + ' armadillo';
let browser: Browser;
let folder: string;
let product: Product;
let customer: string;

beforeAll(async () => {
  browser = await openBrowser();
  folder = await mkdtemp(join(tmpdir(), 'throughline-long-'));
  await writeFile(join(folder, 'test.yaml'), TEST_JOURNEY);
  product = await startProduct({ env: { JOURNEYS: folder, PARTITIONS: '1', LOG_LEVEL: 'error' } });
  const of = (id: string, occurredAt: number, rest: object) => ({ id, customer: { customerId: 'L' }, occurredAt, ...rest });
  await product.send([
    of('old-1', now - 25 * YEAR, { type: 'order.placed', channel: 'store' }),
    of('old-2', now - 25 * YEAR + DAY, { type: 'page.viewed', channel: 'web' }),
    ...Array.from({ length: 40 }, (_, i) => of(`new-${i}`, now - (40 - i) * DAY, { type: 'page.viewed', channel: 'app' })),
    of('letter', now - DAY / 2, { type: 'message.in', channel: 'email', text: letter }),
  ]);
  await product.settled();
  customer = (await product.trpc<FindAnswer>('customers.find', { q: 'L' })).hits[0]?.customer ?? '';
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(query = ''): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
  await page.goto(`${product.address}/c/${customer}${query}`);
  await page.locator('[data-live="live"]').waitFor({ timeout: 20_000 });
  return page;
}

describe('events of long ago', () => {
  it('are named below the strip, which begins behind them, and one press lists exactly so many', async () => {
    const page = await open();
    const earlier = page.locator('[data-earlier]');
    expect(await earlier.innerText()).toContain('2 earlier events');
    expect(await violationsOf(page)).toEqual([]);
    await earlier.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/between=/);
    await page.locator('[data-event]').nth(2).waitFor({ state: 'detached' });
    expect(await page.locator('[data-event]').count()).toBe(2);
    await page.context().close();
  });
});

describe('a text of 32,000 letters', () => {
  it('is begun in the story, and unfolded and folded again by the keyboard', async () => {
    const page = await open();
    const text = page.locator('[data-text]');
    const height = async (): Promise<number> => (await text.boundingBox())?.height ?? 0;
    expect(await text.getAttribute('data-text')).toBe('begun');
    expect(await height()).toBeLessThan(300);
    const button = page.locator('[data-unfold]');
    expect(await button.innerText()).toContain('32,000');
    await button.focus();
    await page.keyboard.press('Enter');
    expect(await button.getAttribute('aria-expanded')).toBe('true');
    expect(await height()).toBeGreaterThan(2000);
    await page.keyboard.press('Enter');
    expect(await height()).toBeLessThan(300);
    // Whoever folds it where it ends still has it in sight.
    expect((await text.boundingBox())?.y).toBeGreaterThanOrEqual(0);
    await page.context().close();
  });
  it('is whole where the words that are searched for stand in what was folded away', async () => {
    const page = await open('?q=armadillo');
    expect(await page.locator('[data-text="whole"] mark').innerText()).toBe('armadillo');
    await page.context().close();
    const begun = await open('?q=Dear');
    expect(await begun.locator('[data-text="begun"] mark').innerText()).toBe('Dear');
    await begun.context().close();
  });
});
