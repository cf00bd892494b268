import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORY_FIRST_PAGE } from '#lib/contract/index.ts';
import type { FindAnswer } from '#lib/contract/index.ts';
import { openBrowser, violationsOf } from '../support/browser.ts';
import type { Product } from '../support/product.ts';
import { startProduct } from '../support/product.ts';
import { TEST_JOURNEY } from '../support/world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** "Within a second", on a machine that other tests share. */
const SOON = { timeout: 30_000, interval: 50 };
const MANY = 10_000;
const HALF_A_SECOND = 500;
/** Most looks at the page of that many events until one is quick enough. */
const MOST_LOOKS = 6;
/** First paint of the page that searches, on a machine that does nothing else. */
const ALMOST_EMPTY_MS = 100;
const DESK: BrowserContextOptions = { viewport: { width: 1280, height: 720 }, reducedMotion: 'reduce' };

let browser: Browser;
let journeys: string;
let product: Product;
let [ada, big]: readonly string[] = [];
const now = Date.now();

/** Events of nineteen years, ten thousand of them. */
function manyEvents(): object[] {
  const kinds = [
    { type: 'page.viewed', channel: 'web' },
    { type: 'contact.queued', channel: 'phone', topic: 'bill' },
    { type: 'message.in', channel: 'chat' },
    { type: 'error.shown', channel: 'app' },
    { type: 'survey.answered', channel: 'email', score: { kind: 'csat', value: 2 } },
  ];
  return Array.from({ length: MANY }, (_, i) => ({
    id: `m${i}`,
    customer: { customerId: 'BIG' },
    occurredAt: now - (MANY - i) * 60_000_000,
    ...kinds[i % kinds.length],
    ...(i % 5 === 2 ? { text: i % 1000 === 2 ? `The tortoise number ${i}` : 'Where is it?' } : {}),
  }));
}

const storyOf = (id: string, hours: number, rest: object) => ({
  id,
  customer: { customerId: 'A' },
  occurredAt: now - hours * HOUR,
  ...rest,
});

beforeAll(async () => {
  browser = await openBrowser();
  journeys = await mkdtemp(join(tmpdir(), 'throughline-journeys-'));
  await writeFile(join(journeys, 'test.yaml'), TEST_JOURNEY);
  product = await startProduct({ env: { JOURNEYS: journeys, PARTITIONS: '3', LOG_LEVEL: 'error' } });
  const many = manyEvents();
  for (let i = 0; i < many.length; i += 2000) await product.send(many.slice(i, i + 2000));
  await product.send([
    storyOf('1', 200, { type: 'page.viewed', channel: 'web' }),
    storyOf('2', 100, { type: 'order.placed', channel: 'web' }),
    storyOf('3', 99, {
      type: 'promise.made',
      channel: 'phone',
      promise: { kind: 'call', due: now - 50 * HOUR, wording: 'We call you on Monday.' },
    }),
    storyOf('4', 98, { type: 'delivery.started', channel: 'partner' }),
    storyOf('5', 10, { type: 'contact.queued', channel: 'phone', topic: 'late' }),
    storyOf('6', 9.9, { type: 'message.in', channel: 'phone', topic: 'late', text: 'Nobody called. Where is my Päckchen?' }),
    storyOf('7', 9.8, { type: 'contact.ended', channel: 'phone', topic: 'late', outcome: 'unresolved' }),
    storyOf('8', 2, { type: 'survey.answered', channel: 'email', score: { kind: 'csat', value: 1 } }),
    storyOf('9', 1, { type: 'identify', attributes: { name: 'Ada Lang', preferredChannel: 'chat' } }),
  ]);
  await product.settled();
  const find = async (q: string) => (await product.trpc<FindAnswer>('customers.find', { q })).hits[0]?.customer ?? '';
  [ada, big] = [await find('A'), await find('BIG')];
}, 180_000);
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  await browser.close();
  await rm(journeys, { recursive: true, force: true });
});

