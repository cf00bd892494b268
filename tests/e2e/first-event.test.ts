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
    await page.getByRole('heading', { name: 'Nothing has happened yet' }).waitFor({ timeout: 10_000 });
    const line = await page.locator('pre').innerText();
    const { stdout } = await promisify(execFile)('sh', ['-c', line], { env: { ...process.env, WRITE_KEY: PRODUCT_KEY } });
    expect(JSON.parse(stdout)).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    await page.getByRole('heading', { name: 'The first event is here' }).waitFor({ timeout: 10_000 });
    await page.getByRole('link', { name: 'funnel' }).last().click();
    await page.waitForURL('**/funnel*');
  } finally {
    await browser.close();
  }
});
