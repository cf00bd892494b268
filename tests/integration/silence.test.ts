import { describe, expect, it, vi } from 'vitest';
import { WINDOWS, WINDOW_NAMES } from '#lib/contract/index.ts';
import type { SilenceView } from '#lib/contract/index.ts';
import { APP_KEY, startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { change } from '../support/desk.ts';
import { chance } from '../support/fault-load.ts';
import { TEST_JOURNEY } from '../support/world.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 9, 15, 12);
/** How a source is doing is written beside the log, every half second. */
const SOON = { timeout: 30_000, interval: 50 };
/** Two looks an hour are planned, told by a source that is never still for three hours. */
const PLANNED = TEST_JOURNEY.replace('id: web.look,', 'id: web.look, expectedPerDay: 48, source: default,').replace(
  'stages:\n',
  'sources: [{id: default, name: Website, silentAfter: 3h}]\nstages:\n',
);

const looks = (at: number, count: number): object[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `${at}-${i}`,
    customer: { customerId: `C${at}-${i}` },
    type: 'page.viewed',
    occurredAt: at + i * 1000,
  }));

async function looksSeen(app: TestApp, to?: number): Promise<unknown> {
  const { touchpoints, sources } = await app.call<SilenceView>('silence.get', { journey: 'test', window: '4h', to });
  const look = touchpoints.find((one) => one.touchpoint === 'web.look');
  return { picture: look?.presence, observed: look?.observed, source: sources[0]?.state };
}

describe('a source that was down for a while', () => {
  it('is down at that past instant, too, when it has long spoken again', async () => {
    await using app = await startTestApp({ now: NOON, journeys: [PLANNED] });
    await app.take(looks(NOON - HOUR, 20));
    app.now = NOON + 5 * HOUR;
    await app.settled();
    const down = { picture: 'source_down', observed: 0, source: 'down' };
    await expect.poll(() => looksSeen(app), SOON).toEqual(down);
    app.now = NOON + 9 * HOUR;
    await app.take(looks(NOON + 8 * HOUR, 2));
    await expect.poll(() => looksSeen(app), SOON).toEqual({ picture: 'quiet', observed: 2, source: 'up' });
    expect(await looksSeen(app, NOON + 5 * HOUR)).toEqual(down);
    expect(await looksSeen(app, NOON)).toEqual({ picture: 'value', observed: 20, source: 'up' });
    // Before it was heard of nobody knew whether it was well.
    expect(await looksSeen(app, NOON - 2 * HOUR)).toEqual({ picture: 'zero', observed: 0, source: 'never' });
  });

  it('is marked where something came before it went down, and less than usual', async () => {
    await using app = await startTestApp({ now: NOON, journeys: [PLANNED] });
    await app.take([...looks(NOON - 30 * HOUR, 20), ...looks(NOON - 2 * HOUR, 2)]);
    app.now = NOON + HOUR + HOUR / 2;
    await app.settled();
    await expect.poll(() => looksSeen(app), SOON).toEqual({ picture: 'source_down', observed: 2, source: 'down' });
  });
});

describe('a square of the heatmap', () => {
  const at = (hours: number): number => NOON + hours * HOUR;
  /** A square and its stage as a whole, told by two sources; the clock alone makes no visit harder. */
  const TWO = TEST_JOURNEY.replace('{id: look,', '{id: look, expectedPerDay: 96,')
    .replace('standard: 6h, ', '')
    .replace(
      'touchpoints:\n',
      `touchpoints:
  - {id: web.ad, name: Ad, stage: look, owner: Marketing, channel: web, source: ads, expectedPerDay: 48, match: [{type: ad.clicked}]}
`,
    )
    .replace('id: web.look,', 'id: web.look, expectedPerDay: 48, source: default,')
    .replace('stages:\n', 'sources: [{id: default, name: Website, silentAfter: 3h}, {id: ads, name: Ads, silentAfter: 3h}]\nstages:\n');
  const ads = (app: TestApp, when: number): Promise<Response> =>
    fetch(`${app.address}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${APP_KEY}`, 'x-source': 'ads' },
      body: JSON.stringify([{ id: `ad-${when}`, type: 'ad.clicked', customer: { customerId: 'A' }, occurredAt: when }]),
    });

  it('is not called silent, and neither is its stage, while one of the two sources that tell of it is down', async () => {
    await using app = await startTestApp({ now: at(0), journeys: [TWO] });
    await app.take(looks(at(-1), 20));
    await ads(app, at(-1));
    app.now = at(7);
    await app.settled();
    const seen = async () => {
      const { cells, sources } = await app.heat({ journey: 'test', window: '4h', by: 'channel' });
      return [...sources.map(({ state }) => state), cells['look|web']?.state, cells['look|all']?.state];
    };
    await expect.poll(seen, SOON).toEqual(['down', 'down', 'source_down', 'source_down']);
    await app.take(looks(at(6.5), 1));
    await expect.poll(seen, SOON).toEqual(['up', 'down', 'few', 'few']);
    app.now = at(9.2);
    await ads(app, at(9.1));
    await app.settled();
    await expect.poll(seen, SOON).toEqual(['up', 'up', 'silent', 'silent']);
  });
});

