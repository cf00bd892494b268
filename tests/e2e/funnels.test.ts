import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, violationsOf } from '../support/browser.ts';
import { startProduct } from '../support/product.ts';
import type { Product } from '../support/product.ts';
import { TEST_JOURNEY } from '../support/world.ts';

const HOUR = 3_600_000;
const SOON = { timeout: 6000, interval: 50 };
const PATIENT = { timeout: 30_000, interval: 100 };

let browser: Browser;
let journeys: string;
let product: Product;
beforeAll(async () => {
  browser = await openBrowser();
  journeys = await mkdtemp(join(tmpdir(), 'throughline-journeys-'));
  await writeFile(join(journeys, 'test.yaml'), TEST_JOURNEY);
  product = await startProduct({ env: { JOURNEYS: journeys, PARTITIONS: '3', LOG_LEVEL: 'error' } });
});
afterAll(async () => {
  await product.stop();
  await browser.close();
  await rm(journeys, { recursive: true, force: true });
});

/** Twelve people who ordered; every second one called, every fourth was answered. */
function past(): object[] {
  const now = Date.now();
  return Array.from({ length: 12 }, (_, i) => {
    const customer = { customerId: `F${i}` };
    const at = (hoursAgo: number): number => now - hoursAgo * HOUR - i;
    return [
      { id: `f${i}-0`, customer, type: 'order.placed', channel: 'web', occurredAt: at(30), segment: i % 3 === 0 ? 'gold' : 'basic' },
      ...(i % 2 === 0 ? [{ id: `f${i}-1`, customer, type: 'contact.queued', channel: 'phone', occurredAt: at(20) }] : []),
      ...(i % 4 === 0 ? [{ id: `f${i}-2`, customer, type: 'contact.answered', channel: 'phone', occurredAt: at(19) }] : []),
    ];
  }).flat();
}

const figure = async (page: Page, metric: string): Promise<number> =>
  Number((await page.locator(`[aria-label="Attempts"] [data-metric="${metric}"]`).innerText()).replaceAll(/\D/g, ''));

/** Opens the list behind a link and closes it again. @returns its count */
async function listed(page: Page, selector: string): Promise<number> {
  await page.locator(selector).first().click();
  const counted = page.locator('aside [data-count]');
  await expect.poll(() => counted.getAttribute('data-count'), PATIENT).not.toBe('');
  const count = Number(await counted.getAttribute('data-count'));
  await page.keyboard.press('Escape');
  await page.locator('aside [data-count]').waitFor({ state: 'detached' });
  return count;
}

