import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FindAnswer, SilenceView } from '#lib/contract/index.ts';
import { openBrowser, violationsOf } from '../support/browser.ts';
import type { Product } from '../support/product.ts';
import { PRODUCT_KEY, startProduct } from '../support/product.ts';
import { TEST_JOURNEY } from '../support/world.ts';

const HOUR = 3_600_000;
const SOON = { timeout: 30_000, interval: 100 };
/** A journey that is told of by one source, which is down once it says nothing for an hour. */
const VISITS = `
journey: visits
name: {customer: Coming to us, internal: Visits}
goal: They come
window: 2d
idle: 5d
quiet: 30m
wait: 120s
sources: [{id: tills, name: Shop tills, silentAfter: 1h}]
stages: [{id: shop, name: {customer: In the shop, internal: Shop}, next: [till]}, {id: till, name: {customer: Paying, internal: Till}}]
touchpoints:
  - {id: visit, name: Visit, stage: shop, owner: Sales, channel: store, source: tills, match: [{type: store.visited}]}
  - {id: pay, name: Paying, stage: till, owner: Sales, channel: store, source: tills, match: [{type: store.paid}]}
`;
let browser: Browser;
let journeys: string;
let product: Product;

/** Two dozen parcels promised for yesterday: most come in time, some late, some never; every second customer lives in the north. */
function parcels(now: number): object[] {
  return Array.from({ length: 24 }, (_, i) => {
    const customer = { customerId: `C${i}` };
    const due = now - 20 * HOUR;
    const came = i % 4 === 0 ? null : i % 4 === 1 ? now - 10 * HOUR : now - 22 * HOUR;
    const promise = { id: `p${i}`, kind: 'delivery' };
    return [
      {
        id: `look-${i}`,
        customer,
        type: 'page.viewed',
        occurredAt: now - 60 * HOUR,
        area: i % 2 === 0 ? 'north' : 'south',
        segment: 'gold',
      },
      { id: `ship-${i}`, customer, type: 'delivery.started', occurredAt: now - 50 * HOUR, promise: { ...promise, due } },
      ...(came === null ? [] : [{ id: `kept-${i}`, customer, type: 'promise.kept', occurredAt: came, promise }]),
      ...(i % 3 === 0
        ? [
            {
              id: `said-${i}`,
              customer,
              type: 'survey.answered',
              occurredAt: now - 5 * HOUR,
              score: { kind: 'csat', value: i % 2 === 0 ? 1 : 5 },
            },
          ]
        : []),
    ];
  }).flat();
}

