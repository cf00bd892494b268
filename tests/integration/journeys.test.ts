import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DraftCheck, JourneySummary, JourneyText, PreviewPiece, SilenceView, StandingView, WallView } from '#lib/contract/index.ts';
import { runJourney } from '#server/cli/journey-command.ts';
import { parseConfig } from '#server/config.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { TEST_JOURNEY } from '../support/world.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 9, 15, 12);
/** Enough is expected at two touchpoints for their absence to be silence. */
const PLANNED = TEST_JOURNEY.replace('id: web.look,', 'id: web.look, expectedPerDay: 12,').replace(
  'id: ship,',
  'id: ship, expectedPerDay: 6,',
);
const V2 = PLANNED.replace('journey: test', 'journey: test\nversion: 2')
  .replace('standard: 12h', 'standard: 1h')
  .replace('type: delivery.started', 'type: delivery.sent');

let app: TestApp;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'throughline-journeys-'));
  app = await startTestApp({ now: NOON, journeys: [PLANNED] });
  await app.take(
    Array.from({ length: 12 }, (_, i) =>
      ['page.viewed', 'order.placed', 'delivery.started'].slice(0, 1 + (i % 3)).map((type, k) => event(`a${i}`, k, type)),
    ).flat(),
  );
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const event = (who: string, k: number, type: string, at = NOON - 5 * HOUR + k * HOUR): object => ({
  id: `${who}-${k}`,
  customer: { customerId: who },
  type,
  occurredAt: at,
});

