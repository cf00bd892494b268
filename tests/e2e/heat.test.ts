import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, shiftOf, violationsOf } from '../support/browser.ts';
import type { Product } from '../support/product.ts';
import { startProduct } from '../support/product.ts';
import { TEST_JOURNEY } from '../support/world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const PATIENT = { timeout: 30_000, interval: 100 };
let browser: Browser;
let journeys: string;
let product: Product;

/** Three quiet weeks, so that a Saturday knows other weekends, then a quarter of an hour in which the page for looking around fails most who come. */
function history(now: number): object[] {
  const events: object[] = [];
  for (let at = now - 21 * DAY; at < now - 30 * MINUTE; at += HOUR) {
    const customer = { customerId: `quiet-${at}` };
    events.push({ id: `q${at}`, customer, type: 'page.viewed', occurredAt: at, segment: 'basic' });
    if (events.length % 7 === 0) events.push({ id: `e${at}`, customer, type: 'error.shown', channel: 'web', occurredAt: at + 1 });
  }
  for (let i = 0; i < 160; i++) {
    const at = now - 15 * MINUTE + i * 5000;
    const customer = { customerId: `hit-${i}` };
    events.push({ id: `v${i}`, customer, type: 'page.viewed', occurredAt: at, segment: i % 5 === 0 ? 'basic' : 'gold' });
    for (const type of ['error.shown', 'selfservice.failed'])
      events.push({ id: `${type}${i}`, customer, type, channel: 'web', occurredAt: at + 1000 });
  }
  for (const [i, kept] of [false, false, true].entries()) {
    const customer = { customerId: `promised-${i}` };
    const promise = { id: `call-${i}`, kind: 'call', due: now - 40 * MINUTE, wording: 'We call you back' };
    events.push({ id: `pv${i}`, customer, type: 'page.viewed', occurredAt: now - 3 * HOUR });
    events.push({ id: `pm${i}`, customer, type: 'promise.made', occurredAt: now - 3 * HOUR + 1, promise });
    if (kept) events.push({ id: `pk${i}`, customer, type: 'promise.kept', occurredAt: now - 2 * HOUR, promise });
  }
  return events;
}

