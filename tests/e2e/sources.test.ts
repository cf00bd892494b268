import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, violationsOf } from '../support/browser.ts';
import { change } from '../support/desk.ts';
import { PRODUCT_KEY, startProduct } from '../support/product.ts';
import type { Product } from '../support/product.ts';

const SOON = { timeout: 30_000, interval: 50 };

describe('the page of sources', () => {
  let product: Product;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct(), openBrowser()]);
    page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    await page.goto(`${product.address}/sources`);
  });
  afterAll(async () => {
    await browser.close();
    await product[Symbol.asyncDispose]();
  });

  const post = async (key: string, events: readonly object[], source = 'shop'): Promise<number> => {
    const headers = { authorization: `Bearer ${key}`, 'x-source': source };
    return (await fetch(`${product.address}/v1/events`, { method: 'POST', headers, body: JSON.stringify(events) })).status;
  };

  it('begins by saying what to do, makes a key that is shown once, and shows what is sent with it', async () => {
    await page.getByText('No source has sent anything yet').waitFor();
    await page.getByLabel('Source', { exact: true }).fill('till');
    await page.getByRole('button', { name: 'Make a key' }).click();
    const key = (await page.locator('.key code').textContent()) ?? '';
    expect(key).toMatch(/^wk_[\da-f]{8}_/);
    // As in a page without TLS.
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('The key is selected: copy it by hand').waitFor();
    expect(await page.evaluate(() => getSelection()?.toString())).toBe(key);
    expect(await post(key, [{ id: '1', customer: { customerId: 'C-1' }, type: 'page.viewed' }], 'till')).toBe(200);
    await page.getByRole('row', { name: /till/ }).waitFor();
    await page.getByRole('button', { name: 'I have it' }).click();
    await page.reload();
    expect(await page.content()).not.toContain(key);
    expect(await page.getByText('used', { exact: false }).count()).toBeGreaterThan(0);
  });

  it('shows a refused event within two seconds, repairs it by a rule made there, and counts it', async () => {
    const wrong = { id: 'x', type: 'order.placed', channel: 'fax', occurredAt: '15.10.2026 09:30', customer: { kunde: 'C-9' } };
    await page.getByRole('heading', { name: 'Refused events' }).waitFor();
    const sent = performance.now();
    expect(await post(PRODUCT_KEY, [wrong])).toBe(200);
    const group = page.getByRole('button', { name: /shop: channel is not valid/ });
    await group.waitFor({ timeout: 30_000 });
    expect(performance.now() - sent).toBeLessThan(2000);
    await group.click();
    await page.getByText('"kunde":"C-9"').waitFor();
    const step = async (n: number, kind: string, fields: Readonly<Record<string, string>>): Promise<void> => {
      await page.getByRole('button', { name: 'Add a step' }).click();
      await page.getByLabel(`Step ${n}`, { exact: true }).selectOption({ label: kind });
      for (const [label, text] of Object.entries(fields)) await page.getByLabel(`Step ${n}: ${label}`).fill(text);
    };
    await step(1, 'Map values', { field: 'channel', 'as sent': 'fax=post' });
    await page.getByRole('button', { name: 'Try the rule' }).click();
    await page.getByText('0 of 1').waitFor();
    await step(2, 'Read a date', { field: 'occurredAt', format: 'dd.MM.yyyy HH:mm', zone: 'Europe/Berlin' });
    await step(3, 'Rename a field', { from: 'customer.kunde', to: 'customer.customerId' });
    await page.getByRole('button', { name: 'Try the rule' }).click();
    await page.getByText('1 of 1').waitFor();
    // Another rule than was tried sends nothing: what would become of its events has to be looked at first.
    await page.getByLabel('Step 1: as sent').fill('fax=chat');
    expect(await page.getByRole('button', { name: 'Send in 1 event' }).count()).toBe(0);
    await page.getByLabel('Step 1: as sent').fill('fax=post');
    await page.getByRole('button', { name: 'Try the rule' }).click();
    await page.getByRole('button', { name: 'Send in 1 event' }).click();
    await page.getByText('Nothing is refused.').waitFor();
    // The group is gone with its last event; what was done stays to be read.
    await page.getByText('1 accepted, 0 still wrong.').waitFor();
    await product.settled();
    await expect.poll(async () => (await product.trpc<{ hits: unknown[] }>('customers.find', { q: 'C-9' })).hits.length, SOON).toBe(1);
  });

  it('opens the list behind each number of refused events, whole, whatever lies before it', async () => {
    const fax = (id: string): object => ({ id, channel: 'fax', customer: { customerId: 'C-1' } });
    const many = (count: number, name: string): object[] => Array.from({ length: count }, (_, i) => fax(`${name}${i}`));
    expect(await post(PRODUCT_KEY, many(30, 'k'), 'kiosk')).toBe(200);
    // More than one page of the quarantine, and more groups than are shown at once.
    for (let i = 0; i < 5; i++) expect(await post(PRODUCT_KEY, many(450, `l${i}-`), 'loud')).toBe(200);
    const odd = Array.from({ length: 210 }, (_, i) => ({ id: `o${i}`, customer: { customerId: 'C-1', [`k${i}`]: {} } }));
    expect(await post(PRODUCT_KEY, [...odd, ...odd], 'odd')).toBe(200);
    expect(await post(PRODUCT_KEY, [{ id: 'z', customer: {} }], 'zoo')).toBe(200);

    await page.getByRole('button', { name: 'Kept refused: 1, zoo' }).click();
    await page.getByText('Only of zoo', { exact: false }).waitFor();
    expect(new URL(page.url()).searchParams.get('refused')).toBe('zoo');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('refused-title');
    await page.getByRole('button', { name: /zoo: customer/ }).click();
    await page.getByText('"id":"z"').waitFor();

    await page.getByRole('button', { name: 'Rejected: 30, kiosk' }).click();
    await page.getByRole('button', { name: /30 kiosk: channel is not valid/ }).click();
    const events = page.getByLabel('Refused event', { exact: true });
    await expect.poll(() => events.count(), SOON).toBe(5);
    await page.getByRole('button', { name: 'Show more (5 of 30)' }).click();
    await expect.poll(() => events.count(), SOON).toBe(25);
    await page.getByRole('button', { name: 'Show more (25 of 30)' }).click();
    await expect.poll(() => events.count(), SOON).toBe(30);
    expect(await page.getByRole('button', { name: /Show more/ }).count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('"k4"');

    await page.goto(`${product.address}/sources?refused=odd`);
    await page.getByText('And 10 more with other reasons.', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Show all sources' }).click();
    await page.getByRole('button', { name: /2,250 loud: channel is not valid/ }).waitFor();
    await page.getByRole('button', { name: 'Kept refused: 210, odd' }).waitFor();
    for (const source of ['kiosk', 'loud', 'odd', 'zoo']) await change(product, 'sources.quarantine.discard', { filter: { source } });
  });

  it.each(['light', 'dark'] as const)('can be used by everybody, on a desk and in a hand (%s)', async (colorScheme) => {
    await post(PRODUCT_KEY, [{ id: 'y', customer: {} }]);
    for (const viewport of [
      { width: 1280, height: 720 },
      { width: 390, height: 844 },
    ]) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await page.goto(`${product.address}/sources`);
      await page.getByRole('button', { name: /shop: customer names nobody/ }).click();
      await page.getByText('Repair by rule').waitFor();
      await page.getByRole('button', { name: 'till', exact: true }).click();
      await page.getByRole('button', { name: 'Show its last event' }).click();
      await page.getByText('"page.viewed"').waitFor();
      expect(await violationsOf(page)).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    }
  });
});
