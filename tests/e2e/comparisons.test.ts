import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { openBrowser, violationsOf } from '../support/browser.ts';
import { passages } from '../support/passages.ts';
import { TEST_JOURNEY } from '../support/world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.now();
const PATIENT = { timeout: 30_000, interval: 50 };
const V2 = TEST_JOURNEY.replace('journey: test', 'journey: test\nversion: 2').replace('window: 2d', 'window: 3d');

let app: TestApp;
let browser: Browser;
let page: Page;
let running: NodeJS.Timeout;
/** how far the product's clock is ahead, ms */
let ahead = 0;
beforeAll(async () => {
  [app, browser] = await Promise.all([startTestApp({ now: START, pages: true }), openBrowser()]);
  page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
  running = setInterval(() => (app.now = Date.now() + ahead), 50);
  const span = { from: START - 12 * DAY, until: START - 3 * DAY };
  await app.take([
    ...passages({ name: 'gold', segment: 'gold', entered: 300, converted: 180, ...span }),
    ...passages({ name: 'basic', segment: 'basic', entered: 300, converted: 120, ...span }),
    ...passages({ name: 'plain', segment: 'plain', entered: 60, converted: 33, ...span }),
  ]);
});
afterAll(async () => {
  clearInterval(running);
  await browser.close();
  await app[Symbol.asyncDispose]();
});

async function open(query: string): Promise<void> {
  await page.goto(`${app.address}/funnel?j=test&${query}`);
  await page.locator('[data-live="live"]').waitFor({ timeout: 20_000 });
}
const group = (name: string) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name }) });
const answerOf = (name: string) => group(name).locator('[data-compared]').getAttribute('data-compared');
const versions = () => page.locator('[data-versions]').getAttribute('data-versions');

describe('a funnel by segment', () => {
  it('says in words where conversion differs from all others and where that is not shown yet, and opens who is behind it', async () => {
    await open('by=segment');
    expect(await answerOf('Gold')).toBe('more');
    await group('Gold')
      .getByText(/\+17.5 points:/)
      .waitFor();
    await group('Gold').getByText('more convert than of all others together').waitFor();
    expect(await answerOf('Basic')).toBe('less');
    expect(await answerOf('Plain')).toBe('open');
    await group('Plain').getByText('No difference shown yet').waitFor();
    await group('Plain')
      .getByText(/in about \d+ days; nobody can promise it/)
      .waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await group('Gold').locator('[data-metric="others-entered"]').click();
    await page.locator('aside [data-count="360"]').waitFor({ timeout: 30_000 });
    await page.getByRole('heading', { name: 'Entered the journey · all but gold · time to convert over' }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('changes its answer by itself when there is enough to show one', async () => {
    const span = { from: START - 11 * DAY, until: START - 4 * DAY };
    await app.take(passages({ name: 'late', segment: 'plain', entered: 240, converted: 216, ...span }));
    await expect.poll(() => answerOf('Plain'), PATIENT).toBe('more');
    await expect.poll(() => page.locator('[data-metric="entered"]').first().innerText(), PATIENT).toBe('900');
  });

  it('offers to keep a start that would move, for whoever wants to follow a comparison', async () => {
    await page.getByRole('link', { name: 'Keep this start' }).click();
    await page.waitForURL(/from=/);
    await expect.poll(() => page.getByRole('link', { name: 'Keep this start' }).count(), PATIENT).toBe(0);
    expect(await answerOf('Gold')).not.toBeNull();
  });
});

describe('a new version', () => {
  it('is not judged by its young cases, and then compared with the one before while the page is looked at', async () => {
    const headers = { 'content-type': 'application/json', 'x-actor-name': 'Ada' };
    const published = await fetch(`${app.address}/api/trpc/journeys.publish`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ text: V2 }),
    });
    expect(published.status).toBe(200);
    await expect.poll(async () => (await app.funnel({ journey: 'test' })).version, PATIENT).toBe(2);
    await open('r=30d');
    expect(await versions()).toBe('few');
    await page.getByText('Nothing to compare yet').waitFor();
    await page.getByText('Version 2 gives a case 3 d to convert, version 1 2 d').waitFor();
    ahead = 8 * DAY;
    await app.take(passages({ name: 'new', entered: 60, converted: 33, from: START + HOUR, until: START + 4 * DAY }));
    await expect.poll(versions, PATIENT).toBe('open');
    await app.take(passages({ name: 'worse', entered: 400, converted: 100, from: START + HOUR, until: START + 4 * DAY }));
    await expect.poll(versions, PATIENT).toBe('less');
    await page.getByText('fewer cases convert under version 2 than did under version 1').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.locator('[data-metric="newer-converted"]').click();
    await page.locator('aside [data-count="133"]').waitFor({ timeout: 30_000 });
    await page.context().close();
  });
});
