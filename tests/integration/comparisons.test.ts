import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Comparison, FunnelView, SavedFunnelView } from '#lib/contract/index.ts';
import { parseList } from '#lib/contract/index.ts';
import { finalList, versionList } from '../../src/routes/(console)/funnel/links.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { passages } from '../support/passages.ts';
import { step } from '../support/funnels.ts';
import { TEST_JOURNEY } from '../support/world.ts';

const NOON = Date.UTC(2026, 9, 15, 12);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SIDES = ['these', 'others'] as const;
const WHATS = ['entered', 'converted'] as const;
const V2 = TEST_JOURNEY.replace('journey: test', 'journey: test\nversion: 2').replace('standard: 12h', 'standard: 10h');
/** Three segments, all of whose outcomes are final: 60 %, 40 % and 50 % convert. */
const PAST = (
  [
    ['gold', 300, 180],
    ['basic', 300, 120],
    ['plain', 60, 30],
  ] as const
).flatMap(([segment, entered, converted]) =>
  passages({ name: segment, segment, entered, converted, from: NOON - 12 * DAY, until: NOON - 3 * DAY }),
);

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ now: NOON });
  await app.take(PAST);
});
afterAll(() => app[Symbol.asyncDispose]());

async function tell(path: string, input: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-actor-name': 'Ada' };
  const answer = await fetch(`${app.address}/api/trpc/${path}`, { method: 'POST', headers, body: JSON.stringify(input) });
  if (!answer.ok) throw new Error(await answer.text());
}
const bySegment = (to?: number): Promise<FunnelView> =>
  app.funnel({ journey: 'test', version: 1, by: 'segment', from: NOON - 20 * DAY, ...(to === undefined ? {} : { to }) });
const lengthOf = async (list: string): Promise<number> => {
  const ref = parseList(list);
  if (ref === undefined) throw new Error(`not a list: ${list}`);
  return (await app.list(ref)).count;
};

describe('a funnel by segment', () => {
  it('compares each with all others: where a difference is shown, and where none is yet', async () => {
    const { comparison } = await bySegment();
    expect(Object.keys(comparison?.of ?? {}).toSorted()).toEqual(['basic', 'gold', 'plain']);
    expect(comparison?.of['gold']).toMatchObject({
      these: { entered: 300, converted: 180 },
      others: { entered: 360, converted: 150 },
      answer: 'more',
      days: null,
    });
    expect(comparison?.of['basic']).toMatchObject({ others: { entered: 360, converted: 210 }, answer: 'less' });
    const { answer, difference, low, high, days } = comparison?.of['plain'] ?? ({} as Comparison);
    expect(answer).toBe('open');
    expect([difference, low, high].map((share) => Math.sign(share ?? 0))).toEqual([0, -1, 1]);
    // Not the least difference: at no rate would it ever show.
    expect(days).toBeNull();
  });

  it('leaves out whoever may still convert, so that nobody counts as lost for being young', async () => {
    const before = (await bySegment()).comparison?.of;
    await app.take(passages({ name: 'young', segment: 'gold', entered: 40, converted: 0, from: NOON - DAY, until: NOON - HOUR }));
    await vi.waitFor(async () => expect((await bySegment()).total.entered).toBe(700), { timeout: 30_000 });
    expect((await bySegment()).comparison?.of).toEqual(before);
  });

  it('has, behind each number, the list of as many', async () => {
    const view = await bySegment();
    for (const [key, one] of Object.entries(view.comparison?.of ?? {}))
      for (const side of SIDES)
        for (const what of WHATS)
          expect([key, side, what, await lengthOf(finalList(view, what, { by: 'segment', key }, side))]).toEqual([
            key,
            side,
            what,
            one[side][what],
          ]);
  });

  it('says of a past minute what was final then', async () => {
    const to = NOON - 8 * DAY;
    const view = await bySegment(to);
    const gold = view.comparison?.of['gold'];
    expect(gold?.these.entered).toBeGreaterThan(50);
    expect(gold?.these.entered).toBeLessThan(80);
    expect(gold).toMatchObject({ answer: 'open', days: expect.any(Number) as unknown });
    expect(await lengthOf(finalList(view, 'entered', { by: 'segment', key: 'gold' }, 'these'))).toBe(gold?.these.entered);
  });
});

