import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestApp } from '../support/app.ts';
import { startTestApp } from '../support/app.ts';
import { openBrowser, violationsOf } from '../support/browser.ts';

const HOUR = 3_600_000;
const PHONE = '+4915112345678';
const SOON = { timeout: 30_000, interval: 50 };

let app: TestApp;
let browsers: readonly Browser[];
let running: NodeJS.Timeout;
/** how far the app's clock is ahead of ours, ms */
let ahead = 0;
let ada: Page;
let ben: Page;

/** Somebody at a browser of their own, under a name of their own, or under none yet. */
async function somebody(browser: Browser, name: string | null): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  if (name !== null) await context.addCookies([{ name: 'x-actor-name', value: name, url: app.address }]);
  return context.newPage();
}

beforeAll(async () => {
  const start = Date.now();
  app = await startTestApp({ now: start, pages: true, env: { PHONE_REGION: 'DE' } });
  running = setInterval(() => (app.now = Date.now() + ahead), 50);
  browsers = await Promise.all([openBrowser(), openBrowser()]);
  const [first, second] = browsers;
  if (first === undefined || second === undefined) throw new Error('no browser');
  [ada, ben] = await Promise.all([somebody(first, 'Ada'), somebody(second, 'Ben')]);
  await app.take([
    { customer: { customerId: 'C-17', phone: PHONE }, type: 'identify', attributes: { name: 'Karla Kunde' }, occurredAt: start - 3 * HOUR },
    { customer: { customerId: 'C-17' }, type: 'page.viewed', occurredAt: start - 2 * HOUR },
    { customer: { customerId: 'C-17' }, type: 'order.placed', occurredAt: start - HOUR },
    { customer: { phone: PHONE }, type: 'contact.answered', channel: 'phone', topic: 'order', occurredAt: start - 60_000 },
    { customer: { customerId: 'somebody else', phone: '+4930999999' }, type: 'page.viewed', occurredAt: start - HOUR },
  ]);
});
afterAll(async () => {
  clearInterval(running);
  await Promise.all(browsers.map((browser) => browser.close()));
  await app[Symbol.asyncDispose]();
});

/** What a page asks before something is lost, by its last words; every question is answered with no. */
function questionsTo(page: Page): string[] {
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(/[A-Z][^.]*\?$/.exec(dialog.message())?.[0] ?? dialog.message());
    void dialog.dismiss();
  });
  return asked;
}

let customer = '';
const row = (page: Page) => page.locator('li[data-item][data-reason="call_back"]');