async function open(path: string, options: BrowserContextOptions = DESK): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  await page.goto(`${product.address}${path}`);
  await page.locator('[data-live="live"]').waitFor({ timeout: 20_000 });
  return page;
}
/** What somebody sees who has the product open and goes to another page, ms after they ask: the first thing painted and the largest, and whether that is of the head. */
async function paintOf(page: Page, path: string): Promise<{ first: number; largest: number; head: boolean }> {
  await page.goto(`${product.address}${path}`);
  await page.locator('[data-live="live"]').waitFor({ timeout: 20_000 });
  return page.evaluate(() => {
    const largest = Reflect.get(globalThis, 'largest') as PerformanceEntry & { readonly element: Element | null };
    return {
      first: Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity),
      largest: Math.round(largest.startTime),
      head: largest.element?.closest('[data-head]') !== null,
    };
  });
}
const topOf = (page: Page, selector: string) =>
  page
    .locator(selector)
    .first()
    .evaluate((node) => Math.round(node.getBoundingClientRect().top));
const shownIds = (page: Page) =>
  page.locator('[data-event]').evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset['event'] ?? ''));

describe('the head of a customer’s page', () => {
  it('has everything above the fold at 1280x720, and each sentence of the brief leads to its events', async () => {
    const page = await open(`/c/${ada}`);
    const head = page.locator('[data-head]');
    expect(await head.evaluate((node) => node.getBoundingClientRect().bottom <= window.innerHeight)).toBe(true);
    // What an agent writes down stands above what is known, however much that is.
    expect(await head.locator('[data-open]').count()).toBe(4);
    expect(await topOf(page, '[data-open="note"]')).toBeLessThan(await topOf(page, '[data-brief]'));
    const text = await head.innerText();
    for (const said of [
      'Ada Lang',
      'Waiting for it',
      'over by',
      'frustrated',
      'said',
      'Last contact',
      'We call you on Monday',
      'broken',
      'chat',
    ])
      expect(text).toContain(said);
    const sentences = page.locator('[data-sentence]');
    const codes = await sentences.evaluateAll((links) => links.map((link) => (link as HTMLElement).dataset['sentence']));
    expect(codes).toContain('broken');
    expect(codes.length).toBeGreaterThanOrEqual(3);
    expect(codes.length).toBeLessThanOrEqual(5);
    await page.locator('[data-sentence="broken"]').focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-marked]').first().waitFor();
    const marked = page.locator('[data-marked]').first();
    expect(await marked.innerText()).toContain('We call you on Monday');
    await expect.poll(() => marked.evaluate((node) => { const { top, bottom } = node.getBoundingClientRect(); return top >= 0 && bottom <= window.innerHeight; }), SOON).toBe(true); // prettier-ignore
    await page.goBack();
    await expect.poll(() => page.locator('[data-marked]').count(), SOON).toBe(0);
    await page.context().close();
  });
  it('says that a promise is broken when it breaks, by the clock alone', async () => {
    const due = Date.now() + 8000;
    await product.send([
      { id: 'br', customer: { customerId: 'BR' }, type: 'promise.made', promise: { id: 'br', kind: 'call', due, graceSeconds: 0 } },
    ]);
    await product.settled();
    const page = await open(`/c/${(await product.trpc<FindAnswer>('customers.find', { q: 'BR' })).hits[0]?.customer ?? ''}`);
    if (Date.now() < due) expect(await page.locator('[data-promise]').getAttribute('data-promise')).toBe('open');
    await expect.poll(() => page.locator('[data-promise]').getAttribute('data-promise'), SOON).toBe('broken');
    await page.context().close();
  });
  it('says what was expected in a silence, and leads to what it comes from', async () => {
    const page = await open(`/c/${ada}`);
    const silence = page.locator('[data-silence]', { hasText: 'expected in it' }).first();
    expect(await silence.innerText()).toContain('“We call you on Monday” by');
    await page.context().close();
  });
});