describe('what came at a touchpoint', () => {
  const MINUTE = 60_000;
  const TYPES = ['page.viewed', 'page.viewed', 'order.placed', 'delivery.started', 'contact.queued', 'error.shown', 'elsewhere.seen'];
  const next = chance(7);
  /** Three days of 40 people, some of whom begin nothing and belong to no case; late ones and ties are among them. */
  const events = Array.from({ length: 500 }, (_, i) => ({
    id: `came-${i}`,
    customer: { customerId: `C${Math.floor(next() * 40)}` },
    type: TYPES[Math.floor(next() * TYPES.length)] ?? '',
    occurredAt: NOON - Math.floor(next() * 72 * 12) * 5 * MINUTE,
    ...(next() < 0.4 ? { channel: next() < 0.5 ? 'app' : 'store' } : {}),
  }));
  const taken = events.filter(({ type }) => type === 'page.viewed').slice(0, 9);
  const looksIn = (minutes: number, to: number): number =>
    events.filter(
      (one) => one.type === 'page.viewed' && !taken.includes(one) && one.occurredAt > to - minutes * MINUTE && one.occurredAt < to + MINUTE,
    ).length;

  it('is a list as long as the number, at every touchpoint, in every window, now and then, when some of it was taken back', async () => {
    await using app = await startTestApp({ now: NOON, journeys: [PLANNED] });
    await app.take(events);
    await app.take(
      taken.map((one, i) => ({
        id: `back-${i}`,
        customer: one.customer,
        type: 'event.retracted',
        attributes: { eventId: one.id },
        occurredAt: NOON,
      })),
    );
    for (const to of [undefined, NOON - 13 * HOUR - 20 * MINUTE])
      for (const window of WINDOW_NAMES) {
        const view = await app.call<SilenceView>('silence.get', { journey: 'test', window, ...(to === undefined ? {} : { to }) });
        const shown = Object.fromEntries(view.touchpoints.map((one) => [one.touchpoint, one.observed]));
        expect(shown['web.look']).toBe(looksIn(WINDOWS[window].minutes, to ?? NOON));
        const listed: Record<string, number> = {};
        for (const { touchpoint } of view.touchpoints) {
          const page = await app.list({ of: 'event', journey: 'test', touchpoint, window, ...(to === undefined ? {} : { to }) });
          listed[touchpoint] = page.count;
          expect(page.rows.length).toBe(Math.min(page.count, 50));
        }
        expect(listed).toEqual(shown);
      }
  });

  it('tells who, when and where, and refuses a touchpoint that is none', async () => {
    await using app = await startTestApp({ now: NOON, journeys: [PLANNED] });
    await app.take([
      ...looks(NOON - HOUR, 1),
      { id: 'lost', customer: { customerId: 'L' }, type: 'contact.queued', occurredAt: NOON - HOUR },
    ]);
    const { rows } = await app.list({ of: 'event', journey: 'test', touchpoint: 'web.look', window: '4h' });
    expect(rows).toMatchObject([{ at: NOON - HOUR, stage: 'look', channel: 'web' }]);
    await expect(app.list({ of: 'event', journey: 'test', touchpoint: 'nowhere', window: '4h' })).rejects.toThrow(
      /404: .*no touchpoint .*nowhere/,
    );
  });
});

describe('a note on a silent place', () => {
  it('is refused where the journey has no such place, naming the field', async () => {
    await using app = await startTestApp({ now: NOON, journeys: [PLANNED] });
    const note = { journey: 'test', barrier: 'Mails bounce', owner: 'Care', reviewAt: NOON + HOUR };
    await expect(change(app, 'silence.note', { ...note, place: 'web.look' })).rejects.toThrow(
      /place: .*web.look.* is no place of this journey/,
    );
    await change(app, 'silence.note', { ...note, place: 'touchpoint:web.look' });
    await vi.waitFor(async () => {
      const { touchpoints } = await app.call<SilenceView>('silence.get', { journey: 'test', window: '4h' });
      expect(touchpoints.find((one) => one.touchpoint === 'web.look')?.note).toMatchObject({ barrier: 'Mails bounce' });
    });
  });
});