describe('two people at their desks', () => {
  it('meet on the page of the customer who calls, and see one another there', async () => {
    await ada.goto(`${app.address}/pop?phone=${encodeURIComponent(PHONE)}`);
    expect(new URL(ada.url()).pathname).toMatch(/^\/c\/[0-9a-f]{20}$/);
    customer = new URL(ada.url()).pathname.slice(3);
    await ada.getByRole('heading', { name: 'Karla Kunde', level: 1 }).waitFor();
    await ben.goto(app.address + new URL(ada.url()).pathname);
    await ada.getByText('Ben has this customer open too').waitFor();
    await ben.getByText('Ada has this customer open too').waitFor();
  });

  it('see at once what the other promises, and are asked before they lose what they have begun', async () => {
    await ada.locator('[data-live="live"]').waitFor();
    await ada.keyboard.press('n');
    await ada.getByRole('textbox', { name: 'Note' }).fill('Prefers to be called at work');
    ada.once('dialog', (dialog) => void dialog.dismiss());
    await ada.getByRole('link', { name: 'Queue' }).click();
    expect(await ada.getByRole('textbox', { name: 'Note' }).inputValue()).toBe('Prefers to be called at work');
    await ada.getByRole('button', { name: 'Keep', exact: true }).click();
    await ben.getByText('Prefers to be called at work').first().waitFor();
    await ada.locator('[data-say]').waitFor({ state: 'detached' });
    await ada.keyboard.press('p');
    await ada.locator('[data-promise-amount]').fill('4');
    await ada.locator('[data-promise-wording]').fill('I call you back this afternoon');
    await ada.getByRole('button', { name: 'Keep', exact: true }).click();
    await ben.getByText('I call you back this afternoon').first().waitFor();
    await expect.poll(async () => (await app.list({ of: 'promise', journey: 'test', what: 'open' })).count, SOON).toBe(1);
  });

  it('find it in the queue once the clock has broken it, and one of them takes it', async () => {
    const asked = questionsTo(ada);
    await Promise.all([ada.goto(`${app.address}/queue`), ben.goto(`${app.address}/queue`)]);
    await ada.locator('[data-live="live"]').waitFor();
    await ben.locator('[data-live="live"]').waitFor();
    expect(await row(ada).count()).toBe(0);
    ahead += 30 * HOUR;
    await row(ada).waitFor({ timeout: 20_000 });
    await row(ben).waitFor({ timeout: 20_000 });
    expect(await row(ada).innerText()).toMatch(/Karla Kunde/);
    expect(await row(ada).innerText()).toMatch(/Not called back: promise broken \d+\s.* ago/);
    expect(await row(ada).locator('[data-value]').count()).toBe(0);
    expect(await row(ada).innerText()).toContain('value unknown');
    // Put aside, with a reason, it comes back by the clock alone.
    await ada.keyboard.press('j');
    expect(await row(ada).evaluate((node) => node === document.activeElement)).toBe(true);
    await ada.keyboard.press('s');
    const because = row(ada).getByLabel('because');
    await because.fill('She is at lunch');
    // What is begun is not lost without a word: neither by another choice, nor by leaving, nor by Escape.
    await row(ada).getByRole('button', { name: 'Done' }).click();
    await ada.getByRole('link', { name: 'Made good' }).click();
    await because.press('Escape');
    expect(await because.inputValue()).toBe('She is at lunch');
    expect(asked.splice(0)).toEqual(['Throw it away?', 'Leave it?', 'Throw it away?']);
    await row(ada).getByRole('button', { name: '15 minutes' }).click();
    await row(ada)
      .getByText(/^put aside until \d\d:\d\d$/)
      .waitFor();
    await row(ben).waitFor({ state: 'detached' });
    await expect.poll(async () => (await app.timeline(customer)).items[0]?.attributes?.['reason'], SOON).toBe('She is at lunch');
    ahead += HOUR / 2;
    await row(ben).waitFor({ timeout: 20_000 });
    await ada.reload();
    await ada.locator('[data-live="live"]').waitFor();
    await row(ada).focus();
    await ada.keyboard.press('a');
    await row(ada).getByText('yours').waitFor();
    await row(ben).getByText('Ada has it').waitFor();
    // A choice that closes gives the keys back to its row.
    await ada.keyboard.press('e');
    await row(ada).getByRole('button', { name: 'It helped' }).waitFor();
    await ada.keyboard.press('Escape');
    await expect.poll(() => row(ada).evaluate((node) => node === document.activeElement), SOON).toBe(true);
    await row(ben).getByRole('button', { name: 'Claim' }).click();
    await row(ben).getByText('Ada has claimed this.').waitFor();
  });

  it('see it closed once it is made good, and how that came out on the board', async () => {
    await row(ada).getByRole('link', { name: 'Karla Kunde' }).click();
    const slot = ada.locator('[data-recovery]');
    await expect.poll(() => slot.getAttribute('data-recovery'), SOON).toBe('detected');
    await ada.getByRole('button', { name: 'Say it is done' }).click();
    await expect.poll(() => slot.getAttribute('data-recovery'), SOON).toBe('resolved');
    await ada.getByRole('button', { name: 'They are won back' }).click();
    await expect.poll(() => slot.getAttribute('data-recovery'), SOON).toBe('won');
    await ben.mouse.move(0, 0);
    await ben.getByRole('link', { name: 'Made good' }).click();
    await expect.poll(() => ben.locator('[data-cause="total"] [data-state="won"]').innerText(), SOON).toBe('1');
    // Every number of the board opens who it counts.
    await ben.locator('[data-cause="total"] [data-state="won"] a').click();
    await ben.locator('[data-count="1"]').getByText('Karla Kunde').waitFor();
    await ben.getByRole('heading', { name: 'Won back', exact: true }).waitFor();
    await ben.keyboard.press('Escape');
    await ben.locator('[data-recoveries="made-good"]').click();
    await ben.locator('[data-count="1"]').getByText('Karla Kunde').waitFor();
    await ben.goto(`${app.address}/queue?reason=call_back`);
    await ben.getByRole('heading', { name: 'Nothing needs somebody' }).waitFor();
  });

  it('have pages without a violation that axe-core can see, in both themes and on a phone', async () => {
    const found: Record<string, unknown> = {};
    for (const colorScheme of ['light', 'dark'] as const)
      for (const [width, path] of [
        [1280, '/queue'],
        [390, '/queue'],
        [1280, '/queue?tab=recovery'],
        [1280, new URL(ada.url()).pathname],
      ] as const) {
        await ben.setViewportSize({ width, height: 800 });
        await ben.emulateMedia({ colorScheme });
        await ben.goto(app.address + path);
        await ben.locator('h1').first().waitFor();
        if (path.startsWith('/c/')) await ben.getByRole('button', { name: 'Promise' }).click();
        const violations = await violationsOf(ben);
        if (violations.length > 0) found[`${path} ${width} ${colorScheme}`] = violations;
      }
    expect(found).toEqual({});
  });
});