describe('a funnel of one’s own', () => {
  it('is made in the page, counts what happened before, opens its people, and then moves with every event', async () => {
    await product.send(past());
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
    await page.goto(`${product.address}/funnel/new`);
    await page.getByLabel('Name', { exact: true }).fill('Calls after ordering');
    await page.getByRole('button', { name: '+ Step' }).click();
    await page.getByLabel('Step 1: touchpoint 1').selectOption('order');
    await page.getByLabel('Name of step 1').fill('Orders');
    for (const [step, type, name] of [
      [2, 'contact.queued', 'Calls'],
      [3, 'contact.answered', 'Is answered'],
    ] as const) {
      await page.getByLabel(`Step ${step}: kind 1`).selectOption('type');
      await page.getByLabel(`Step ${step}: event type 1`).fill(type);
      await page.getByLabel(`Name of step ${step}`).fill(name);
    }
    await page.getByRole('button', { name: 'Try on recent customers' }).click();
    await page.getByText('12 customers').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save and count' }).click();
    await page.waitForURL('**/funnel/saved/calls-after-ordering');
    await page.locator('[data-live="live"]').waitFor({ timeout: 20_000 });
    await expect.poll(() => figure(page, 'entered'), PATIENT).toBe(12);
    await expect.poll(() => figure(page, 'converted'), PATIENT).toBe(3);
    expect(await figure(page, 'inProgress')).toBe(9);
    expect(await listed(page, '[aria-label="Attempts"] [data-metric="inProgress"]')).toBe(9);
    expect(await listed(page, '[data-metric="bin"]')).toBe(3);
    await product.send([
      { id: 'late-call', customer: { customerId: 'F2' }, type: 'contact.answered', channel: 'phone', occurredAt: Date.now() },
    ]);
    await expect.poll(() => figure(page, 'converted'), SOON).toBe(4);
    await page.getByRole('link', { name: 'Segment at entry' }).click();
    await page.getByRole('rowheader', { name: 'gold' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.context().close();
  });

  it('is shown between two instants that are typed while numbers move, once they are typed whole', async () => {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 }, locale: 'en-US' })).newPage();
    await page.goto(`${product.address}/funnel/saved/calls-after-ordering`);
    await page.locator('[data-live="live"]').waitFor({ timeout: 20_000 });
    const before = await figure(page, 'entered');
    await page.getByText('From and to').click();
    const field = page.locator('[data-field="to"]');
    const halfTyped = (): Promise<boolean> => field.evaluate((node) => (node as HTMLInputElement).validity.badInput);
    await field.focus();
    await page.keyboard.type('11');
    await product.send([
      { id: 'moves', customer: { customerId: 'F20' }, type: 'order.placed', channel: 'web', segment: 'gold', occurredAt: Date.now() },
    ]);
    await expect.poll(() => figure(page, 'entered'), SOON).toBe(before + 1);
    expect(await halfTyped()).toBe(true);
    await page.keyboard.type('242020');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.type('0930AM');
    await page.keyboard.press('Enter');
    await page.getByText('The beginning is not before the end.').waitFor();
    expect(new URL(page.url()).search).toBe('');
    await page.locator('[data-field="from"]').fill('2020-11-24T09:29');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/calls-after-ordering?from=2020-11-24T*&to=2020-11-24T*');
    await expect.poll(() => figure(page, 'entered'), SOON).toBe(0);
    expect(await field.inputValue()).toBe('2020-11-24T09:30');
    await page.context().close();
  });

  it('is put in another order by keys alone: the focus goes with the step, and to the next one when it is taken out', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${product.address}/funnel/new?stages=test`);
    await page.waitForLoadState('networkidle');
    const names = page.getByRole('textbox', { name: /^Name of step/ });
    const count = await names.count();
    const first = await names.first().inputValue();
    const held = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    await page.getByRole('button', { name: 'Move step 1 down' }).focus();
    for (let place = 2; place < count; place++) {
      await page.keyboard.press('Enter');
      await expect.poll(held, PATIENT).toBe(`Move step ${place} down`);
    }
    await page.keyboard.press('Enter');
    await expect.poll(held, PATIENT).toBe(`Move step ${count} up`);
    expect(await names.last().inputValue()).toBe(first);
    await page.getByRole('button', { name: 'Remove step 1', exact: true }).press('Enter');
    await expect.poll(held, PATIENT).toBe('Name of step 1');
    expect(await names.count()).toBe(count - 1);
    await page.context().close();
  });

  it('says in words what is wrong instead of saving it, and can be changed and removed', async () => {
    const page = await (await browser.newContext({ viewport: { width: 390, height: 844 } })).newPage();
    await page.goto(`${product.address}/funnel/saved/calls-after-ordering/edit`);
    await page.getByLabel('At least after the step before: amount').first().fill('3');
    await page.getByLabel('At most after the step before: amount').first().fill('2');
    await page.getByRole('button', { name: 'Save and count' }).click();
    await page.getByText('Step 2, shortest time: is longer than the longest time').waitFor();
    await page.getByLabel('At least after the step before: amount').first().fill('');
    await page.getByRole('button', { name: 'Save and count' }).click();
    await page.waitForURL('**/funnel/saved/calls-after-ordering');
    await expect.poll(() => figure(page, 'dropped'), PATIENT).toBe(12);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.locator('[data-live="live"]').waitFor({ timeout: 20_000 });
    await page.getByText('What counts?').click();
    await page.getByRole('button', { name: 'Remove…' }).click();
    await page.getByRole('button', { name: 'Yes, remove it' }).click();
    await page.waitForURL('**/funnel');
    // Who has it open elsewhere is told, instead of going on with its last numbers.
    await other.getByText('It may have been removed.').waitFor({ timeout: 20_000 });
    expect(await page.getByRole('link', { name: 'Calls after ordering' }).count()).toBe(0);
    await page.context().close();
  });
});
