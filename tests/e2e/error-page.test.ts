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

it('a page that is not there does not look again', async () => {
  const page = await browser.newPage();
  const answer = await page.goto(`${product.address}/nowhere`);
  expect(answer?.status()).toBe(404);
  await page.getByRole('link', { name: 'Try again' }).waitFor();
  expect(await page.getByText('This page tries again by itself.').count()).toBe(0);
});