describe('many customers of one cause', () => {
  const rows = () => ada.locator('li[data-item]');
  const complaint = (customerId: string) =>
    app.take([
      { customer: { customerId }, type: 'page.viewed', occurredAt: app.now - 2 * HOUR },
      { customer: { customerId }, type: 'contact.ended', channel: 'phone', topic: 'complaint', occurredAt: app.now - HOUR },
    ]);

  it('stay one incident while one after the other is helped, and nothing moves below a pointer', async () => {
    for (const customerId of ['X1', 'X2', 'X3', 'X4']) await complaint(customerId);
    await ada.goto(`${app.address}/queue?reason=complaint`);
    await ada.locator('[data-live="live"]').waitFor();
    await ada.locator('[data-incident="4"]').click();
    await expect.poll(() => rows().count(), SOON).toBe(4);
    await ada.getByRole('heading', { name: '4 things of this incident' }).waitFor();
    // The oldest of them, which stands last.
    await rows().last().getByRole('button', { name: 'Done' }).click();
    await rows().last().getByRole('button', { name: 'It helped' }).click();
    await ada.mouse.move(0, 0);
    await ada.getByRole('heading', { name: '3 things of this incident' }).waitFor();
    await rows().first().hover();
    const before = await rows().first().boundingBox();
    await complaint('X5');
    await ada.locator('[data-fresh="1"]').waitFor();
    expect(await rows().first().boundingBox()).toEqual(before);
    await ada.locator('[data-back]').click();
    await expect.poll(() => new URL(ada.url()).search, SOON).toBe('?reason=complaint');
  });

  it('are told apart from a queue in which nothing waits once their incident is over', async () => {
    await ada.goto(`${app.address}/queue?incident=over`);
    await ada.getByRole('heading', { name: 'This incident is over' }).waitFor();
    expect(await ada.getByText('Nothing needs anybody now').count()).toBe(0);
    await ada.locator('.empty').getByRole('link', { name: 'Show everything' }).click();
    await expect.poll(() => rows().count(), SOON).toBeGreaterThanOrEqual(4);
  });
});

