import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { FindAnswer } from '#lib/contract/index.ts';
import { openBrowser, violationsOf } from '../support/browser.ts';
import { textFindings } from '../support/page-text.ts';
import { startProduct, type Product } from '../support/product.ts';
import { TEST_JOURNEY } from '../support/world.ts';

const MINUTE = 60_000;
const KILOBYTE = 1024;
/** Compressed, as it travels. */
const MOST_SCRIPT = 120 * KILOBYTE;
const WIDE = { width: 1280, height: 720 };
const PHONE = { width: 390, height: 844 };
const PERSON = { customerId: 'P3', email: 'ada.meyer@example.com', accountId: 'ACME-17' };

/** A page of 1280 by 1024, enlarged four times (WCAG 2.2, 1.4.10). */
const ENLARGED = { width: 320, height: 256 };

const LARGEST_PAINT_MS = 1000;
/** Looks at a page that was slow: whatever else runs on this machine only ever adds to it. */
const MOST_LOOKS = 4;

/** Pages that show something without any event. */
const EMPTY = ['/', '/funnel', '/heat', '/promises', '/journey', '/labels', '/sources', '/silence', '/assoc', '/queue', '/queue?tab=recovery', '/c', '/pop', '/embed/pop', '/wall/now', '/nowhere', '/c/nobody', `/c/${'0'.repeat(20)}`]; // prettier-ignore
/** Pages whose words and colours change when the server no longer answers. */
const CUT = (customer: string) => ['/funnel', '/heat?w=1h', '/queue', `/c/${customer}`, `/embed/c/${customer}`, '/wall/now'];

let browser: Browser;
let folder: string;
let product: Product;
let customer: string;
/** Words that are not the product's own. */
let data: readonly string[];

beforeAll(async () => {
  browser = await openBrowser();
  folder = await mkdtemp(join(tmpdir(), 'throughline-everywhere-'));
  await writeFile(join(folder, 'test.yaml'), TEST_JOURNEY);
  product = await startProduct({ env: { JOURNEYS: folder, PARTITIONS: '1', LOG_LEVEL: 'error' } });
  data = [
    ...namesIn(parse(TEST_JOURNEY)),
    ...Object.values(PERSON),
    product.dataDir,
    'gold',
    'basic',
    'Gold',
    'Basic',
    'curl',
    'default',
    'We call you back',
    'Calls after ordering',
    'Orders',
    'Writes',
  ];
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

/** Every text of a journey file. */
function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(namesIn) : [];
}

function people(count: number): object[] {
  const steps = ['page.viewed', 'order.placed', 'delivery.started', 'delivery.arrived'];
  const now = Date.now();
  return Array.from({ length: count }, (_, i) => {
    const common = { customer: i === 3 ? PERSON : { customerId: `P${i}` }, segment: i % 2 === 0 ? 'gold' : 'basic' };
    const at = (k: number) => now - (50 - 5 * k) * MINUTE - i;
    return [
      ...steps.slice(0, 1 + (i % 4)).map((type, k) => ({ ...common, id: `e${i}-${k}`, type, occurredAt: at(k) })),
      { ...common, id: `m${i}`, type: 'message.in', channel: 'chat', text: 'Still waiting, nobody called back', occurredAt: at(5) },
      {
        ...common,
        id: `p${i}`,
        type: 'promise.made',
        channel: 'phone',
        occurredAt: at(6),
        promise: { id: `c${i}`, kind: 'call', due: now + (i % 2 === 0 ? -5 : 60) * MINUTE, wording: 'We call you back' },
      },
    ];
  }).flat();
}

/** A funnel of somebody's own. */
const OWN = {
  id: 'own',
  name: 'Calls after ordering',
  windowMs: 48 * 60 * MINUTE,
  steps: [
    { name: 'Orders', any: [{ type: 'order.placed' }] },
    { name: 'Writes', any: [{ type: 'message.in' }] },
  ],
  breakdowns: [{ by: 'segment', at: 'first' }],
};

async function fill(): Promise<void> {
  await product.send(people(12));
  const saved = await fetch(`${product.address}/api/trpc/funnels.save`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ definition: OWN, replaces: null }),
  });
  if (!saved.ok) throw new Error(await saved.text());
  await product.send([{ customer: { email: 'not an address' }, occurredAt: 'never' }]);
  await product.settled();
  const found = await product.trpc<FindAnswer>('customers.find', { q: PERSON.email });
  customer = found.hits[0]?.customer ?? '';
}

