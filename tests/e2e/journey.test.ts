import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FunnelView, JourneyText, JourneyView } from '#lib/contract/index.ts';
import { openBrowser, shiftOf, violationsOf } from '../support/browser.ts';
import type { Product } from '../support/product.ts';
import { startProduct } from '../support/product.ts';
import { TEST_JOURNEY } from '../support/world.ts';

const MINUTE = 60_000;
const SOON = { timeout: 30_000, interval: 50 };
const PATIENT = { timeout: 30_000, interval: 100 };
const VARIANTS = `segments: [gold, basic]
variants:
  - {id: gold, name: Gold, segments: [gold], stages: {order: {standard: 2h, needs: [To be served first]}}}
`;

/** A journey with as many stages as one screen has to hold. */
const WIDE = `journey: wide
name: {customer: A long way, internal: Wide}
goal: To be there
window: 30d
stages:
${Array.from({ length: 12 }, (_, i) => `  - {id: s${i}, name: {customer: Stage number ${i}, internal: S${i}}, needs: [To know what comes after this], standard: 1d}`).join('\n')}
touchpoints:
${Array.from({ length: 36 }, (_, i) => `  - {id: t${i}, name: ${i === 0 ? 'Is it available at my address' : `Touchpoint ${i}`}, stage: s${i % 12}, owner: Department ${i % 4}, channel: web, mot: ${i % 5}}`).join('\n')}
  - {id: chat, name: Chat, owner: Care, channel: chat, mot: 2}
  - {id: storm, name: Storm, owner: Nobody, channel: outside, controller: outside}
promises:
  - {kind: call_back, wording: We will call you back, owner: Care, due: {within: 4h}}
`;