describe('a saved funnel', () => {
  it('is compared by groups that are told apart at entry, and by no others', async () => {
    const definition = {
      id: 'ordering',
      name: 'Ordering',
      windowMs: 2 * DAY,
      steps: [step('page.viewed'), step('order.placed')],
      breakdowns: [
        { by: 'segment', at: 'first' },
        { by: 'segment', at: 'last' },
      ],
    };
    await tell('funnels.save', { definition, replaces: null });
    const get = (by: number): Promise<SavedFunnelView> => app.call('funnels.get', { id: 'ordering', by, from: NOON - 20 * DAY });
    await vi.waitFor(
      async () => expect((await get(0)).comparison?.of['gold']).toMatchObject({ these: { entered: 300, converted: 180 }, answer: 'more' }),
      { timeout: 30_000 },
    );
    const view = await get(0);
    for (const what of WHATS) {
      const list = { of: 'saved', funnel: 'ordering', what, by: 0, from: view.from, until: view.maturedUntil } as const;
      expect((await app.list({ ...list, group: 'gold' })).count).toBe(view.comparison?.of['gold']?.these[what]);
      expect((await app.list({ ...list, notGroup: 'gold' })).count).toBe(view.comparison?.of['gold']?.others[what]);
    }
    expect(await get(1)).not.toHaveProperty('comparison');
  });
});

describe('a new version of a journey', () => {
  const versions = async (version?: number): Promise<FunnelView> =>
    app.funnel({ journey: 'test', from: NOON - 20 * DAY, ...(version === undefined ? {} : { version }) });

  it('is compared with the one before as soon as its first cases are final, and says when that is', async () => {
    expect(await versions()).not.toHaveProperty('versions');
    app.now = NOON + HOUR / 2;
    await tell('journeys.publish', { text: V2 });
    await vi.waitFor(async () => expect((await versions()).version).toBe(2), { timeout: 30_000 });
    expect((await versions()).versions).toMatchObject({
      newer: { version: 2 },
      older: { version: 1 },
      these: { entered: 0 },
      others: { entered: 660, converted: 330 },
      answer: 'few',
      firstFinalAt: NOON + HOUR + 2 * DAY,
    });
    app.now = NOON + HOUR + 3 * DAY;
    // Two days of cases that do worse; those of the second day are not final yet.
    const lot = { from: NOON + HOUR, until: NOON + 2 * DAY, segment: 'gold' };
    await app.take(passages({ name: 'new', entered: 60, converted: 24, ...lot }));
    await vi.waitFor(async () => expect((await versions()).total.entered).toBe(60), { timeout: 30_000 });
    const view = await versions();
    expect(view.versions).toMatchObject({ answer: 'open', these: { entered: 31, converted: 12 } });
    expect(view.versions?.days).toBeGreaterThan(5);
    // Both versions show the same, and nothing of those under the older one who entered before the range.
    expect((await versions(1)).versions).toEqual(view.versions);
    expect(await app.funnel({ journey: 'test', from: NOON + HOUR })).not.toHaveProperty('versions');
  });

  it('shows a difference once there is enough to show it, with the cases behind each number', async () => {
    app.now = NOON + 12 * DAY;
    await app.take(passages({ name: 'worse', entered: 400, converted: 120, from: NOON + 4 * DAY, until: NOON + 9 * DAY }));
    await vi.waitFor(async () => expect((await versions()).versions?.answer).toBe('less'), { timeout: 30_000 });
    const view = await versions();
    const compared = view.versions;
    if (compared === undefined) throw new Error('no comparison');
    // Whoever was young under the older version is final by now.
    expect(compared).toMatchObject({ these: { entered: 460, converted: 144 }, others: { entered: 700, converted: 330 } });
    expect(compared.high).toBeLessThan(0);
    for (const what of WHATS) {
      expect(await lengthOf(versionList(view, compared.newer, what))).toBe(compared.these[what]);
      expect(await lengthOf(versionList(view, compared.older, what))).toBe(compared.others[what]);
    }
  });
});
