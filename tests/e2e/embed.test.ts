import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, violationsOf } from '../support/browser.ts';
import type { Product } from '../support/product.ts';
import { startProduct } from '../support/product.ts';

const SOON = { timeout: 30_000, interval: 50 };
const NUMBER = '+4915112345678';

/** A site of somebody else's that shows an address in a frame. */
interface Site {
  readonly server: Server;
  readonly origin: string;
}
async function openSite(): Promise<Site> {
  const server = createServer((request, response) => {
    const shown = new URL(request.url ?? '/', 'http://site').searchParams.get('shown') ?? '';
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      `<!doctype html><html lang="en"><title>CRM</title><h1>CRM</h1><iframe title="Throughline" width="900" height="600" src="${shown}"></iframe>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

let browser: Browser;
let product: Product;
let crm: Site;
let stranger: Site;
let person: string;
beforeAll(async () => {
  [browser, crm, stranger] = await Promise.all([openBrowser(), openSite(), openSite()]);
  product = await startProduct({ env: { PARTITIONS: '2', LOG_LEVEL: 'error', FRAME_ANCESTORS: `https://crm.example, ${crm.origin}` } });
  await product.send([
    { customer: { customerId: 'ada', phone: NUMBER }, type: 'identify', attributes: { name: 'Ada Meyer' } },
    { customer: { customerId: 'bob' }, type: 'identify', attributes: { name: 'Bob Meyer' } },
  ]);
  await product.settled();
  person = (await product.trpc<{ hits: { customer: string }[] }>('customers.find', { q: 'ada' })).hits[0]?.customer ?? '';
});
afterAll(async () => {
  crm.server.close();
  stranger.server.close();
  await browser.close();
  await product[Symbol.asyncDispose]();
});

/** What a site's frame came to show: the path of our page, or `refused`. */
async function framed(site: Site, path: string): Promise<{ readonly page: Page; readonly path: () => string }> {
  const page = await browser.newPage({ viewport: { width: 1000, height: 720 } });
  await page.goto(`${site.origin}/?shown=${encodeURIComponent(product.address + path)}`);
  const shown = (): string => {
    const url = page.frames()[1]?.url() ?? '';
    return url.startsWith(product.address) ? new URL(url).pathname : url.startsWith('chrome-error:') ? 'refused' : url;
  };
  return { page, path: shown };
}

describe('a frame in a page of somebody else’s', () => {
  it('shows a customer on a site that is allowed to, live, without the rail, and without a fault for those who cannot see it', async () => {
    const { page, path } = await framed(crm, `/embed/c/${person}`);
    await expect.poll(path, SOON).toBe(`/embed/c/${person}`);
    const inside = page.frameLocator('iframe');
    await inside.getByRole('heading', { name: 'Ada Meyer' }).first().waitFor();
    await inside.getByText('LIVE').first().waitFor();
    expect(await inside.getByRole('navigation', { name: 'Main' }).count()).toBe(0);
    const alone = await browser.newPage();
    await alone.goto(`${product.address}/embed/c/${person}`, { waitUntil: 'networkidle' });
    expect(await violationsOf(alone)).toEqual([]);
    if (process.env['FIND_SHOTS'] !== undefined) await page.screenshot({ path: `${process.env['FIND_SHOTS']}/embed.png` });
    await Promise.all([page.close(), alone.close()]);
  });

  it('finds who calls, stays inside the frame, and leaves no number in its address', async () => {
    const { page, path } = await framed(crm, `/embed/pop?phone=${encodeURIComponent(NUMBER)}`);
    await expect.poll(path, SOON).toBe(`/embed/c/${person}`);
    expect(page.frames()[1]?.url()).not.toMatch(/151|call=/);
    await page.close();
    const several = await framed(crm, '/embed/pop');
    const inside = several.page.frameLocator('iframe');
    await inside.getByRole('searchbox').fill('meyer');
    await inside.getByRole('button', { name: 'Find' }).click();
    await inside.getByRole('link', { name: /Ada Meyer/ }).click();
    await expect.poll(several.path, SOON).toBe(`/embed/c/${person}`);
    await several.page.close();
  });

  it.each(['/', '/c', '/heat', '/pop'])('is refused everything else, such as %s', async (address) => {
    const { page, path } = await framed(crm, address);
    await expect.poll(path, SOON).toBe('refused');
    await page.close();
  });

  it('is refused to a site that is not allowed', async () => {
    const { page, path } = await framed(stranger, `/embed/c/${person}`);
    await expect.poll(path, SOON).toBe('refused');
    await page.close();
  });

  it('is told by the headers of every page', async () => {
    const headersOf = async (address: string): Promise<(string | null)[]> => {
      const { headers } = await fetch(product.address + address);
      return [headers.get('x-frame-options'), /frame-ancestors [^;]*/.exec(headers.get('content-security-policy') ?? '')?.[0] ?? null];
    };
    expect(await headersOf('/promises')).toEqual(['DENY', "frame-ancestors 'none'"]);
    expect(await headersOf(`/c/${person}`)).toEqual(['DENY', "frame-ancestors 'none'"]);
    expect(await headersOf(`/embed/c/${person}`)).toEqual([null, `frame-ancestors https://crm.example ${crm.origin}`]);
  });
});