beforeAll(async () => {
  browser = await openBrowser();
  journeys = await mkdtemp(join(tmpdir(), 'throughline-journeys-'));
  // The order system is planned to send forty orders a day: none come.
  await writeFile(
    join(journeys, 'test.yaml'),
    TEST_JOURNEY.replace('{id: order, name: Order,', '{id: order, name: Order, expectedPerDay: 40,'),
  );
  await writeFile(join(journeys, 'visits.yaml'), VISITS);
  product = await startProduct({ env: { JOURNEYS: journeys, PARTITIONS: '3', LOG_LEVEL: 'error' } });
  const now = Date.now();
  await fetch(`${product.address}/v1/factors`, {
    method: 'POST',
    headers: { authorization: `Bearer ${PRODUCT_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'storm', kind: 'storm', name: 'Storm Test', from: now - 40 * HOUR, areas: ['north'] }),
  });
  await product.send(parcels(now));
  await fetch(`${product.address}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${PRODUCT_KEY}`, 'content-type': 'application/json', 'x-source': 'tills' },
    body: JSON.stringify(
      ['store.visited', 'store.paid'].flatMap((type, step) =>
        Array.from({ length: 12 }, (_, i) => ({
          id: `${type}-${i}`,
          customer: { customerId: `V${i}` },
          type,
          occurredAt: now - 5 * HOUR + step,
        })),
      ),
    ),
  });
  await product.settled();
});
afterAll(async () => {
  await browser.close();
  await product[Symbol.asyncDispose]();
  await rm(journeys, { recursive: true, force: true });
});

async function open(path: string): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
  await page.goto(product.address + path);
  return page;
}

describe('promises, what is outside, and silence', () => {
  it('opens, behind every number of the ledger, the quadrant, the factors and the standing, a list of that length', async () => {
    const wrong: string[] = [];
    for (const path of ['/promises', '/funnel']) {
      const page = await open(path);
      await page.locator('[data-impact]').waitFor();
      if (path === '/funnel') await page.locator('[data-standing-here]').first().waitFor();
      const links = await page
        .locator('a[data-promise], a[data-delay], a[data-exposed], a[data-standing-here], a[data-standing-gone], a[data-finding]')
        .evaluateAll((all) =>
          all.map((a) => ({ href: a.getAttribute('href') ?? '', shown: /[\d,]+(?=\D*$)/.exec(a.textContent ?? '')?.[0] ?? '' })),
        );
      expect(links.length).toBeGreaterThan(10);
      for (const { href, shown } of links) {
        const list = new URL(href, product.address).searchParams.get('list');
        const { count } = await product.trpc<{ readonly count: number }>('cases.list', { list });
        if (String(count) !== shown.replaceAll(',', '')) wrong.push(`${list ?? ''}: shows ${shown}, list has ${count}`);
      }
      await page.context().close();
    }
    expect(wrong).toEqual([]);
  });

  it('shows of every department and of what is outside all that became of its promises, so that a row adds up to what was made', async () => {
    const page = await open('/promises');
    const rows = await page
      .locator('section[aria-labelledby="owners"] tbody tr')
      .evaluateAll((all) =>
        all.map((row) =>
          Object.fromEntries(
            [...row.querySelectorAll('a[data-promise]')].map((a) => [
              a.getAttribute('data-promise'),
              Number(a.textContent?.replaceAll(',', '')),
            ]),
          ),
        ),
      );
    expect(rows.length).toBeGreaterThan(1);
    for (const row of rows) {
      const parts = ['open', 'kept', 'late', 'broken', 'withdrawn'].map((what) => row[`owner-${what}`] ?? Number.NaN);
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(row['owner-made']);
      expect(row['owner-undated']).toBeGreaterThanOrEqual(0);
    }
    await page.context().close();
  });

  it('gives the keyboard back to the number whose list was closed', async () => {
    for (const [path, number] of [
      ['/promises', '[data-promise="late"]'],
      ['/funnel', '[data-metric="reached"]'],
    ] as const) {
      const page = await open(path);
      await page.locator('[data-live="live"]').waitFor();
      const link = page.locator(number).first();
      await link.focus();
      await page.keyboard.press('Enter');
      await page.locator('aside [data-count]').waitFor();
      await page.keyboard.press('Escape');
      await expect.poll(() => page.locator('aside').count(), SOON).toBe(0);
      expect(await link.evaluate((one) => one === document.activeElement), path).toBe(true);
      await page.context().close();
    }
  });

  it('brings where cases stand and what is outside our control with the page, so that nothing moves when they appear', async () => {
    for (const [path, parts] of [
      ['/promises', ['data-impact']],
      ['/funnel', ['data-impact', 'data-standing-here="stalled"']],
    ] as const) {
      const sent = await (await fetch(product.address + path)).text();
      for (const part of parts) expect(sent, path).toContain(part);
    }
  });

  it('says of who is in a stage now what it counts: the stages together, and together where those cases stand', async () => {
    const page = await open('/funnel?r=all');
    const tile = page.getByLabel('Now', { exact: true });
    expect(await tile.innerText()).toMatch(/in a stage now/);
    expect(await tile.getByTitle(/“in stage” together, and in “Where those in a stage stand now”/).count()).toBe(1);
    const sum = (selector: string) =>
      page.locator(selector).evaluateAll((all) => all.reduce((total, one) => total + Number(one.textContent?.replaceAll(',', '')), 0));
    const inStage = await sum('[data-metric="open"]');
    expect(inStage).toBeGreaterThan(0);
    expect(await sum('[data-metric="occupancy"]')).toBe(inStage);
    expect(await sum('[data-standing-here]')).toBe(inStage);
    await page.context().close();
  });

  it('says what coincides with the storm, and charges it to no department', async () => {
    const page = await open('/promises');
    await expect.poll(() => page.locator('[data-delay="any"]').innerText(), SOON).toBe('6');
    expect(await page.locator('[data-impact]').innerText()).toMatch(/12 cases/);
    expect(await page.getByRole('row', { name: /Outside our control/ }).innerText()).toMatch(/12/);
    await page.context().close();
  });

  it('shows a silent touchpoint with its source well, and keeps a note on it for everybody', async () => {
    const page = await open('/silence');
    const row = page.locator('tr[data-touchpoint="order"]');
    await expect.poll(() => row.locator('[data-presence]').getAttribute('data-presence'), SOON).toBe('silent');
    const { touchpoints } = await product.trpc<SilenceView>('silence.get', { journey: 'test', window: '24h' });
    const asUsual = touchpoints.filter((t) => ['value', 'few', 'zero'].includes(t.presence) && !t.never);
    expect(asUsual.length).toBeGreaterThan(0);
    const listed = page.locator('tr[data-touchpoint]');
    expect(await listed.count()).toBe(touchpoints.length - asUsual.length);
    await page.getByRole('link', { name: `All (${touchpoints.length})` }).click();
    await expect.poll(() => listed.count(), SOON).toBe(touchpoints.length);
    await page.getByRole('link', { name: 'Not as usual' }).click();
    await expect.poll(() => listed.count(), SOON).toBe(touchpoints.length - asUsual.length);
    const held = () => page.evaluate(() => document.activeElement?.tagName);
    await row.getByRole('button', { name: /what keeps it silent/ }).press('Enter');
    await expect.poll(held, SOON).toBe('TEXTAREA');
    await row.getByRole('button', { name: 'Cancel' }).press('Enter');
    expect(await row.getByRole('button', { name: /what keeps it silent/ }).evaluate((one) => one === document.activeElement)).toBe(true);
    await row.getByRole('button', { name: /what keeps it silent/ }).click();
    await row.getByLabel(/keeps customers/).fill('The order form is down');
    await row.getByLabel(/looks after/).fill('Sales');
    await row.getByRole('button', { name: 'Keep the note' }).click();
    await expect.poll(() => row.innerText(), SOON).toMatch(/The order form is down/);
    const view = await product.trpc<SilenceView>('silence.get', { journey: 'test', window: '24h' });
    expect(view.touchpoints.find((t) => t.touchpoint === 'order')?.note).toMatchObject({
      barrier: 'The order form is down',
      owner: 'Sales',
    });
    await page.context().close();
  });

  it('opens behind what came its events, and behind a picture the touchpoints that it counts', async () => {
    const page = await open('/silence?show=all');
    const listed = page.locator('tr[data-touchpoint]');
    for (const picture of ['value', 'silent']) {
      const counted = page.locator(`[data-counts="${picture}"]`);
      await counted.click();
      await expect.poll(() => counted.getAttribute('aria-current'), SOON).toBe('true');
      expect(await counted.innerText()).toMatch(new RegExp(`^${await listed.count()} touchpoints?$`));
      const pictures = await listed.locator('[data-presence]').evaluateAll((all) => all.map((one) => one.getAttribute('data-presence')));
      expect(new Set(pictures)).toEqual(new Set([picture]));
    }
    await page.getByRole('link', { name: /^All / }).click();
    const came = page.locator('[data-came]').filter({ hasNotText: /^0$/ }).first();
    const number = (await came.innerText()).trim();
    await came.click();
    await expect.poll(() => page.locator('[data-count] .count strong').innerText(), SOON).toMatch(new RegExp(`^${number} events?$`));
    await page.context().close();
  });

  it('names a source that is down, also where the window still holds as much as is usual of its touchpoints', async () => {
    const page = await open('/silence?j=visits&w=24h');
    await expect.poll(() => page.locator('[data-partial]').allInnerTexts(), SOON).toEqual([expect.stringMatching(/Shop tills.*5\sh\sago/)]);
    expect(await page.locator('tr[data-touchpoint]').count()).toBe(0);
    const said = await page.locator('main [role="status"]').allInnerTexts();
    expect(said.join(' ')).toMatch(/In this window/);
    expect(await violationsOf(page)).toEqual([]);
    await page.goto(`${product.address}/silence?j=visits&w=1h`);
    await expect
      .poll(() => page.locator('tr[data-touchpoint="visit"] [data-presence]').getAttribute('data-presence'), SOON)
      .toBe('source_down');
    await page.context().close();
  });

  it('names the day on which somebody looks again as it was chosen, wherever that is read, and calls it overdue only once it is over', async () => {
    const context = await browser.newContext({ timezoneId: 'America/New_York' });
    const page = await context.newPage();
    const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/New_York' }).format(Date.now());
    await page.goto(`${product.address}/silence`);
    const row = page.locator('tr[data-touchpoint="ship"]');
    await page.getByRole('link', { name: /^All / }).click();
    await row.getByRole('button', { name: /what keeps it silent/ }).click();
    await row.getByLabel(/keeps customers/).fill('The carrier sends late');
    await row.getByLabel(/looks after/).fill('Logistics');
    await row.getByLabel(/Look again/).fill(today);
    await row.getByRole('button', { name: 'Keep the note' }).click();
    const chosen = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'long' }).format(Date.parse(today));
    await expect.poll(() => row.innerText(), SOON).toContain('again on');
    await expect.poll(() => row.innerText(), SOON).toContain(chosen);
    expect(await row.innerText()).not.toContain('overdue');
    await page.goto(`${product.address}/silence?to=${Date.now() - 3 * HOUR}&show=all`);
    await row.waitFor();
    const year = String(new Date().getFullYear());
    await expect.poll(() => row.innerText(), SOON).toMatch(new RegExp(`noted by \\S.* ${year}`));
    await context.close();
  });

  it('shows on the customer’s page where the case stands, what was broken and what it coincides with', async () => {
    const { hits } = await product.trpc<FindAnswer>('customers.find', { q: 'C0' });
    const page = await open(`/c/${hits[0]?.customer ?? ''}`);
    await page.locator('[data-standing="stalled"]').waitFor();
    expect(await page.locator('header.panel').innerText()).toMatch(/coincides with Storm Test/);
    expect(await page.locator('rect[data-factor="storm"]').textContent()).toMatch(/Storm Test/);
    await page.context().close();
  });

  it.each(['/promises', '/silence', '/funnel'])('has no accessibility violation that axe-core can see: %s', async (path) => {
    const page = await open(path);
    await page.locator('h1').first().waitFor();
    await page.waitForLoadState('networkidle').catch(() => undefined);
    expect(await violationsOf(page)).toEqual([]);
    await page.context().close();
  });
});
