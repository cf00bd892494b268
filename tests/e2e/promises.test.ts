import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FindAnswer } from '#lib/contract/index.ts';
import { openBrowser, shiftOf, violationsOf } from '../support/browser.ts';
import type { Product } from '../support/product.ts';
import { startProduct } from '../support/product.ts';
import { TEST_JOURNEY } from '../support/world.ts';

const MINUTE = 60_000;
/** "Within a second or two", on a machine that other tests share. */
const SOON = { timeout: 4000, interval: 50 };
const PATIENT = { timeout: 30_000, interval: 100 };

let browser: Browser;
let journeys: string;
beforeAll(async () => {
  browser = await openBrowser();
  journeys = await mkdtemp(join(tmpdir(), 'throughline-journeys-'));
  await writeFile(join(journeys, 'test.yaml'), TEST_JOURNEY);
});
afterAll(async () => {
  await browser.close();
  await rm(journeys, { recursive: true, force: true });
});

const start = (): Promise<Product> => startProduct({ env: { JOURNEYS: journeys, PARTITIONS: '3', LOG_LEVEL: 'error' } });

/** Opens a page and waits until it is live. */
async function open(product: Product, path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
  const page = await context.newPage();
  await page.goto(product.address + path);
  return page;
}

const live = async (page: Page): Promise<void> => void (await page.locator('[data-live="live"]').waitFor({ timeout: 20_000 }));
const number = async (page: Page, selector: string): Promise<number> =>
  Number((await page.locator(selector).first().innerText()).replaceAll(/\D/g, ''));

/** So many people at different depths of the journey, the newest just now. */
function people(count: number, name = 'P'): object[] {
  const steps = ['page.viewed', 'order.placed', 'delivery.started', 'delivery.arrived'];
  const now = Date.now();
  return Array.from({ length: count }, (_, i) =>
    steps.slice(0, 1 + (i % 4)).map((type, k) => ({
      id: `${name}${i}-${k}`,
      customer: { customerId: `${name}${i}` },
      type,
      occurredAt: now - (30 - 5 * k) * MINUTE - i,
      segment: i % 2 === 0 ? 'gold' : 'basic',
    })),
  ).flat();
}