describe('the list', () => {
  it('filters by kind, says how many it hides, and Back shows them again', async () => {
    const page = await open(`/c/${ada}`);
    const all = await shownIds(page);
    await page.locator('[data-filters]').click();
    await page.locator('[data-choice="kind contact"]').click();
    await expect.poll(() => page.locator('[data-hidden="7"]').count(), SOON).toBe(1);
    expect(await page.locator('[data-hidden]').innerText()).toContain('7 events are hidden by filters');
    expect(await shownIds(page)).toHaveLength(2);
    expect(new URL(page.url()).search).toBe('?kind=contact');
    await page.goBack();
    await expect.poll(() => shownIds(page), SOON).toEqual(all);
    await page.context().close();
  });
  it('finds words in the whole story, marks them, and says how many of how many', async () => {
    const page = await open(`/c/${big}`);
    await page.locator('[data-story-search]').fill('TORTOISE number');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('mark').count(), SOON).toBe(10);
    expect(await page.locator('[data-hidden]').innerText()).toContain('10 events of 10,000 tell of “TORTOISE number”');
    expect(await page.locator('mark').first().innerText()).toBe('tortoise number');
    await page.locator('[data-show-all]').click();
    await expect.poll(() => page.locator('mark').count(), SOON).toBe(0);
    await page.context().close();
  });
  it.each([
    ['the search', () => `/c/${big}`, '[data-story-search]'],
    ['the field that finds customers', () => '/c', '[data-find]'],
  ])('keeps what is typed into %s while the page still gets ready', async (_, path, field) => {
    const page = await (await browser.newContext(DESK)).newPage();
    let letGo: () => void = () => undefined;
    const typed = new Promise<void>((resolve) => (letGo = resolve));
    await page.route('**/*.js', async (route) => {
      await typed;
      await route.continue();
    });
    await page.goto(`${product.address}${path()}`, { waitUntil: 'commit' });
    await page.locator(field).fill('TORTOISE number');
    letGo();
    await page.locator('[data-live="live"]').waitFor({ timeout: 20_000 });
    await page.waitForLoadState('networkidle');
    expect(await page.locator(field).inputValue()).toBe('TORTOISE number');
    await page.context().close();
  });
  it('shows both sides of the stage side by side, and every event by itself', async () => {
    const page = await open(`/c/${ada}?sides=on`);
    const left = (side: string) =>
      page
        .locator(`[data-side="${side}"]`)
        .first()
        .evaluate((node) => node.getBoundingClientRect().left);
    expect(await left('back')).toBeGreaterThan(await left('front'));
    await page.goto(`${product.address}/c/${ada}?group=off`);
    expect(await page.locator('[data-group]').count()).toBe(9);
    await page.goto(`${product.address}/c/${ada}`);
    expect(await page.locator('[data-group]').count()).toBeLessThan(9);
    const folded = page.locator('[data-fold]').first();
    await folded.click();
    expect(await folded.getAttribute('aria-expanded')).toBe('false');
    await page.context().close();
  });
});

describe('by keyboard alone', () => {
  const focused = (page: Page) =>
    page.evaluate(() => {
      const at = document.activeElement;
      return at === document.body ? 'nowhere' : (at?.textContent?.trim() ?? '');
    });
  it('whoever takes something back or settles a promise goes on where they were', async () => {
    await product.send([
      { id: 'k1', customer: { customerId: 'K' }, type: 'promise.made', promise: { kind: 'call', due: now + DAY, wording: 'We call you' } },
    ]);
    await product.settled();
    const customer = (await product.trpc<FindAnswer>('customers.find', { q: 'K' })).hits[0]?.customer ?? '';
    const page = await open(`/c/${customer}`);
    await page.locator('[data-settle="kept"]').focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-settle]').first().waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('Promises');
    await page.locator('[data-ask-take-back]').first().focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => focused(page), SOON).toBe('Yes, take it back');
    await page.keyboard.press('Enter');
    // The promise stands again.
    await page.locator('[data-settle="kept"]').waitFor();
    expect(await focused(page)).not.toBe('nowhere');
    await page.context().close();
  });
});

it('what cannot be kept for want of a server is said in the reader’s language, and what was written stays', async () => {
  const page = await open(`/c/${ada}?lang=de`);
  await page.locator('[data-open="note"]').click();
  await page.locator('textarea').fill('Ruft morgen an');
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Festhalten' }).click();
  await expect.poll(() => page.getByRole('alert').allInnerTexts(), SOON).toEqual([expect.stringContaining('Server')]);
  expect(await page.locator('textarea').inputValue()).toBe('Ruft morgen an');
  await page.context().close();
});

