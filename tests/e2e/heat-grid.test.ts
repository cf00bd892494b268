import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minuteOf } from '#server/domain/kernel/time.ts';
import { openBrowser } from '../support/browser.ts';
import { costOfUpdates } from '../support/main-thread.ts';
import { startProduct } from '../support/product.ts';
import type { Product } from '../support/product.ts';

/** The grid of the largest journeys. */
const WIDE = 12;
const ALL = Array.from({ length: WIDE * WIDE }, (_, i) => i);
/** Until a new minute is on the page. */
const MINUTE_SHOWN_MS = 3000;
const numbers = Array.from({ length: WIDE }, (_, i) => i);
const WIDE_JOURNEY = `
journey: wide
name: {customer: A long way, internal: Wide}
goal: It works
window: 2d
segments: [${numbers.map((i) => `s${i}`).join(', ')}]
stages:
${numbers.map((i) => `  - {id: st${i}, name: {customer: Stage ${i}, internal: Stage ${i}}, next: [${i + 1 < WIDE ? `st${i + 1}` : ''}]}`).join('\n')}
touchpoints:
${numbers.map((i) => `  - {id: t${i}, name: Point ${i}, stage: st${i}, owner: Care, channel: web, match: [{type: step.${i}}]}`).join('\n')}
`;

let browser: Browser;
let journeys: string;
let product: Product;
let page: Page;
let updates = 0;
let sent = 0;

/** A visit to each of `squares`; what is sent in one request to one partition reaches a page in one message. */
async function visit(squares: readonly number[]): Promise<void> {
  const round = sent++;
  const before = updates;
  await product.send(
    squares.flatMap((i) => {
      const who = { customer: { customerId: `w${round}-${i}` }, caseId: `w${round}-${i}`, segment: `s${i % WIDE}` };
      const type = `step.${Math.floor(i / WIDE)}`;
      const hard = (i + round) % 3 === 0 ? [{ type: 'error.shown', channel: 'web' }] : [];
      return [{ type }, ...hard].map((event, k) => ({ id: `w${round}-${i}-${k}`, ...who, ...event, occurredAt: Date.now() - 2000 + k }));
    }),
  );
  while (updates === before) await page.waitForTimeout(20);
  // The frames that show it, and no other message within the time it is measured for.
  await page.waitForTimeout(250);
  await page.evaluate(() => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown))));
}

beforeAll(async () => {
  browser = await openBrowser();
  journeys = await mkdtemp(join(tmpdir(), 'throughline-journeys-'));
  await writeFile(join(journeys, 'wide.yaml'), WIDE_JOURNEY);
  product = await startProduct({ env: { JOURNEYS: journeys, PARTITIONS: '1', LOG_LEVEL: 'error' } });
  page = await (await browser.newContext({ viewport: { width: 1920, height: 1080 } })).newPage();
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => (updates += /"merge":\{"cells"/.test(String(payload)) ? 1 : 0)),
  );
  await page.goto(`${product.address}/heat?j=wide&w=1h&by=segment`);
  await page.locator('[data-live="live"]').waitFor({ timeout: 20_000 });
  for (let round = 0; round < 8; round++) await visit(ALL);
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  await browser.close();
  await rm(journeys, { recursive: true, force: true });
});

describe('a grid of twelve by twelve', () => {
  it('begins in the upper half of a small screen, below what it is chosen by, which stands in two lines', async () => {
    const small = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
    await small.goto(`${product.address}/heat?j=wide&w=1h&by=segment`);
    const tops = await small.locator('.segmented').evaluateAll((all) => all.slice(0, 4).map((one) => one.getBoundingClientRect().top));
    expect(new Set(tops).size).toBe(2);
    expect(await small.locator('[role="grid"]').evaluate((grid) => grid.getBoundingClientRect().top)).toBeLessThan(300);
    await small.context().close();
  });
  it('touches the squares that changed and no others, and moves none', async () => {
    expect(await page.locator('[data-cell]').count()).toBe(WIDE * (WIDE + 1));
    await page.evaluate(() => {
      const touched: string[] = [];
      Object.assign(globalThis, { touched });
      const grid = document.querySelector('table[role="grid"]') as Element;
      new MutationObserver((records) => {
        for (const { target, type } of records) {
          const element = target instanceof Element ? target : target.parentElement;
          touched.push(type === 'childList' ? 'moved' : (element?.closest('[data-cell]')?.getAttribute('data-cell') ?? 'the grid'));
        }
      }).observe(grid, { subtree: true, childList: true, characterData: true, attributes: true });
    });
    const touched = () => page.evaluate(() => [...new Set((Reflect.get(globalThis, 'touched') as string[]).splice(0))].sort());
    // A new minute may move every square, a little after it has begun; and a message of before may be late. What is asked here is asked within one
    // minute and of one message; each attempt visits other squares, as two visits more to the busiest one change the measure of all bars.
    let squares: string[] = [];
    let expected: string[] = [];
    for (let [isAlone, attempt] = [false, 0]; !isAlone; attempt++) {
      // What a screen reader is told follows what is shown, a second behind: nothing of it may be due.
      await page.waitForFunction(() =>
        [...document.querySelectorAll('[data-cell]')].every(({ textContent }) => {
          const [shown, told] = [/\bn (\d+)/.exec(textContent), /of (\d+) visits/.exec(textContent)];
          return shown !== null && shown[1] === told?.[1];
        }),
      );
      const [begun, before] = [Date.now(), updates];
      await touched();
      const [above, below] = [(attempt + 5) % WIDE, (attempt + 7) % WIDE];
      expected = ['st0|all', `st0|s${above}`, 'st1|all', `st1|s${below}`];
      await visit([above, WIDE + below]);
      squares = await touched();
      isAlone = updates === before + 1 && minuteOf(begun - MINUTE_SHOWN_MS) === minuteOf(Date.now());
    }
    expect(squares).toEqual(expected);
  });

  it.each([
    ['all its squares', ALL],
    ['one square', [40]],
  ] as const)('is sent a tick as one message, and says what it costs the page: %s', async (what, squares) => {
    const rounds = 12;
    const costs = await costOfUpdates(browser, page, async () => {
      const before = updates;
      for (let round = 0; round < rounds; round++) await visit(squares);
      return updates - before;
    });
    expect(costs.length).toBe(rounds);
    const middle = costs[rounds / 2] ?? { total: 0, script: 0, style: 0, layout: 0, paint: 0 };
    const parts = (['script', 'style', 'layout', 'paint'] as const).map((kind) => `${kind} ${middle[kind].toFixed(1)}`).join(', ');
    console.log(
      `  12 x 12, ${what} changed: ${middle.total.toFixed(1)} ms of the page's CPU in half of ${rounds} updates (${parts}), ${costs[0]?.total.toFixed(1)} at most`,
    );
    expect(middle.script).toBeGreaterThan(0);
  });
});