async function context(theme: 'light' | 'dark', language: string): Promise<BrowserContext> {
  const made = await browser.newContext({ viewport: WIDE });
  await made.addCookies([
    { name: 'language', value: language, url: product.address },
    { name: 'theme', value: theme, url: product.address },
  ]);
  return made;
}

interface Look {
  readonly unsaid: string[];
  readonly cut: string[];
  readonly inaccessible: string[];
  /** largest paint too late */
  readonly slow: string[];
}
const nothingSeen = (): Look => ({ unsaid: [], cut: [], inaccessible: [], slow: [] });

/** Opens a page. @returns ms until the largest thing on it was painted: the quickest of some looks, where the first is slow */
async function openTimed(page: Page, path: string): Promise<number> {
  let quickest = Infinity;
  for (let look = 0; look < MOST_LOOKS && quickest >= LARGEST_PAINT_MS; look++) {
    await page.goto(product.address + path);
    await settled(page);
    quickest = Math.min(quickest, await page.evaluate(() => Number(Reflect.get(globalThis, 'largestPaintMs') ?? Infinity)));
  }
  return quickest;
}

/** Notes in a page when the largest thing was painted. */
async function watchPaint(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen = new PerformanceObserver((list) => Reflect.set(globalThis, 'largestPaintMs', list.getEntries().at(-1)?.startTime));
    seen.observe({ type: 'largest-contentful-paint', buffered: true });
  });
}

/** Reads pages in the language of the tests, wide and narrow, and holds each against axe-core in both themes. */
async function lookAt(paths: readonly string[]): Promise<Look> {
  const look = nothingSeen();
  const made = await context('light', 'en-XA');
  const page = await made.newPage();
  await watchPaint(page);
  for (const path of paths) {
    await page.setViewportSize(WIDE);
    const paintedMs = await openTimed(page, path);
    if (paintedMs >= LARGEST_PAINT_MS) look.slow.push(`${path}: ${paintedMs.toFixed(0)} ms`);
    const add = (list: string[], found: readonly string[], where = '') => list.push(...found.map((one) => `${path}${where}: ${one}`));
    const wide = await textFindings(page, data);
    add(look.unsaid, wide.unsaid);
    add(look.cut, wide.cut, ' (1280)');
    add(look.inaccessible, await brokenRules(page), ' (light)');
    await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'));
    add(look.inaccessible, await brokenRules(page), ' (dark)');
    // Nobody reads a wallboard on a telephone.
    if (path.startsWith('/wall')) continue;
    await page.setViewportSize(PHONE);
    add(look.cut, (await textFindings(page, data)).cut, ' (390)');
  }
  await made.close();
  return look;
}

async function brokenRules(page: Page): Promise<string[]> {
  return (await violationsOf(page)).map(({ rule, where }) => `${rule} at ${where.slice(0, 3).join(', ')}`);
}

/** What a reader may set who needs room between lines, words and letters (WCAG 2.2, 1.4.12). */
function spaceOut(page: Page): Promise<void> {
  return page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }',
    );
    document.adoptedStyleSheets = [sheet];
  });
}