describe('an open page', () => {
  let product: Product;
  beforeAll(async () => {
    product = await start();
    await product.send(people(24));
    await product.settled();
  });
  afterAll(() => product[Symbol.asyncDispose]());

  it('shows an event that is posted in the number of the funnel, without a reload', async () => {
    const page = await open(product, '/funnel');
    await live(page);
    const before = await number(page, '[data-metric="entered"]');
    expect(before).toBeGreaterThanOrEqual(24);
    await product.send([{ customer: { customerId: `new-${Date.now()}` }, type: 'page.viewed' }]);
    await expect.poll(() => number(page, '[data-metric="entered"]'), SOON).toBe(before + 1);
    await page.context().close();
  });

  it('shows an event that is posted in the square of the heatmap, without a reload', async () => {
    const page = await open(product, '/heat?w=1h');
    await live(page);
    const square = page.locator('[data-cell="order|store"]');
    const before = await square.innerText();
    const now = Date.now();
    await product.send(
      Array.from({ length: 6 }, (_, i) => ({
        customer: { customerId: `shop-${now}-${i}` },
        type: 'order.placed',
        channel: 'store',
        caseId: `shop-${now}-${i}`,
        occurredAt: now - i,
      })),
    );
    await expect.poll(() => square.innerText(), SOON).not.toBe(before);
    await expect.poll(() => square.innerText(), SOON).toMatch(/n 6/);
    await square.click();
    const [saved] = await Promise.all([page.waitForEvent('download'), page.locator('[data-export="visits"]').click()]);
    const lines = (await readFile(await saved.path(), 'utf8')).trim().split('\r\n');
    expect(lines[0]).toMatch(/customer,case,at,stage/);
    const cases = lines.slice(1).map((line) => line.split(',')[1]);
    expect(cases.toSorted()).toEqual([0, 1, 2, 3, 4, 5].map((i) => `test:shop-${now}-${i}`));
    await page.context().close();
  });

  it('opens, behind every number of the funnel, a list of that length', async () => {
    const page = await open(product, '/funnel?by=segment');
    await live(page);
    const links = await page
      .locator('a[data-metric]')
      .evaluateAll((all) =>
        all.map((a) => ({ href: a.getAttribute('href') ?? '', name: a.getAttribute('data-metric') ?? '', shown: a.textContent ?? '' })),
      );
    expect(links.length).toBeGreaterThan(25);
    const wrong: string[] = [];
    for (const { href, name, shown } of links) {
      await page.goto(new URL(href, product.address).href);
      const list = page.locator('[data-count]:not([data-count=""])');
      await list.waitFor({ timeout: 15_000 });
      const [count, rows] = [await list.getAttribute('data-count'), await list.locator('ol > li').count()];
      const expected = shown.replaceAll(/\D/g, '');
      if (count !== expected || rows !== Math.min(50, Number(expected)))
        wrong.push(`${name} ${href}: shows ${expected}, list says ${count}, has ${rows} rows`);
    }
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  it('of a customer shows a new event without moving what is being read', async () => {
    const now = Date.now();
    await product.send(
      Array.from({ length: 60 }, (_, i) => ({
        customer: { customerId: 'reader' },
        type: 'page.viewed',
        attributes: { n: i },
        occurredAt: now - (61 - i) * 10 * MINUTE,
      })),
    );
    await product.settled();
    const { hits } = await product.trpc<FindAnswer>('customers.find', { q: 'reader' });
    const page = await open(product, `/c/${hits[0]?.customer ?? ''}`);
    await live(page);
    const row = page.locator('li[data-event]').nth(20);
    await row.scrollIntoViewIfNeeded();
    const id = await row.getAttribute('data-event');
    const top = (): Promise<number> =>
      page.locator(`li[data-event="${id}"]`).evaluate((element) => Math.round(element.getBoundingClientRect().top));
    await expect.poll(async () => Math.abs((await top()) - (await top())), SOON).toBe(0);
    const before = await top();
    await product.send([{ customer: { customerId: 'reader' }, type: 'error.shown', occurredAt: Date.now() }]);
    const news = page.getByRole('button', { name: /1 new event/ });
    await news.waitFor({ timeout: 8000 });
    expect(await top()).toBe(before);
    await news.click();
    await expect.poll(() => page.locator('li[data-event]').first().innerText(), SOON).toMatch(/Call|error/i);
    await page.context().close();
  });
});

describe('the wall', () => {
  it.each([
    { width: 1280, height: 720 },
    { width: 390, height: 844 },
  ])('stands still as it becomes live at $width, however long the name of the journey', async (viewport) => {
    const folder = await mkdtemp(join(tmpdir(), 'throughline-journeys-'));
    await writeFile(join(folder, 'test.yaml'), TEST_JOURNEY.replace('Getting it', 'Getting all that was promised to us in the end'));
    await using product = await startProduct({ env: { JOURNEYS: folder, PARTITIONS: '2', LOG_LEVEL: 'error' } });
    await product.send(people(12));
    await product.settled();
    const page = await open(product, '/wall/now', { viewport });
    await expect.poll(() => page.locator('[data-health]').getAttribute('data-health'), PATIENT).toBe('live');
    expect(await shiftOf(page)).toBeLessThan(0.005);
    await page.context().close();
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps every line of the hardest places where it is while their order changes', async () => {
    await using product = await start();
    const visits = (wave: string, visit: object, troubles: readonly string[]): object[] =>
      Array.from({ length: 12 }, (_, i) => {
        const common = { customer: { customerId: `${wave}${i}` }, occurredAt: Date.now() - 5 * MINUTE };
        const hard = troubles.map((type) => ({
          ...common,
          ...visit,
          id: `${wave}${i}${type}`,
          type,
          occurredAt: common.occurredAt + 1000,
        }));
        const came = { ...common, id: `${wave}${i}came`, type: 'page.viewed', occurredAt: common.occurredAt - 1000 };
        return [came, { ...common, id: `${wave}${i}`, ...visit }, ...hard];
      }).flat();
    await product.send(visits('look', { type: 'page.viewed', channel: 'web' }, ['error.shown']));
    await product.settled();
    const page = await open(product, '/wall/now', { viewport: { width: 1920, height: 1080 } });
    await expect.poll(() => page.locator('[data-health]').getAttribute('data-health'), PATIENT).toBe('live');
    const lines = page.locator('section ol li');
    await expect.poll(() => lines.first().innerText(), PATIENT).toContain('web');
    const before = await shiftOf(page);
    await product.send(visits('buy', { type: 'order.placed', channel: 'store' }, ['error.shown', 'selfservice.failed', 'click.rage']));
    await expect.poll(() => lines.first().innerText(), PATIENT).toContain('store');
    expect(await lines.count()).toBe(2);
    expect((await shiftOf(page)) - before).toBeLessThan(0.005);
    await page.context().close();
  });

  it('says reconnecting, then stale, while the server is cut, and is live again after it is back', async () => {
    await using product = await start();
    await product.send(people(12));
    await product.settled();
    const page = await open(product, '/wall/now', { viewport: { width: 1920, height: 1080 } });
    const health = (): Promise<string | null> => page.locator('[data-health]').getAttribute('data-health');
    await expect.poll(health, PATIENT).toBe('live');
    const seen = new Set<string>();
    await product.kill9();
    await expect
      .poll(
        async () => {
          seen.add((await health()) ?? '');
          return seen.has('stale');
        },
        { timeout: 60_000, interval: 50 },
      )
      .toBe(true);
    expect([...seen]).toContain('reconnecting');
    expect(
      await page
        .getByText(/^STALE/)
        .first()
        .isVisible(),
    ).toBe(true);
    expect(await page.locator('[data-tile]').count()).toBe(6);
    await product.start();
    await expect.poll(health, { timeout: 40_000, interval: 100 }).toBe('live');
    await product.send(people(4, 'Q'));
    await expect.poll(async () => (await page.locator('[data-tile="open"]').innerText()).includes('16'), PATIENT).toBe(true);
    await page.context().close();
  });
});

describe('the first minute', () => {
  it('shows a line that sends the first event when it is pasted into a shell', async () => {
    await using product = await startProduct({ env: { WRITE_KEY: '' } });
    const page = await open(product, '/');
    const line = await page.locator('pre').innerText();
    expect(line).toMatch(/^curl /);
    expect(await violationsOf(page)).toEqual([]);
    const { stdout } = await promisify(execFile)('bash', ['-c', line]);
    expect(JSON.parse(stdout)).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    await expect.poll(() => page.getByRole('status').filter({ hasText: 'arrived' }).innerText(), PATIENT).toMatch(/1 event arrived/);
    await page.goto(product.address + '/');
    expect(new URL(page.url()).pathname).toBe('/funnel');
    await page.context().close();
  });
});