describe('ten thousand events', () => {
  it('are painted within half a second of being asked for, also where the whole story has to be read first', async () => {
    const page = await open('/c');
    await page.addInitScript(() => {
      const seen = (list: PerformanceObserverEntryList) => Reflect.set(globalThis, 'largest', list.getEntries().at(-1));
      new PerformanceObserver(seen).observe({ type: 'largest-contentful-paint', buffered: true });
    });
    const paints: { first: number; largest: number; head: boolean }[] = [];
    const usual: typeof paints = [];
    // What else runs on this machine only ever adds to it, to every page alike: an almost empty one tells how slow everything is.
    const allowed = () => HALF_A_SECOND * Math.max(1, Math.min(...usual.map(({ first }) => first)) / ALMOST_EMPTY_MS);
    const quickest = () => Math.min(...paints.map(({ largest }) => largest));
    while (paints.length < MOST_LOOKS && !(quickest() < allowed())) {
      // What comes late is put in between, so that nothing which was read before can be used again.
      const late = { id: `late${paints.length}`, customer: { customerId: 'BIG' }, type: 'page.viewed', channel: 'web' };
      await product.send([{ ...late, occurredAt: now - 200 * DAY + paints.length }]);
      await product.settled();
      usual.push(await paintOf(page, '/c'));
      paints.push(await paintOf(page, `/c/${big}`));
    }
    const told = (all: typeof paints) => all.map(({ first, largest }) => `${first}/${largest}`).join(', ');
    console.log(`first and largest paint with ${MANY} events: ${told(paints)} ms; of an almost empty page: ${told(usual)} ms`);
    expect(paints.every(({ head }) => head)).toBe(true);
    expect(quickest()).toBeLessThan(allowed());
    await page.context().close();
  });

  it('go on in both directions from any date', async () => {
    const page = await open(`/c/${big}`);
    expect(await shownIds(page)).toHaveLength(STORY_FIRST_PAGE);
    const date = new Date(now - 300 * DAY).toISOString().slice(0, 10);
    await page.locator('[data-jump]').fill(date);
    await page.keyboard.press('Enter');
    await page.locator('[data-newer]').waitFor();
    const [first = ''] = await shownIds(page);
    expect(Math.abs(Number(first.split('-')[0]) - (now - 300 * DAY))).toBeLessThan(2 * DAY);
    const before = await topOf(page, `[data-event="${first}"]`);
    await page.locator('[data-newer]').click();
    await expect.poll(async () => (await shownIds(page)).indexOf(first), SOON).toBeGreaterThan(0);
    // What comes in above does not move what is read.
    expect(Math.abs((await topOf(page, `[data-event="${first}"]`)) - before)).toBeLessThanOrEqual(2);
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await expect.poll(async () => (await shownIds(page)).length, SOON).toBeGreaterThan(150);
    await page.context().close();
  });

  it('scroll without a stop, and the browser’s own search finds what is shown, in sight or not', async () => {
    const page = await open(`/c/${big}`);
    const found = await page.evaluate(() => {
      const rows = [...document.querySelectorAll('[data-event]')];
      const out = rows.findLast((row) => (row.textContent ?? '').includes('Where is it?'));
      const before = out?.getBoundingClientRect().top ?? 0;
      const times = rows.filter((row) => (row.textContent ?? '').includes('Where is it?')).length;
      // Not part of the types: the search that Ctrl+F opens, without its window.
      const find = Reflect.get(window, 'find') as (text: string) => boolean;
      let hits = 0;
      while (hits < times && find.call(window, 'Where is it?')) hits++;
      return { times, hits, wasBelow: before > window.innerHeight, top: out?.getBoundingClientRect().top ?? 0 };
    });
    expect(found.times).toBeGreaterThan(3);
    expect(found).toMatchObject({ hits: found.times, wasBelow: true });
    expect(found.top).toBeLessThan(720);
    const frames = await page.evaluate(
      () =>
        new Promise<number[]>((resolve) => {
          const taken: number[] = [];
          let last = performance.now();
          const step = (now: number) => {
            taken.push(now - last);
            last = now;
            window.scrollBy({ top: 60, behavior: 'instant' });
            if (taken.length < 150) requestAnimationFrame(step);
            else resolve(taken.slice(1));
          };
          window.scrollTo(0, 0);
          requestAnimationFrame(step);
        }),
    );
    frames.sort((a, b) => a - b);
    console.log(`frames while scrolling: median ${frames[75]?.toFixed(0)} ms, longest ${frames.at(-1)?.toFixed(0)} ms`);
    // Sixty pictures a second are 17 ms each; a machine that others share may miss one, but not most.
    expect(frames[75]).toBeLessThan(50);
    await page.context().close();
  });

  it('do not move when new ones come: a pill says how many, and leads to them', async () => {
    const page = await open(`/c/${big}`);
    await page.evaluate(() => document.querySelectorAll('[data-event]')[20]?.scrollIntoView({ block: 'start' }));
    const id = (await shownIds(page))[22] ?? '';
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    const before = await topOf(page, `[data-event="${id}"]`);
    await product.send([
      { id: 'new1', customer: { customerId: 'BIG' }, type: 'message.in', channel: 'chat', text: 'Hello again' },
      { id: 'new2', customer: { customerId: 'BIG' }, type: 'message.in', channel: 'chat', text: 'Are you there?' },
    ]);
    const pill = page.locator('[data-new]');
    await expect.poll(() => pill.count(), SOON).toBe(1);
    await expect.poll(() => pill.innerText(), SOON).toContain('2 new events');
    expect(Math.abs((await topOf(page, `[data-event="${id}"]`)) - before)).toBeLessThanOrEqual(2);
    await pill.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('[data-story]').innerText(), SOON).toContain('Are you there?');
    expect(await pill.count()).toBe(0);
    await page.context().close();
  });

  it('are there again where the reader was, after Back', async () => {
    const page = await open(`/c/${big}?kind=contact,message`);
    const toEnd = () => page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await expect.poll(async () => (await toEnd(), (await shownIds(page)).length), SOON).toBeGreaterThan(100);
    await page.evaluate(() => document.querySelectorAll('[data-event]')[90]?.scrollIntoView({ block: 'start' }));
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    const id = (await shownIds(page))[92] ?? '';
    await page.locator('a[href^="/sources"]').first().click();
    await page.waitForURL(/\/sources/);
    await page.goBack();
    await page.waitForURL(/kind=contact/);
    await expect.poll(async () => (await shownIds(page)).length, SOON).toBeGreaterThan(92);
    await expect.poll(() => page.locator(`[data-event="${id}"]`).evaluate((node) => { const { top } = node.getBoundingClientRect(); return top > -50 && top < window.innerHeight; }), SOON).toBe(true); // prettier-ignore
    await page.context().close();
  });

  it('are drawn on a strip that widens no page, also before it is drawn anew for a narrower window', async () => {
    const page = await open(`/embed/c/${big}`, { viewport: { width: 390, height: 844 } });
    const overhang = await page.locator('[data-end="to"]').evaluate((handle: HTMLElement) => {
      handle.style.left = '5000px';
      return document.documentElement.scrollWidth - document.documentElement.clientWidth;
    });
    expect(overhang).toBe(0);
    await page.context().close();
  });

  it('are chosen from by the ends of the strip, with the keyboard alone', async () => {
    const page = await open(`/c/${big}`);
    await page.locator('[data-end="from"]').focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowRight');
    expect(await page.locator('[data-read]').innerText()).not.toBe('');
    await page.keyboard.press('Enter');
    await page.waitForURL(/between=/);
    await page.locator('[data-whole]').waitFor();
    const hidden = Number(await page.locator('[data-hidden]').getAttribute('data-hidden'));
    expect(hidden).toBeGreaterThan(1000);
    expect(hidden).toBeLessThan(MANY / 2);
    await page.locator('[data-whole]').click();
    await expect.poll(() => page.locator('[data-hidden="0"]').count(), SOON).toBe(1);
    const box = await page.locator('[data-brush]').boundingBox();
    if (box === null) throw new Error('no strip');
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 25, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/between=/);
    await expect.poll(() => page.locator('[data-hidden]').getAttribute('data-hidden'), SOON).toMatch(/^[89]\d{3}$/);
    await page.context().close();
  });
});

describe('everybody', () => {
  it('can use the page: no violations, wide and narrow, light and dark, filtered, searched, empty and marked', async () => {
    const narrow = { ...DESK, viewport: { width: 390, height: 844 } };
    const seen: readonly (readonly [string, BrowserContextOptions])[] = [
      [`/c/${ada}`, DESK],
      [`/c/${ada}?kind=contact,message&on=phone&sides=on&strip=owner`, { ...DESK, colorScheme: 'dark' }],
      [`/c/${ada}?q=p%C3%A4ckchen`, narrow],
      [`/c/${ada}?kind=note&lang=de`, { ...narrow, colorScheme: 'dark' }],
      [`/c/${big}`, narrow],
    ];
    for (const [path, options] of seen) {
      const page = await open(path, options);
      expect(await violationsOf(page), path).toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
      expect(wide, `${path} does not scroll sideways`).toBe(true);
      await page.context().close();
    }
  });
});