/** Until the page has its socket, where it has one, and its own fetches are over. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('load');
  await page.locator('[data-live="connecting"], [data-health="starting"]').waitFor({ state: 'detached' });
  await page.locator('div.waiting[role="status"]').first().waitFor({ state: 'detached' });
}

describe('before the first event', () => {
  it('every page is worded in the chosen language, painted within a second, fits wide and narrow, and is accessible in both themes', async () => {
    const look = await lookAt(EMPTY);
    expect(look).toEqual(nothingSeen());
  });
});

describe('with customers in it', () => {
  beforeAll(fill);

  it('every page, with its drawer open or not, is worded in the chosen language, painted within a second, fits wide and narrow, and is accessible in both themes', async () => {
    const look = await lookAt([
      '/funnel',
      '/funnel?by=channel&list=funnel%3Fjourney%3Dtest%26what%3Dentered',
      '/funnel?by=segment',
      '/funnel/new?stages=test',
      '/heat?w=1h',
      '/heat?by=owner&w=7d&show=change',
      '/heat?w=1h&show=change&cell=order%7Cweb',
      '/promises',
      '/silence',
      '/journey',
      '/journey/order',
      '/journey-editor?j=test',
      '/sources',
      '/labels',
      '/pop',
      `/a/${customer}`,
      `/c/${customer}`,
      `/c/${customer}?show=identity&sides=on`,
      `/embed/c/${customer}`,
      '/queue',
      '/queue?tab=recovery',
      '/queue?reason=dead_end&owner=nobody',
      '/funnel/saved/own',
      '/funnel/saved/own/edit',
      '/moments',
      '/assoc',
      '/c',
      '/nowhere',
      '/wall/now',
    ]);
    expect(look).toEqual(nothingSeen());
  });

  it('each place of the rail can be left for the next one: what the page before held is let go of without a fault', async () => {
    const made = await context('light', 'en');
    const page = await made.newPage();
    await page.setViewportSize(WIDE);
    const faults: string[] = [];
    page.on('pageerror', (fault) => faults.push(`${new URL(page.url()).pathname}: ${fault.message}`));
    await page.goto(`${product.address}/heat`);
    await settled(page);
    const places = await page
      .locator('nav li a')
      .evaluateAll((links) => links.map((link) => new URL((link as HTMLAnchorElement).href).pathname));
    // The wall has no rail.
    const walk = places.filter((path) => !path.startsWith('/wall'));
    for (const path of [...walk, '/heat', ...walk.toReversed()]) {
      await page.locator(`nav li a[href^="${path}"]`).first().click();
      await page.locator(`nav li a[href^="${path}"][aria-current="page"]`).first().waitFor();
      await page.locator('[data-live="live"]').waitFor();
    }
    expect(faults).toEqual([]);
    expect(walk.length).toBeGreaterThan(8);
    await made.close();
  });

  it('a language is chosen by address, kept, and changed in the top bar without a reload', async () => {
    const made = await browser.newContext({ viewport: WIDE, locale: 'de-DE' });
    const page = await made.newPage();
    await page.goto(`${product.address}/promises`);
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    expect(await page.locator('h1').innerText()).toContain('Zusagen');
    await settled(page);
    await page.evaluate(() => Reflect.set(globalThis, 'notReloaded', true));
    await page.locator('header .language select').selectOption('en');
    await expect.poll(() => page.locator('h1').innerText()).toContain('promises');
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(await page.evaluate(() => Reflect.get(globalThis, 'notReloaded'))).toBe(true);
    await page.reload();
    expect(await page.locator('h1').innerText()).toContain('promises');
    await page.goto(`${product.address}/promises?lang=de`);
    await page.goto(`${product.address}/promises`);
    expect(await page.locator('h1').innerText()).toContain('Zusagen');
    await made.close();
  });

  it('a wall shows all of its text to somebody who spaces it out, on a screen that lies or stands, and fills either', async () => {
    const made = await context('dark', 'de');
    const page = await made.newPage();
    for (const size of [WIDE, { width: 1920, height: 1080 }, { width: 1080, height: 1920 }]) {
      await page.setViewportSize(size);
      await page.goto(`${product.address}/wall/now`);
      await settled(page);
      const bottom = await page
        .locator('main.wall section')
        .last()
        .evaluate((section) => section.getBoundingClientRect().bottom / innerHeight);
      expect(bottom).toBeGreaterThan(0.8);
      await spaceOut(page);
      const hidden = () =>
        page.locator('main.wall *').evaluateAll((all) =>
          all
            .filter((one) => !one.classList.contains('hidden-visually'))
            .filter((one) => {
              const { right, bottom: low } = one.getBoundingClientRect();
              const isCut =
                getComputedStyle(one).overflow === 'hidden' &&
                (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1);
              return isCut || right > innerWidth + 1 || low > innerHeight + 1;
            })
            .map((one) => one.textContent),
        );
      await expect.poll(hidden).toEqual([]);
    }
    await made.close();
  });

  it('a page shows all of its text to somebody who spaces it out or enlarges it twice, and is not pushed sideways for it', async () => {
    const made = await context('light', 'de');
    const page = await made.newPage();
    const seen: string[] = [];
    const paths = ['/funnel?by=channel&list=funnel%3Fjourney%3Dtest%26what%3Dentered', '/moments', `/c/${customer}`, '/queue', `/embed/c/${customer}`]; // prettier-ignore
    for (const size of [WIDE, { width: 640, height: 360 }, PHONE])
      for (const path of paths) {
        await page.setViewportSize(size);
        await page.goto(product.address + path);
        await settled(page);
        const spaced = size.width !== 640;
        if (spaced) await spaceOut(page);
        const cut = await page.evaluate(() => {
          const edge = document.documentElement.clientWidth;
          // What tells its whole text on pointing at it is cut on purpose.
          const cutOff = (one: Element) =>
            getComputedStyle(one).overflowX === 'hidden' && one.scrollWidth > one.clientWidth + 1 && one.closest('[title]') === null;
          const beyond = (one: Element) => one.getBoundingClientRect().right > (one.closest('nav')?.clientWidth ?? edge) + 1;
          const words = [...document.querySelectorAll('main *, header *, aside *, nav *')]
            .filter((one) => one.childElementCount === 0 && (one.textContent ?? '').trim() !== '')
            .filter((one) => one.checkVisibility() && one.closest('.hidden-visually, svg, select, .scroll') === null)
            .filter((one) => cutOff(one) || (one.closest('.contents > nav') !== null && edge > 640 && beyond(one)));
          return [
            ...words.map((one) => (one.textContent ?? '').trim()),
            ...(document.documentElement.scrollWidth > edge ? [`the page is ${document.documentElement.scrollWidth} px wide`] : []),
          ];
        });
        seen.push(...cut.map((one) => `${path} (${size.width}): ${one}`));
      }
    expect(seen).toEqual([]);
    await made.close();
  });

  it('no page moves on a telephone when the connection is lost and comes back', async () => {
    const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'de-DE' });
    const page = await phone.newPage();
    let lose: () => void = () => undefined;
    await page.routeWebSocket(/socket\.io/, (socket) => {
      socket.connectToServer();
      lose = () => void socket.close();
    });
    await page.goto(`${product.address}/heat`);
    await page.locator('[data-live="live"]').waitFor();
    const top = () => page.locator('main').evaluate((main) => main.getBoundingClientRect().top);
    const before = await top();
    lose();
    await page.locator('[data-live]:not([data-live="live"])').waitFor();
    expect(await top()).toBe(before);
    await page.locator('[data-live="live"]').waitFor();
    expect(await top()).toBe(before);
    await phone.close();
  });

  it('the bar keeps the search on one line, and the page within the window, between telephone and desk', async () => {
    const seen: string[] = [];
    for (const language of ['en', 'de']) {
      const tablet = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: language });
      const page = await tablet.newPage();
      await page.goto(`${product.address}/heat`);
      await page.locator('[data-live="live"]').waitFor();
      for (const width of [641, 700, 768, 820, 901, 1024, 1200, 1279, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const { lines, sideways, bar } = await page.evaluate(() => {
          const words = document.querySelector('header .find span');
          const line = words === null ? Number.NaN : Number.parseFloat(getComputedStyle(words).lineHeight);
          return {
            lines: Math.round((words?.getBoundingClientRect().height ?? Number.NaN) / line),
            sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
            bar: document.querySelector('header')?.getBoundingClientRect().height ?? Number.NaN,
          };
        });
        if (lines !== 1 || sideways > 0 || !(bar <= 90)) seen.push(`${language} ${width}: ${JSON.stringify({ lines, sideways, bar })}`);
      }
      await tablet.close();
    }
    expect(seen).toEqual([]);
  });

  it('a drawer that covers the page keeps the focus, forwards and backwards', async () => {
    const phone = await browser.newContext({ viewport: PHONE, locale: 'en' });
    const page = await phone.newPage();
    await page.goto(`${product.address}/heat`);
    await settled(page);
    await page.locator('table[role="grid"] [data-row="0"]').first().click();
    await page.locator('#drawer-title').waitFor();
    const inside = () => page.evaluate(() => document.activeElement?.closest('aside') !== null);
    for (const key of ['Shift+Tab', 'Tab', ...Array.from({ length: 30 }, () => 'Tab'), 'Shift+Tab', 'Shift+Tab']) {
      await page.keyboard.press(key);
      expect(await inside(), key).toBe(true);
    }
    await phone.close();
  });

  it('enlarged four times, no page has to be pushed sideways, and what stays in place leaves most of the window to the page', async () => {
    const made = await browser.newContext({ viewport: ENLARGED, locale: 'de-DE' });
    const page = await made.newPage();
    const seen: string[] = [];
    const paths = [
      '/funnel',
      '/heat',
      '/queue',
      '/promises',
      '/journey',
      '/sources',
      '/c',
      '/pop',
      `/c/${customer}`,
      '/embed/pop',
      '/nowhere',
    ];
    for (const path of paths) {
      await page.goto(product.address + path);
      await settled(page);
      const { sideways, kept } = await page.evaluate(() => {
        window.scrollTo(0, 400);
        const stays = [...document.querySelectorAll('.contents > nav, .frame > header')].map((one) => one.getBoundingClientRect());
        const inSight = ({ top, bottom }: DOMRect) => Math.max(0, Math.min(bottom, innerHeight) - Math.max(top, 0));
        return {
          sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
          kept:
            document.documentElement.scrollHeight > 2 * innerHeight ? stays.reduce((sum, box) => sum + inSight(box), 0) / innerHeight : 0,
        };
      });
      if (sideways > 0) seen.push(`${path} is ${sideways} px too wide`);
      if (kept > 0.25) seen.push(`${path} keeps ${(100 * kept).toFixed(0)} % of the window`);
    }
    expect(seen).toEqual([]);
    await made.close();
  });
  it('a word of a name that is longer than its place is broken, and neither widens the page nor covers what stands beside it', async () => {
    const made = await browser.newContext({ viewport: ENLARGED, locale: 'de-DE' });
    const page = await made.newPage();
    for (const path of ['/funnel', '/heat?w=1h']) {
      await page.goto(product.address + path);
      await settled(page);
      const beyond = await page.evaluate(() => {
        const names = [...document.querySelectorAll<HTMLElement>('main h1, main h2, main tbody th .stage')];
        for (const name of names) name.textContent = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung';
        return [document.documentElement, ...document.querySelectorAll('main tbody th')].map((one) => one.scrollWidth - one.clientWidth);
      });
      expect(Math.max(...beyond), path).toBe(0);
    }
    await made.close();
  });
  it('a reader who has colours of their own sees which place is on, and the bars of the funnel', async () => {
    const own = await browser.newContext({ viewport: WIDE, forcedColors: 'active' });
    const page = await own.newPage();
    await page.goto(`${product.address}/funnel`);
    const background = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((one) => getComputedStyle(one).backgroundColor);
    expect(await background('nav a[aria-current]')).not.toBe(await background('nav li a:not([aria-current])'));
    expect(await background('.become .bar .wentOn')).not.toBe(await background('.become .bar'));
    expect(await background('.become .bar .wentOn')).not.toBe(await background('main'));
    await own.close();
  });
  it('a reader who has colours of their own sees how hard each square of the heatmap is, how many were there, and which one lies open', async () => {
    const own = await browser.newContext({ viewport: WIDE, forcedColors: 'active' });
    const page = await own.newPage();
    await page.goto(`${product.address}/heat?w=1h&cell=order%7Cweb`);
    await settled(page);
    const styleOf = (selector: string, name: 'backgroundColor' | 'backgroundImage' | 'outlineStyle') =>
      page
        .locator(selector)
        .first()
        .evaluate((one, property) => getComputedStyle(one)[property], name);
    const bins = await page.locator('.legend .bins span').evaluateAll((all) => all.map((one) => getComputedStyle(one).backgroundColor));
    expect(new Set(bins).size).toBe(5);
    expect(bins).toContain(await styleOf('td .face[class*="bin-"]', 'backgroundColor'));
    expect(await styleOf('td .face[class*="bin-"] .foot', 'backgroundImage')).toContain('gradient');
    expect(await styleOf('td[aria-selected="true"]', 'outlineStyle')).toBe('solid');
    expect(await styleOf('td[aria-selected="false"]', 'outlineStyle')).toBe('none');
    await own.close();
  });

  it.each(['24h', '28d'])('the times under the strip of %s stand apart and whole, however narrow the page is', async (span) => {
    const made = await context('light', 'de');
    const page = await made.newPage();
    for (const width of [1280, 900, 640, 390, 320]) {
      await page.setViewportSize({ width, height: 720 });
      await page.goto(`${product.address}/heat?span=${span}`);
      await settled(page);
      const times = await page.locator('.lanes .axis').evaluate((axis) => {
        const end = axis.getBoundingClientRect().right;
        const boxes = [...axis.querySelectorAll('span')].filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect());
        return boxes.map(({ right }, i) => (boxes[i + 1]?.left ?? end + 4) - right);
      });
      expect(times.length, `${width}`).toBeGreaterThan(0);
      expect(Math.min(...times), `${width}`).toBeGreaterThanOrEqual(4);
    }
    await made.close();
  });

  it('a page that the server no longer answers says so, in the chosen language, and stays accessible in both themes', async () => {
    const made = await context('light', 'en-XA');
    const pages = await Promise.all(
      CUT(customer).map(async (path) => {
        const page = await made.newPage();
        await page.setViewportSize(WIDE);
        await page.goto(product.address + path);
        await settled(page);
        return { path, page };
      }),
    );
    const look = nothingSeen();
    process.kill(product.pid, 'SIGSTOP');
    try {
      for (const state of ['stale', 'offline'] as const)
        for (const { path, page } of pages) {
          const mark = path.startsWith('/wall') ? '[data-health="stale"], [data-health="reconnecting"]' : `[data-live="${state}"]`;
          await page.locator(mark).first().waitFor({ timeout: 40_000 });
          const found = await textFindings(page, data);
          look.unsaid.push(...found.unsaid.map((one) => `${path} ${state}: ${one}`));
          look.cut.push(...found.cut.map((one) => `${path} ${state}: ${one}`));
          if (state === 'stale') continue;
          for (const theme of ['light', 'dark']) {
            await page.evaluate((chosen) => (document.documentElement.dataset['theme'] = chosen), theme);
            look.inaccessible.push(...(await brokenRules(page)).map((one) => `${path} ${state} (${theme}): ${one}`));
          }
        }
    } finally {
      process.kill(product.pid, 'SIGCONT');
    }
    expect(look).toEqual(nothingSeen());
    await pages[0]?.page.locator('[data-live="live"]').waitFor({ timeout: 40_000 });
    await made.close();
  });

  it.each([() => '/funnel', () => '/heat', () => '/assoc', () => '/wall/now', () => '/queue', () => `/c/${customer}`])(
    'a page loads at most 120 KB of script, compressed, none of it ECharts or the checker of schemas (%#)',
    async (pathOf) => {
      const path = pathOf();
      const made = await context('light', 'en');
      const page = await made.newPage();
      const scripts: Promise<{ url: string; bytes: number; text: string }>[] = [];
      page.on('response', (response) => {
        if (!/\.js(\?|$)/.test(response.url())) return;
        const read = async () => {
          const [{ responseBodySize }, body] = await Promise.all([response.request().sizes(), response.text()]);
          return { url: response.url(), bytes: responseBodySize, text: body };
        };
        scripts.push(read());
      });
      await page.goto(product.address + path);
      await settled(page);
      let loaded: Awaited<(typeof scripts)[number]>[] = [];
      // Reading one takes a moment in which the next may come.
      while (loaded.length < scripts.length) loaded = await Promise.all(scripts);
      page.removeAllListeners('response');
      const bytes = loaded.reduce((sum, script) => sum + script.bytes, 0);
      console.log(`${path}: ${(bytes / KILOBYTE).toFixed(1)} KB of script in ${loaded.length} files`);
      expect(loaded.length).toBeGreaterThan(3);
      expect(bytes).toBeGreaterThan(10 * KILOBYTE);
      expect(bytes).toBeLessThanOrEqual(MOST_SCRIPT);
      expect(loaded.filter(({ text }) => /zrender|echarts|invalid_type/.test(text)).map(({ url }) => url)).toEqual([]);
      await made.close();
    },
  );

  it.each([() => '/heat?w=1h', () => '/funnel?by=channel', () => `/c/${customer}`])(
    'a page is printed light and whole, without what only a pointer could use (%#)',
    async (path) => {
      const made = await context('dark', 'en');
      const page = await made.newPage();
      await page.goto(product.address + path());
      await settled(page);
      await page.emulateMedia({ media: 'print' });
      // A4 across, less its margins, in CSS pixels.
      await page.setViewportSize({ width: 1040, height: 710 });
      const paper = await page.evaluate(() => {
        const shown = (selector: string) =>
          [...document.querySelectorAll(selector)].filter((one) => one.getClientRects().length > 0).length;
        const cut = [...document.querySelectorAll('.box, .scroll')].filter((one) => getComputedStyle(one).overflowX !== 'visible');
        return {
          rail: shown('.contents > nav'),
          fields: shown('header form, button[data-play]'),
          tools: shown('[data-export], .desk button, .actions button'),
          asOf: shown('.frame > header .chip'),
          scheme: getComputedStyle(document.documentElement).colorScheme,
          cut: cut.length,
          tooWide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
        };
      });
      expect(paper).toEqual({ rail: 0, fields: 0, tools: 0, asOf: 1, scheme: 'light', cut: 0, tooWide: false });
      expect((await page.pdf({ preferCSSPageSize: true })).subarray(0, 5).toString()).toBe('%PDF-');
      await made.close();
    },
  );
});
