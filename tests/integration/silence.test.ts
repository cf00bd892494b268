import { describe, expect, it, vi } from 'vitest';
import type { SilenceView } from '#lib/contract/index.ts';
import { APP_KEY, startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { change } from '../support/desk.ts';
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
