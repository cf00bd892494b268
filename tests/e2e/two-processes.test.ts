import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FindAnswer } from '#lib/contract/index.ts';
import { openBrowser } from '../support/browser.ts';
import type { Product } from '../support/product.ts';
import { startProduct } from '../support/product.ts';
import { startTestRedis } from '../support/redis.ts';
import type { TestRedis } from '../support/redis.ts';

const MINUTE = 60_000;
const SOON = { timeout: 30_000, interval: 50 };

let store: TestRedis;
let products: readonly Product[];
let browser: Browser;
let ada: Page;
let ben: Page;

/** Somebody who is served by one of the processes, as a balancer would have it. */
async function somebody(product: Product | undefined, name: string): Promise<Page> {
  if (product === undefined) throw new Error('no process');
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, baseURL: product.address });
  await context.addCookies([{ name: 'x-actor-name', value: name, url: product.address }]);
  return context.newPage();
}

beforeAll(async () => {
  store = await startTestRedis({ fsync: 'no' });
  const env = { REDIS_URL: store.url, PARTITIONS: '2', LOG_LEVEL: 'error' };
  const first = await startProduct({ env });
  products = [first, await startProduct({ env: { ...env, ROLE: 'web' } })];
  browser = await openBrowser();
  ada = await somebody(products[0], 'Ada');
  ben = await somebody(products[1], 'Ben');
  const now = Date.now();
  await products[1]?.send([
    { customer: { customerId: 'C-17' }, type: 'identify', attributes: { name: 'Karla Kunde' }, occurredAt: now - 20 * MINUTE },
    { customer: { customerId: 'C-17' }, touchpoint: 'order_placed', type: 'order.placed', channel: 'web', occurredAt: now - 15 * MINUTE },
    { customer: { customerId: 'C-17' }, type: 'contact.ended', channel: 'phone', topic: 'complaint', occurredAt: now - 10 * MINUTE },
  ]);
});
afterAll(async () => {
  await browser.close();
  for (const product of products) await product[Symbol.asyncDispose]();
  await store.stop();
});

describe('two processes on one store', () => {
  it('show those who look at the same customer to one another, and each what the other writes', async () => {
    const found = () => products[0]?.trpc<FindAnswer>('customers.find', { q: 'C-17' });
    await expect.poll(async () => (await found())?.hits.length, SOON).toBe(1);
    const path = `/c/${(await found())?.hits[0]?.customer ?? ''}`;
    await Promise.all([ada.goto(path), ben.goto(path)]);
    await ada.getByText('Ben has this customer open too').waitFor();
    await ben.getByText('Ada has this customer open too').waitFor();
    await ada.keyboard.press('n');
    await ada.getByRole('textbox', { name: 'Note' }).fill('Prefers to be called at work');
    await ada.getByRole('button', { name: 'Keep', exact: true }).click();
    await ben.getByText('Prefers to be called at work').first().waitFor();
  });

  it('give what waits to one person, whichever process they ask, and no longer show who has left', async () => {
    await ada.goto('/queue');
    await ben.getByText('Ada has this customer open too').waitFor({ state: 'detached' });
    await ben.goto('/queue');
    const row = (page: Page) => page.locator('li[data-item][data-reason="complaint"]');
    await row(ada).getByRole('button', { name: 'Claim' }).click();
    await row(ada).getByText('yours').waitFor();
    await row(ben).getByText('Ada has it').waitFor();
    await row(ben).getByRole('button', { name: 'Claim' }).click();
    await row(ben).getByText('Ada has claimed this.').waitFor();
    expect(await row(ben).locator('[data-by]').getAttribute('data-by')).toBe('Ada');
  });
});