beforeAll(async () => {
  browser = await openBrowser();
  journeys = await mkdtemp(join(tmpdir(), 'throughline-journeys-'));
  await writeFile(join(journeys, 'test.yaml'), TEST_JOURNEY);
  product = await startProduct({ env: { JOURNEYS: journeys, PARTITIONS: '3', LOG_LEVEL: 'error' } });
  await product.send(history(Date.now()));
  await product.settled();
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  await browser.close();
  await rm(journeys, { recursive: true, force: true });
});

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
  const page = await context.newPage();
  await page.goto(product.address + path);
  return page;
}
const live = (page: Page): Promise<void> => page.locator('[data-live="live"]').waitFor({ timeout: 20_000 });
const picture = async (page: Page, name: string): Promise<void> => {
  const folder = process.env['HEAT_PICTURES'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
};

describe('somebody who leads customer experience', () => {
  it('learns in four clicks where it hurts, since when, why, for whom, who answers for it, and meets a customer', async () => {
    const page = await open('/heat?j=test&w=1h');
    await live(page);
    const spot = page.locator('[data-hotspot="look|web"]');
    await spot.waitFor(PATIENT);
    await picture(page, 'click-0');
    // Already on the page: where, since when, how far off its usual.
    expect(await spot.innerText()).toMatch(/since (?:[A-Z][a-z]{2},? )?\d\d:\d\d/);
    expect(await spot.innerText()).toMatch(/× the usual/);

    await spot.getByRole('link').click();
    const drawer = page.locator('aside');
    await drawer.locator('[data-parts]').waitFor();
    expect(await drawer.locator('[data-parts]').innerText()).toMatch(
      /Self-service failed[\s\S]*Error shown|Error shown[\s\S]*Self-service failed/,
    );
    const figures = await drawer.locator('[data-parts] td.number').allInnerTexts();
    const tenths = figures.map((text) => Math.round(10 * Number(text.replace('−', '-'))));
    expect(tenths.slice(0, -1).reduce((sum, part) => sum + part, 0)).toBe(tenths.at(-1));
    await drawer.locator('[data-count]:not([data-count=""])').waitFor();
    await picture(page, 'click-1-why');

    await page.getByRole('group', { name: 'Columns' }).getByRole('link', { name: 'Segment' }).click({ force: true });
    const gold = page.locator('[data-cell="look|gold"]');
    await gold.waitFor();
    await expect.poll(() => gold.innerText(), PATIENT).toMatch(/n 1[12]\d/);
    expect(await page.locator('[data-cell="look|basic"]').innerText()).toMatch(/n [23]\d/);
    await picture(page, 'click-2-for-whom');

    await page.getByRole('group', { name: 'Columns' }).getByRole('link', { name: 'Owner' }).click();
    await expect.poll(() => page.locator('[data-cell="look|Marketing"]').innerText(), PATIENT).toMatch(/n \d\d/);
    await picture(page, 'click-3-who');

    await page.locator('[data-cell="look|Marketing"]').click();
    await drawer.locator('a[href^="/c/"]').first().waitFor();
    await picture(page, 'click-4-customers');
    const count = Number(await drawer.locator('[data-count]').getAttribute('data-count'));
    expect((await page.locator('[data-cell="look|Marketing"]').innerText()).includes(`n ${count}`)).toBe(true);
    await page.context().close();
  });

  it('opens the promises that a square of their layer counts', async () => {
    const page = await open('/heat?j=test&w=24h&layer=promise');
    await live(page);
    await page.locator('[data-cell="look|all"]').click();
    const square = await page.locator('[data-cell="look|all"]').innerText();
    expect(square).toMatch(/2 of 3/);
    for (const [what, count] of [
      ['broken', 2],
      ['kept', 1],
    ] as const) {
      const part = page.locator(`aside [data-promises="${what}"]`);
      await part.waitFor({ timeout: 5000 });
      if ((await part.getAttribute('open')) === null) await part.locator('summary').click();
      await part.locator(`[data-count="${count}"]`).waitFor({ timeout: 5000 });
    }
    await page.context().close();
  });

  it('opens behind a number of the strip its visits and its promises, in the place of a square', async () => {
    const page = await open('/heat?j=test&span=24h');
    await page.locator('[data-strip="24h"] summary').click();
    for (const [what, noun] of [
      ['visits', 'visit'],
      ['broken', 'promise'],
    ]) {
      const number = page.locator(`td [data-strip-count="${what}"]`).filter({ hasNotText: /^0$/ }).last();
      const shown = (await number.innerText()).trim();
      await number.click();
      const head = page.locator('[data-count] .count strong');
      await expect.poll(() => head.innerText(), PATIENT).toMatch(new RegExp(`^${shown} ${noun}s?$`));
    }
    await page.locator('[data-cell="look|web"]').click();
    await expect.poll(() => new URL(page.url()).searchParams.has('list'), PATIENT).toBe(false);
    await page.context().close();
  });

  it('sees nothing move when the hotspots, the strip and the first changes come', async () => {
    const page = await open('/heat?j=test&w=1h');
    await live(page);
    await page.locator('[data-hotspot="look|web"]').waitFor(PATIENT);
    await page.locator('[data-brush]').waitFor();
    expect(await shiftOf(page)).toBeLessThan(0.005);
    await page.context().close();
  });

  it('is shown a page that comes slowly when all of it is there: nothing is painted half and moved by the rest', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
    const page = await context.newPage();
    const wire = await context.newCDPSession(page);
    await wire.send('Network.enable');
    await wire.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: 20_000,
      uploadThroughput: 20_000,
    });
    await page.goto(`${product.address}/heat?j=test&w=1h`, { waitUntil: 'domcontentloaded', timeout: 60_000 });
    expect(await shiftOf(page)).toBe(0);
    await context.close();
  });

  it('opens one square after the other with the mouse, the sums at the right too: the drawer covers none', async () => {
    const page = await open('/heat?j=test&w=1h');
    await live(page);
    const title = page.locator('#drawer-title');
    const titles: string[] = [];
    for (const key of ['look|all', 'look|web', 'order|all', 'look|all']) {
      // Without force: the click fails where something lies above.
      await page.locator(`[data-cell="${key}"]`).click({ timeout: 5000 });
      await page.waitForURL((url) => url.searchParams.get('cell') === key);
      titles.push(await title.innerText());
    }
    expect(new Set(titles).size).toBe(3);
    await page.context().close();
  });

  it('is not offered a change against last week where the layer knows none', async () => {
    const page = await open('/heat?j=test&w=1h&layer=clue&show=change');
    await live(page);
    expect(await page.getByRole('group', { name: 'Show' }).count()).toBe(0);
    expect(await page.getByRole('grid').getAttribute('aria-label')).not.toMatch(/last week/i);
    await page.getByRole('group', { name: 'Layer' }).getByRole('link', { name: 'Friction' }).click();
    await page.getByRole('group', { name: 'Show' }).waitFor();
    expect(await page.getByRole('grid').getAttribute('aria-label')).toMatch(/last week/i);
    await page.context().close();
  });

  it('brushes a stretch of the past, sees that it is paused, steps, and is live again with one key', async () => {
    const page = await open('/heat?j=test&w=1h&span=6h');
    await live(page);
    const strip = page.locator('[data-brush]');
    await strip.waitFor();
    const brush = async (): Promise<string> => {
      await strip.scrollIntoViewIfNeeded();
      const box = await strip.boundingBox();
      if (box === null) throw new Error('there is no strip');
      await page.mouse.move(box.x + box.width * 0.5, box.y + 20);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.8, box.y + 24, { steps: 4 });
      await page.mouse.up();
      await page.waitForURL(/from=.*to=|to=.*from=/, { timeout: 2000 }).catch(() => undefined);
      return page.url();
    };
    await expect.poll(brush, PATIENT).toMatch(/from=.*to=|to=.*from=/);
    await expect.poll(() => page.locator('[data-replay]').getAttribute('data-replay'), PATIENT).toBe('paused');
    expect(await page.locator('[data-replay]').innerText()).toMatch(/PAUSED/);
    await picture(page, 'brushed');
    const before = new URL(page.url()).searchParams.get('to');
    await page.keyboard.press(',');
    await expect.poll(() => new URL(page.url()).searchParams.get('to'), PATIENT).not.toBe(before);
    await page.locator('[data-play]').click();
    await expect.poll(() => page.locator('[data-replay]').getAttribute('data-replay'), PATIENT).toBe('playing');
    await page.keyboard.press('l');
    await expect.poll(() => new URL(page.url()).searchParams.get('to'), PATIENT).toBeNull();
    await live(page);
    await page.context().close();
  });

  it('keeps the focus on the button that steps back, so that it can be pressed again and again', async () => {
    const page = await open('/heat?j=test&w=1h');
    await live(page);
    const back = page.locator('[data-replay] button').first();
    await back.focus();
    const instant = (): string | null => new URL(page.url()).searchParams.get('to');
    let before = instant();
    for (let press = 0; press < 3; press++) {
      await page.keyboard.press('Enter');
      await expect.poll(instant, PATIENT).not.toBe(before);
      before = instant();
      await expect.poll(() => back.evaluate((button) => button === document.activeElement), PATIENT).toBe(true);
    }
    await page.context().close();
  });

  it('takes the grid and the trend along as pictures', async () => {
    const page = await open('/heat?j=test&w=1h&cell=look%7Cweb');
    await page.locator('[data-export="trend"]').waitFor({ timeout: 20_000 });
    for (const what of ['grid', 'trend']) {
      const [saved] = await Promise.all([page.waitForEvent('download'), page.locator(`[data-export="${what}"]`).click({ force: true })]);
      expect(saved.suggestedFilename()).toMatch(/\.png$/);
      const bytes = await readFile(await saved.path());
      expect(bytes.subarray(1, 4).toString()).toBe('PNG');
      expect(bytes.readUInt32BE(16)).toBeGreaterThan(300);
      if (process.env['HEAT_PICTURES'] !== undefined) await writeFile(join(process.env['HEAT_PICTURES'], `saved-${what}.png`), bytes);
    }
    await page.context().close();
  });

  it('finds the moments that matter, and behind a number its cases', async () => {
    const page = await open('/moments?j=test&outcome=felt');
    await page.locator('[data-card="Marketing"]').waitFor();
    const visits = page.locator('[data-card="Marketing"] a').first();
    const shown = (await visits.innerText()).replaceAll(/\D/g, '');
    await visits.click();
    await expect.poll(() => page.locator('aside [data-count]').getAttribute('data-count'), PATIENT).toBe(shown);
    await picture(page, 'moments');
    await page.context().close();
  });
});

describe.each(['light', 'dark'] as const)('accessibility (%s)', (colorScheme) => {
  it('axe-core sees no violation in any layer, in the past, and on the moments', async () => {
    const to = new Date(Date.now() - 5 * MINUTE).toISOString();
    const paths = [
      '/heat?j=test&w=1h&layer=emotion',
      '/heat?j=test&w=1h&layer=clue&by=clue',
      '/heat?j=test&w=1h&layer=promise&by=owner',
      `/heat?j=test&w=4h&to=${to}&span=7d`,
      '/moments?j=test',
      '/moments?j=test&outcome=felt&side=strengths',
    ];
    const found: Record<string, unknown> = {};
    const page = await open('/heat?j=test', { colorScheme });
    for (const path of paths) {
      await page.goto(product.address + path);
      await page.locator('h1').first().waitFor({ timeout: 15_000 });
      await page.waitForLoadState('networkidle').catch(() => undefined);
      await page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
      const violations = await violationsOf(page);
      if (violations.length > 0) found[path] = violations;
    }
    expect(found).toEqual({});
    await page.context().close();
  });
});
