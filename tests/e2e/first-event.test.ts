import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { PRODUCT_KEY, startProduct } from '../support/product.ts';

const hasCurl = spawnSync('curl', ['--version']).status === 0;

it.skipIf(!hasCurl)('an empty product shows a line that sends the first event when pasted, and says when it is there', async () => {
  await using product = await startProduct({ env: { PARTITIONS: '1', LOG_LEVEL: 'error' } });
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(product.address);
    await page.getByRole('heading', { name: 'Nothing has happened yet' }).waitFor({ timeout: 30_000 });
    const line = await page.locator('pre').innerText();
    // As in a page without TLS.
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('The line is selected: copy it by hand').waitFor();
    expect(await page.evaluate(() => getSelection()?.toString())).toBe(line);
    const { stdout } = await promisify(execFile)('sh', ['-c', line], { env: { ...process.env, WRITE_KEY: PRODUCT_KEY } });
    expect(JSON.parse(stdout)).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    await page.getByRole('heading', { name: 'The first event is here' }).waitFor({ timeout: 30_000 });
    await page.getByRole('link', { name: 'funnel' }).last().click();
    await page.waitForURL('**/funnel*');
  } finally {
    await browser.close();
  }
});

it('a page that is being opened while the first event comes is opened', async () => {
  await using product = await startProduct({ env: { PARTITIONS: '1', LOG_LEVEL: 'error' } });
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(`${product.address}/sources`);
    await page.locator('[data-live="live"]').waitFor({ timeout: 20_000 });
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/silence/__data.json*', async (route) => {
      await released;
      await route.continue();
    });
    await page.getByRole('link', { name: 'Silence' }).click();
    await product.send([{ id: 'first', customer: { customerId: 'C1' }, type: 'page.viewed', channel: 'web', occurredAt: Date.now() }]);
    // The page hears of it with its next look at the status, and then asks again which journeys have cases.
    await page.waitForResponse(async (response) => {
      if (!response.url().includes('system.status')) return false;
      return /"projected":[1-9]/.test(await response.text());
    });
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 0)));
    release();
    await page.waitForURL('**/silence*', { timeout: 30_000 });
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('not heard');
  } finally {
    await browser.close();
  }
});