async function change<Answer>(what: string, text: string): Promise<Answer> {
  const answer = await fetch(`${app.address}/api/trpc/journeys.${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-actor-name': 'Ada' },
    body: JSON.stringify({ text }),
  });
  const body = (await answer.json()) as { readonly result?: { readonly data: Answer }; readonly error?: { readonly message: string } };
  if (body.result === undefined) throw new Error(body.error?.message ?? 'no answer');
  return body.result.data;
}

describe('a draft', () => {
  it('is told what is wrong with it, on which line, or what it changes', async () => {
    expect(await change<DraftCheck>('check', V2.replace('window: 2d', 'window: 2'))).toEqual({
      ok: false,
      problems: [{ line: 6, field: 'window', message: 'is not a duration such as 90s, 30m, 2h, 3d or 2w' }],
    });
    // Whoever has emptied the text is told so as well.
    expect(await change<DraftCheck>('check', '')).toEqual({ ok: false, problems: [{ line: 1, field: '', message: 'is empty' }] });
    await expect(change('publish', '')).rejects.toThrow('is empty');
    expect(await change<DraftCheck>('check', V2)).toMatchObject({
      ok: true,
      version: 2,
      against: 1,
      refused: null,
      changes: [
        { path: 'stages.order.standard', before: '12h', after: '1h' },
        { path: 'touchpoints.ship.match.1.type', before: 'delivery.started', after: 'delivery.sent' },
      ],
    });
    expect(await change<DraftCheck>('check', PLANNED.replace('standard: 12h', 'standard: 1h'))).toMatchObject({
      refused: 'Version 1 is published already and never changes: set "version: 2".',
    });
  });

  it('shows what the last 24 hours would look like, and changes nothing', async () => {
    const before = await app.journey({ journey: 'test' });
    const { preview, next } = await change<PreviewPiece>('preview', V2);
    expect(next).toBeNull();
    expect(preview).toMatchObject({
      customers: 12,
      leftOut: 0,
      of: 12,
      events: 24,
      unmatched: [0, 4],
      lost: [{ name: 'delivery.started', events: 4 }],
    });
    const stage = (id: string) => preview.stages.find((one) => one.stage === id);
    expect(stage('deliver')).toMatchObject({ events: [4, 0], here: [4, 0] });
    // Whoever would not be seen to have got it is still at ordering, and longer than an hour.
    expect(stage('order')).toMatchObject({ events: [8, 8], here: [4, 8], stuck: [0, 8] });
    expect(await app.journey({ journey: 'test' })).toEqual(before);
  });
});

/** What is said of all that are there, and of the newest version alone (`cells`: pictures of its squares). */
async function here(): Promise<{
  readonly open: number | null | undefined;
  readonly observed: Readonly<Record<string, number>>;
  readonly silent: readonly string[];
  readonly cells: Readonly<Record<string, string>>;
}> {
  const [wall, silence, heat] = await Promise.all([
    app.call<WallView>('wall.get', { journey: 'test' }),
    app.call<SilenceView>('silence.get', { journey: 'test', window: '24h' }),
    app.heat({ journey: 'test', window: '24h' }),
  ]);
  return {
    open: wall.tiles.find((tile) => tile.id === 'open')?.value,
    observed: Object.fromEntries(silence.touchpoints.map((one) => [one.touchpoint, one.observed])),
    silent: silence.touchpoints.filter((one) => one.presence === 'silent').map((one) => one.touchpoint),
    cells: Object.fromEntries(Object.entries(heat.cells).map(([key, cell]) => [key, cell.state])),
  };
}

describe('a published version', () => {
  it('is followed by cases that begin from then on, and changes no number of the one before', async () => {
    const before = await app.journey({ journey: 'test', version: 1 });
    const seen = await here();
    const standing = await app.call<StandingView>('standing.get', { journey: 'test' });
    app.now = NOON + HOUR;
    expect(await change('publish', V2)).toEqual({ journey: 'test', version: 2 });
    await app.take([event('b1', 0, 'page.viewed', NOON + HOUR), event('b1', 1, 'order.placed', NOON + HOUR + 1)]);
    await vi.waitFor(async () => expect((await app.journey({ journey: 'test', version: 2 })).total.cases).toBe(1), { timeout: 30_000 });
    const [first, second] = [
      await app.journey({ journey: 'test', version: 1, to: before.position.at }),
      await app.journey({ journey: 'test' }),
    ];
    expect(first.total).toEqual(before.total);
    expect(first.stages['order']?.visited).toBe(before.stages['order']?.visited);
    expect(second).toMatchObject({ version: 2, versions: [{ version: 1 }, { version: 2, cases: 1 }] });
    expect(await app.call<JourneyText>('journeys.text', { journey: 'test' })).toMatchObject({
      version: 2,
      text: V2,
      by: 'Ada',
      publishedAt: NOON + HOUR,
    });
    await expect(change('publish', V2.replace('standard: 1h', 'standard: 2h'))).rejects.toThrow('published already and never changes');
    await expect(change('publish', V2.replace('owner: Sales, ', ''))).rejects.toThrow(
      'is missing: name the department that answers for it',
    );
    // Who is where and what is heard of is the same whatever version a case began under: nothing falls silent because a new one is published.
    const [now, stands] = [await here(), await app.call<StandingView>('standing.get', { journey: 'test', version: 1, to: NOON })];
    expect(now.open).toBe((seen.open ?? 0) + 1);
    expect(now.observed).toMatchObject({ 'web.look': (seen.observed['web.look'] ?? 0) + 1, order: (seen.observed['order'] ?? 0) + 1 });
    expect(now.silent).toEqual(seen.silent);
    expect(now.cells['look|web']).toBe('few');
    expect(now.cells['deliver|partner']).toBe('zero');
    // A past instant is shown by the version that was in force then.
    expect(await app.funnel({ journey: 'test', to: NOON })).toMatchObject({ version: 1, total: { entered: 12 } });
    expect((await app.list({ of: 'funnel', journey: 'test', what: 'entered', to: NOON })).count).toBe(12);
    expect(await app.funnel({ journey: 'test' })).toMatchObject({ version: 2, total: { entered: 1 } });
    expect([stands.here, stands.gone]).toEqual([standing.here, standing.gone]);
    expect((await app.list({ of: 'state', journey: 'test', version: 1, state: 'progressing', where: 'here', to: NOON })).count).toBe(
      standing.here.progressing,
    );
    // A page of the new version can say that others run on under the old one.
    const [summary] = await app.call<JourneySummary[]>('journeys.list');
    expect(summary?.running).toMatchObject([
      { version: 1, open: seen.open },
      { version: 2, since: NOON + HOUR, open: 1 },
    ]);
    // A running case is still judged by the version under which it began.
    await app.take([event('a1', 9, 'delivery.started', NOON + HOUR)]);
    await vi.waitFor(
      async () =>
        expect((await app.journey({ journey: 'test', version: 1 })).stages['deliver']?.visited).toBe(
          (before.stages['deliver']?.visited ?? 0) + 1,
        ),
      { timeout: 30_000 },
    );
  });

  it('comes out of the command as it went in, to the letter', async () => {
    const config = parseConfig({ DATA_DIR: folder, JOURNEYS: folder, REDIS_URL: app.redisUrl, DEMO: 'off' });
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const [file, out] = [join(folder, 'draft.yaml'), join(folder, 'out.yaml')];
    const text = `# kept as it is\n${V2.replace('version: 2', 'version: 3')}\n\n`;
    await writeFile(file, text);
    await runJourney(['publish', file, '--by', 'Ben'], config);
    await runJourney(['export', 'test@3', out], config);
    expect(await readFile(out, 'utf8')).toBe(text);
    await runJourney(['publish', out], config);
    write.mockRestore();
    await vi.waitFor(
      async () => expect(await app.call<JourneyText>('journeys.text', { journey: 'test' })).toMatchObject({ version: 3, by: 'Ben' }),
      { timeout: 30_000 },
    );
  });
});