describe('many causes', () => {
  it('lie in rows that scroll by themselves on a telephone, the others too: the page stays as wide as it is', async () => {
    const causes = Array.from({ length: 9 }, (_, area) =>
      Array.from({ length: 3 }, (_, i) => ({ area: `area-${area}`, customerId: `A${area}-${i}` })),
    );
    await app.take(
      causes.flat().flatMap(({ area, customerId }) => [
        { customer: { customerId }, area, type: 'page.viewed', occurredAt: app.now - 2 * HOUR },
        { customer: { customerId }, area, type: 'contact.ended', channel: 'phone', topic: 'complaint', occurredAt: app.now - HOUR },
      ]),
    );
    await ben.setViewportSize({ width: 390, height: 844 });
    await ben.goto(`${app.address}/queue`);
    await ben.locator('summary', { hasText: 'more cause' }).click();
    await ben.locator('details [data-incident="3"]').first().waitFor();
    expect(await ben.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await ben.setViewportSize({ width: 1280, height: 720 });
  });
});

describe('a queue that is long', () => {
  const rows = () => ada.locator('li[data-item]');

  it('shows its most pressing part, opens more by key or button, and is found again as it was left', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `L${i}`);
    await app.take(
      names.flatMap((customerId, i) => [
        { customer: { customerId }, type: 'page.viewed', occurredAt: app.now - 3 * HOUR },
        {
          customer: { customerId },
          type: 'contact.ended',
          channel: 'phone',
          topic: 'complaint',
          occurredAt: app.now - 2 * HOUR - i * 1000,
        },
      ]),
    );
    await ada.goto(`${app.address}/queue?reason=complaint`);
    await ada.locator('[data-live="live"]').waitFor();
    await expect.poll(() => ada.locator('#items-title').getAttribute('data-count'), SOON).not.toBe('4');
    const all = Number(await ada.locator('#items-title').getAttribute('data-count'));
    expect(await rows().count()).toBe(12);
    expect(await ada.locator('[data-order]').innerText()).toContain('First what can still be prevented');
    await rows().last().focus();
    await ada.keyboard.press('j');
    await expect.poll(() => rows().count(), SOON).toBe(Math.min(36, all));
    expect(
      await rows()
        .nth(12)
        .evaluate((node) => node === document.activeElement),
    ).toBe(true);
    await rows().nth(20).getByRole('link').first().click();
    await ada.waitForURL(/\/c\//);
    await ada.goBack();
    await expect.poll(() => rows().count(), SOON).toBe(Math.min(36, all));
    // Another choice begins at the top again.
    await ada.getByLabel('Why').selectOption('');
    await expect.poll(() => new URL(ada.url()).search, SOON).toBe('');
    expect(await rows().count()).toBe(12);
    await ada.getByRole('button', { name: /^Show more \(12 of / }).click();
    await expect
      .poll(
        () =>
          rows()
            .nth(12)
            .evaluate((node) => node === document.activeElement),
        SOON,
      )
      .toBe(true);
  });
});

describe('somebody who has given no name', () => {
  it('is asked for it before they claim, by button or key, and has what they claimed also when they come back', async () => {
    const [browser] = browsers;
    if (browser === undefined) throw new Error('no browser');
    const fay = await somebody(browser, null);
    await fay.goto(`${app.address}/queue?reason=complaint`);
    await fay.locator('[data-live="live"]').waitFor();
    const mine = fay.locator('li[data-item]').nth(1);
    await mine.focus();
    await fay.keyboard.press('a');
    await expect.poll(() => mine.locator('[data-my-name]').evaluate((field) => field === document.activeElement), SOON).toBe(true);
    // Nothing is claimed by nobody.
    await fay.keyboard.press('Enter');
    await fay.keyboard.press('Escape');
    await mine.locator('[data-my-name]').waitFor({ state: 'detached' });
    expect(await mine.locator('[data-by]').getAttribute('data-by')).toBe('');
    await mine.getByRole('button', { name: 'Claim' }).click();
    await mine.getByLabel('You are').fill('Fay');
    await mine.getByRole('group').getByRole('button', { name: 'Claim' }).click();
    await mine.getByText('yours').waitFor();
    await fay.reload();
    await fay.locator('[data-by="Fay"]').getByText('yours').waitFor();
    await fay.context().close();
  });
});

describe('a note on a silent place', () => {
  it('is not lost without a word', async () => {
    await ben.goto(`${app.address}/silence`);
    await ben.locator('[data-live="live"]').waitFor();
    await ben.getByRole('button', { name: 'Note what keeps it silent' }).first().click();
    const note = ben.getByLabel('What keeps');
    await note.fill('The mails bounce');
    const asked = questionsTo(ben);
    await ben.getByRole('link', { name: '1 h', exact: true }).click();
    await expect.poll(() => asked, SOON).toEqual(['Leave it?']);
    expect(await note.inputValue()).toBe('The mails bounce');
    expect(new URL(ben.url()).search).toBe('');
  });
});
