import { describe, expect, it, vi } from 'vitest';
import type { SilenceView } from '#lib/contract/index.ts';
import { startTestApp } from '../support/app.ts';
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