let browser: Browser;
let folder: string;
let product: Product;
beforeAll(async () => {
  browser = await openBrowser();
  folder = await mkdtemp(join(tmpdir(), 'throughline-journeys-'));
  await writeFile(join(folder, 'test.yaml'), TEST_JOURNEY + VARIANTS);
  await writeFile(join(folder, 'wide.yaml'), WIDE);
  product = await startProduct({ env: { JOURNEYS: folder, PARTITIONS: '2', LOG_LEVEL: 'error' } });
  await product.send(people(16));
  await product.settled();
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

/** Every second goes past the order without it; half of them are gold. */
function people(count: number): object[] {
  const now = Date.now();
  return Array.from({ length: count }, (_, i) =>
    (i % 2 === 0
      ? ['page.viewed', 'order.placed', 'delivery.started', 'delivery.arrived']
      : ['page.viewed', 'delivery.started', 'delivery.arrived']
    ).map((type, k) => ({
      id: `p${i}-${k}`,
      customer: { customerId: `P${i}` },
      type,
      occurredAt: now - (50 - 5 * k) * MINUTE - i,
      segment: i % 4 < 2 ? 'gold' : 'basic',
    })),
  ).flat();
}

async function open(path: string, viewport = { width: 1280, height: 720 }): Promise<Page> {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  await page.goto(product.address + path);
  return page;
}
const live = async (page: Page): Promise<void> => void (await page.locator('[data-live="live"]').waitFor({ timeout: 20_000 }));
const number = async (page: Page, selector: string): Promise<number> =>
  Number((await page.locator(selector).first().innerText()).replaceAll(/\D/g, ''));
const heads = (page: Page): Promise<string[]> => page.locator('thead th[scope="col"]').allInnerTexts();

describe('the journey in one picture', () => {
  it('holds cases against the plan, and each number opens its list', async () => {
    const page = await open('/journey?j=test');
    await live(page);
    for (const [what, expected] of [
      ['cases', 16],
      ['planned', 8],
      ['ownWay', 8],
      ['deviating', 8],
    ] as const) {
      expect([what, await number(page, `[data-way="${what}"]`)]).toEqual([what, expected]);
      await page.locator(`[data-way="${what}"]`).first().click();
      await page.locator(`[data-count="${expected}"]`).waitFor({ timeout: 30_000 });
      await page.keyboard.press('Escape');
    }
    await page.locator('[data-way="deviations"]').first().click();
    await page.locator('[data-count="8"]').waitFor({ timeout: 30_000 });
    expect(new Set(await page.locator('[data-count] li .deviation').allInnerTexts())).toEqual(new Set(['Left out: Order']));
    await page.context().close();
  });

  it('shows a deviation within a second or two after its event, without a reload', async () => {
    const page = await open('/journey?j=test');
    await live(page);
    const before = await number(page, '[data-way="deviating"]');
    await product.send([
      { id: 'late-1', customer: { customerId: 'new' }, type: 'page.viewed', occurredAt: Date.now() - 2000 },
      { id: 'late-2', customer: { customerId: 'new' }, type: 'delivery.started', occurredAt: Date.now() - 1000 },
    ]);
    await expect.poll(() => number(page, '[data-way="deviating"]'), SOON).toBe(before + 1);
    await page.context().close();
  });

  it('leaves out what is asked for without asking the server again', async () => {
    const page = await open('/journey?j=test');
    await live(page);
    expect(await heads(page)).toHaveLength(5);
    const asked: string[] = [];
    page.on('request', (request) => void (/__data|\/api\//.test(request.url()) && asked.push(request.url())));
    await page.getByRole('link', { name: 'Buying path' }).click();
    await expect.poll(async () => (await heads(page)).length, SOON).toBe(4);
    await page.getByRole('link', { name: 'Whole experience' }).click();
    await expect.poll(async () => (await heads(page)).length, SOON).toBe(5);
    await page.getByRole('link', { name: 'Moments of truth' }).click();
    await page.getByText('No stage holds a moment of truth').waitFor({ timeout: 30_000 });
    expect(asked).toEqual([]);
    await page.context().close();
  });

  it('calls stages as the customer or as the company does, on this page and on others', async () => {
    const page = await open('/journey?j=test');
    await live(page);
    expect((await heads(page))[2]).toContain('Waiting for it');
    await page.getByRole('button', { name: 'Customer’s words' }).click();
    expect((await heads(page))[2]).toContain('Deliver');
    await page.goto(`${product.address}/funnel?j=test`);
    await page.getByRole('heading', { name: 'Deliver' }).waitFor({ timeout: 30_000 });
    await page.context().close();
  });

  it('fits on one screen with twelve stages', async () => {
    const page = await open('/journey?j=wide');
    await live(page);
    expect(await heads(page)).toHaveLength(12);
    const size = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]);
    expect(size[0]).toBeLessThanOrEqual(1280);
    expect(size[1]).toBeLessThanOrEqual(720);
    expect(await page.locator('.scroll').evaluate((box) => box.scrollWidth <= box.clientWidth)).toBe(true);
    await page.context().close();
  });

  it('gives the names of touchpoints whole where the screen has the room for it, and still fits on it', async () => {
    const page = await open('/journey?j=wide', { width: 1440, height: 900 });
    const names = page.locator('.touchpoints li');
    const cut = await names.evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).length);
    expect({ cut, names: (await names.count()) > 0 }).toEqual({ cut: 0, names: true });
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(900);
    await page.context().close();
  });
  it('shows what belongs to no stage, too: contacts along the way, what is outside, what is promised in any stage', async () => {
    const page = await open('/journey?j=wide');
    await live(page);
    const along = page.locator('[data-along="touchpoints"] li');
    const shown = async (): Promise<string[]> => (await along.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim());
    expect(await shown()).toEqual(['◆ Chat (moment of truth)', '· Storm (outside)']);
    expect(await page.locator('[data-along="promises"]').innerText()).toContain('We will call you back Care');
    await page.getByRole('link', { name: 'Moments of truth' }).click();
    await expect.poll(shown, SOON).toEqual(['◆ Chat (moment of truth)']);
    await page.context().close();
  });

  it('opens each stage, with its touchpoints and variants that add up', async () => {
    const page = await open('/journey?j=test');
    await live(page);
    await page.getByRole('link', { name: /Ordering/ }).click();
    await page.getByRole('heading', { name: /Ordering/, level: 1 }).waitFor({ timeout: 30_000 });
    expect(await page.locator('tbody th').allInnerTexts()).toEqual(expect.arrayContaining(['Order', 'Gold', 'Everybody else']));
    const visited = await number(page, '[data-way="visited"]');
    const parts = await Promise.all(['gold', 'base'].map((variant) => number(page, `[data-variant="${variant}"]`)));
    expect(parts.reduce((a, b) => a + b, 0)).toBe(visited);
    for (const [i, variant] of ['gold', 'base'].entries()) {
      await page.locator(`[data-variant="${variant}"] a`).click();
      await page.locator(`[data-count="${parts[i]}"]`).waitFor({ timeout: 30_000 });
      expect(await page.locator('#drawer-title').innerText()).toContain(variant === 'gold' ? 'Gold' : 'Everybody else');
      await page.keyboard.press('Escape');
    }
    await page.getByRole('link', { name: 'Gold' }).click();
    await page.locator('dd').getByText('To be served first').waitFor({ timeout: 30_000 });
    await page.context().close();
  });

  it.each(['/journey?j=test', '/journey/order?j=test', '/journey-editor?j=test'])(
    'passes the accessibility checker at %s',
    async (path) => {
      for (const viewport of [
        { width: 1280, height: 720 },
        { width: 390, height: 844 },
      ]) {
        const page = await open(path, viewport);
        await live(page);
        expect(await violationsOf(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
        await page.context().close();
      }
    },
  );
});

describe('the editor', () => {
  it.each([
    [1280, 720],
    [390, 844],
  ])('comes whole, form and findings with it, and nothing moves afterwards, at %s px', async (width, height) => {
    const page = await open('/journey-editor?j=test', { width, height });
    await live(page);
    await page.locator('[data-field="owner"]').waitFor();
    await page.getByText('Nothing differs from version 1').waitFor();
    expect(await shiftOf(page)).toBeLessThan(0.005);
    await page.context().close();
  });

  it('says what is wrong, what differs and what the last day would have been, and publishes under a name', async () => {
    const page = await open('/journey-editor?j=test');
    await page.context().addCookies([{ name: 'x-actor-name', value: 'Ada', url: product.address }]);
    await page.getByText('Nothing differs from version 1').waitFor(PATIENT);
    const publish = page.locator('[data-publish]');
    expect(await publish.isDisabled()).toBe(true);
    // Nothing that cannot be pressed leaves its reason to be guessed.
    await page.getByText('It says the same as what is published').waitFor();

    const text = page.getByLabel('The journey file (YAML)');
    const good = await text.inputValue();
    expect(good).toContain('version: 2');
    await text.fill(good.replace('owner: Sales, ', ''));
    await page.getByText('is missing: name the department that answers for it').waitFor({ timeout: 30_000 });
    await text.fill(good.replace('type: order.placed', 'type: order.never'));
    await page.locator('[data-change^="touchpoints.order.match"]').waitFor({ timeout: 30_000 });
    await page.locator('[data-preview]').click();
    await page.getByText(/No longer matched: order\.placed \(8\)/).waitFor({ timeout: 30_000 });
    await page.locator('[data-stage="order"]').waitFor({ timeout: 30_000 });

    await text.fill(good);
    await page.locator('[data-field="standard"]').fill('1h');
    await page.locator('[data-field="standard"]').blur();
    await page.locator('[data-change="stages.look.standard"]').waitFor({ timeout: 30_000 });
    await page.locator('[data-preview]').click();
    await page.locator('[data-preview-events]').waitFor({ timeout: 30_000 });
    await product.send([{ id: 'begun', customer: { customerId: 'P90' }, type: 'page.viewed', segment: 'gold' }]);
    await product.settled();
    const before = await product.trpc<JourneyView>('journeys.get', { journey: 'test', version: 1 });
    const elsewhere = await open('/funnel?j=test');
    await publish.click();
    await page.getByText('Version 2:').waitFor({ timeout: 30_000 });
    await page.getByText('Version 1:').waitFor({ timeout: 30_000 });
    const [first, second] = [
      await product.trpc<JourneyView>('journeys.get', { journey: 'test', version: 1 }),
      await product.trpc<JourneyView>('journeys.get', { journey: 'test', version: 2 }),
    ];
    expect(first.total).toEqual(before.total);
    expect(second.total.cases).toBe(0);
    expect(second.stages['look']?.standardMs).toBe(60 * MINUTE);
    expect(await product.trpc<JourneyText>('journeys.text', { journey: 'test' })).toMatchObject({ version: 2, by: 'Ada', nextVersion: 3 });

    // A page that was open all the time speaks of the new version, too.
    await elsewhere.getByText('follow version 2. Begun before, and still open:').waitFor({ timeout: 40_000 });
    await elsewhere.close();

    // Nobody who looks at the new version's few numbers is left to wonder where the others are.
    await page.goto(`${product.address}/funnel?j=test`);
    await page.getByText('follow version 2. Begun before, and still open:').waitFor(PATIENT);
    const { open: running } = await product.trpc<FunnelView>('funnel.get', { journey: 'test', version: 1 });
    expect(running).toBeGreaterThan(10);
    await page.getByRole('link', { name: `version 1 (${running} open cases)` }).click();
    await page.getByText('This is version 1.').waitFor(PATIENT);
    expect(new URL(page.url()).searchParams.get('v')).toBe('1');
    // What is open now says nothing about the past.
    await page.goto(`${product.address}/funnel?j=test&to=${new Date(Date.now() - MINUTE).toISOString()}`);
    await page.locator('[data-live="past"]').waitFor(PATIENT);
    expect(await page.getByText('still open:').count()).toBe(0);
    await page.context().close();
  });
});
