import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { parse } from 'yaml';
import type { TestApp } from '../support/app.ts';
import { startTestApp } from '../support/app.ts';
import { openBrowser, violationsOf } from '../support/browser.ts';
import { textFindings } from '../support/page-text.ts';
import { TEST_JOURNEY } from '../support/world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PEOPLE = 120;
const PATIENT = { timeout: 20_000, interval: 50 };

let app: TestApp;
let browser: Browser;

/** Everybody orders. Every third calls about it, and of these only every fourth goes on to get the parcel; of the others nearly all do. */
function history(now: number): object[] {
  return Array.from({ length: PEOPLE }, (_, i) => {
    const at = now - 20 * DAY + i * HOUR;
    const customer = { customerId: `P${i}` };
    const calls = i % 3 === 0;
    const steps: [string, number][] = [
      ['page.viewed', 0],
      ['order.placed', 1],
      ...(calls ? ([['contact.ended', 20]] as [string, number][]) : []),
      ...((calls ? i % 4 === 0 : i % 10 !== 1) ? ([['delivery.started', 30]] as [string, number][]) : []),
    ];
    return [
      ...steps.map(([type, hour]) => ({ id: `${type}${i}`, customer, segment: 'basic', type, occurredAt: at + hour * HOUR })),
      ...(calls
        ? [{ id: `s${i}`, customer, type: 'survey.answered', occurredAt: at + 21 * HOUR, score: { kind: 'csat', value: 1, scale: 5 } }]
        : []),
    ];
  }).flat();
}

let now: number;

beforeAll(async () => {
  now = Date.now();
  app = await startTestApp({ now, pages: true });
  browser = await openBrowser();
  await app.take(history(now));
});
afterAll(async () => {
  await browser.close();
  await app[Symbol.asyncDispose]();
});

async function open(path: string, language: string, theme = 'light'): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  await context.addCookies([
    { name: 'language', value: language, url: app.address },
    { name: 'theme', value: theme, url: app.address },
  ]);
  const page = await context.newPage();
  await page.goto(app.address + path);
  await page.locator('[data-pairs]').first().waitFor({ timeout: 20_000 });
  return page;
}

describe('what goes together', () => {
  it('finds that who calls gets the parcel more seldom, and behind its number a list of its length', async () => {
    const page = await open('/assoc?j=test&show=less', 'en');
    const row = page.locator('[data-pair="call ship"]');
    expect(await row.innerText()).toContain('more seldom');
    const both = row.locator('[data-both]');
    expect(await both.innerText()).toBe('10');
    await both.click();
    await expect.poll(() => page.locator('aside [data-count]').getAttribute('data-count'), PATIENT).toBe('10');
    await page.context().close();
  });

  it('leads to where bad visits come from, whether or not that had to be read first', async () => {
    const page = await open('/assoc?j=test&w=1d#upstream', 'en');
    const top = () => page.locator('#upstream').evaluate((section) => section.getBoundingClientRect().top / innerHeight);
    await expect.poll(top, PATIENT).toBeLessThan(0.9);
    await page.context().close();
  });

  it('keeps in the address what is looked at: the time, the order, what follows one touchpoint', async () => {
    const page = await open('/assoc?j=test', 'en');
    await page.getByRole('link', { name: 'Most cases' }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get('order'), PATIENT).toBe('n');
    await page.locator('select[data-after]').selectOption('call');
    await expect.poll(() => new URL(page.url()).searchParams.get('after'), PATIENT).toBe('call');
    const afters = await page.locator('[data-pair]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-pair')?.split(' ')[0]));
    expect(new Set(afters)).toEqual(new Set(['call']));
    await page.context().close();
  });

  it('asks again after ten minutes while it is open, and stays as it is meanwhile', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
    const page = await context.newPage();
    await page.clock.install();
    const asked: string[] = [];
    page.on('request', (request) => void (request.url().includes('__data.json') && asked.push(request.url())));
    await page.goto(`${app.address}/assoc?j=test`);
    const row = page.locator('[data-pair]').first();
    await row.waitFor(PATIENT);
    await page.clock.runFor(60_000);
    const before = asked.length;
    const handle = await row.elementHandle();
    await page.clock.runFor(10 * 60_000);
    await expect.poll(() => asked.length, PATIENT).toBeGreaterThan(before);
    expect(await handle?.evaluate((one) => one.isConnected)).toBe(true);
    await context.close();
  });

  it.each([
    ['en', 'is not kept any more', 'Close and show'],
    ['de', 'nicht mehr aufbewahrt', 'Schließen und'],
  ])('says of a list whose reading is gone how to go on (%s)', async (language, words, button) => {
    const page = await open('/assoc?j=test', language);
    const [from, until, to] = [now - 35 * DAY, now - 7 * DAY, now - 1];
    const list = `association?journey=test&version=1&window=7d&from=${from}&until=${until}&to=${to}&what=after&after=call`;
    await page.goto(`${app.address}/assoc?j=test&list=${encodeURIComponent(list)}`);
    const gone = page.locator('aside [data-gone]');
    await gone.waitFor(PATIENT);
    expect(await gone.innerText()).toContain(words);
    await gone.getByRole('button', { name: button }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get('list'), PATIENT).toBe(null);
    await page.locator('[data-pairs]').first().waitFor(PATIENT);
    await page.context().close();
  });

  it.each(['light', 'dark'])('is accessible, worded in the chosen language and fits, wide and narrow (%s)', async (theme) => {
    const data = [TEST_JOURNEY, ...JSON.stringify(parse(TEST_JOURNEY)).split('"')];
    const page = await open('/assoc?j=test', 'en-XA', theme);
    for (const folded of await page.locator('main details').all()) {
      await folded.evaluate((one) => one.setAttribute('open', ''));
      await folded.locator('table').waitFor();
    }
    const wide = await textFindings(page, data);
    expect(await violationsOf(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    const narrow = await textFindings(page, data);
    expect({ unsaid: wide.unsaid, cut: [...wide.cut, ...narrow.cut] }).toEqual({ unsaid: [], cut: [] });
    await page.context().close();
  });
});
