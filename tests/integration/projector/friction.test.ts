import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CustomerWhy } from '#lib/contract/index.ts';
import { runFriction } from '#server/cli/friction-command.ts';
import { parseConfig } from '#server/config.ts';
import { PublishedContexts } from '#server/definitions/contexts.ts';
import { Definitions } from '#server/definitions/definitions.ts';
import { verifyPartition } from '#server/projector/verify/verify.ts';
import { connect } from '#server/redis/client.ts';
import { startTestApp } from '../../support/app.ts';
import type { TestApp } from '../../support/app.ts';

const NOON = Date.UTC(2026, 9, 15, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Transfers weigh twice as much for visits that began from 11:00 on. */
const FILE = `version: 1
from: 2026-10-15T11:00:00Z
why: a test
weights: {transfer: 0.6}
journeys:
  test:
    kappa: 0
`;

let app: TestApp;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'throughline-friction-'));
  app = await startTestApp({ now: NOON });
  const contact = (who: string, at: number): object[] =>
    ['page.viewed', 'contact.answered', 'contact.transferred'].map((type, i) => ({
      id: `${who}-${i}`,
      customer: { customerId: who },
      type,
      ...(i === 0 ? {} : { channel: 'phone' }),
      occurredAt: at + i * 1000,
    }));
  await app.take(
    Array.from({ length: 10 }, (_, i) => contact(`early${i}`, NOON - 3 * HOUR))
      .concat(Array.from({ length: 10 }, (_, i) => contact(`late${i}`, NOON - 30 * MINUTE)))
      .flat(),
  );
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function run(...argv: string[]): Promise<string> {
  const printed: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  try {
    await runFriction(argv, parseConfig({ REDIS_URL: app.redisUrl, DATA_DIR: folder, DEMO: 'off' }));
  } finally {
    write.mockRestore();
  }
  return printed.join('');
}
const meanOf = async (window: '1h' | '4h'): Promise<number | null | undefined> =>
  (await app.heat({ journey: 'test', window })).cells['look|phone']?.mean;

describe('a published friction configuration', () => {
  it('judges the visits that began from its date on anew while the product runs, and leaves the others as they were', async () => {
    expect(await meanOf('1h')).toBeCloseTo(15, 6);
    expect(await app.heat({ journey: 'test', window: '1h' })).toMatchObject({
      configuration: { version: 0, from: null, mixed: false },
      kappa: 8,
    });
    const path = join(folder, 'friction.yaml');
    await writeFile(path, FILE);
    expect(await run('check', path)).toContain('version 1 of the friction configuration can be published');
    expect(await run('publish', path, '--by', 'Ada')).toContain('Version 1 is published');
    await vi.waitFor(async () => expect(await meanOf('1h')).toBeCloseTo(30, 6), { timeout: 30_000, interval: 50 });
    expect(await meanOf('4h')).toBeCloseTo(22.5, 6);
    expect(await app.heat({ journey: 'test', window: '4h' })).toMatchObject({
      configuration: { version: 1, from: Date.UTC(2026, 9, 15, 11), mixed: true },
      kappa: 0,
    });
  });

  it('comes to what folding everything again under it comes to', async () => {
    const redis = await connect({ url: app.redisUrl });
    const definitions = new Definitions(redis);
    await definitions.look();
    const contexts = new PublishedContexts(definitions);
    for (let p = 0; p < 3; p++) expect((await verifyPartition({ redis, partitions: 3, contexts }, p)).differences).toEqual([]);
    redis.destroy();
  });

  it('is shown with its history, kept to the letter, and never changed', async () => {
    const shown = await run('show', 'test');
    expect(shown).toMatch(/version 1 {2}published .* by Ada: a test/);
    expect(shown).toContain('In force: version 1, for visits that began from 2026-10-15T11:00:00.000Z on.');
    expect(shown).toMatch(/Transferred +weight 0\.60/);
    expect(await run('export', '1')).toBe(FILE);
    const path = join(folder, 'other.yaml');
    await writeFile(path, FILE.replace('0.6', '0.7'));
    await expect(run('publish', path)).rejects.toThrow('What is published never changes: raise its version.');
    expect(await readFile(path, 'utf8')).not.toBe(FILE);
  });
});

describe('a calibration', () => {
  it('finds in the store how visits ended, fits, and writes a version that a person can publish', async () => {
    // Of those who were transferred twice nine in ten are unhappy, of the others one in ten.
    const customers = Array.from({ length: 400 }, (_, i) => i);
    await app.take(
      customers.flatMap((i) => {
        const transferred = i % 2 === 0;
        const bad = transferred ? i % 20 !== 0 : i % 20 === 1;
        const types = [
          'page.viewed',
          'contact.answered',
          ...(transferred ? ['contact.transferred', 'contact.transferred'] : []),
          'survey.answered',
        ];
        return types.map((type, k) => ({
          id: `answer${i}-${k}`,
          customer: { customerId: `answer${i}` },
          type,
          ...(k === 0 ? {} : { channel: 'phone' }),
          ...(type === 'survey.answered' ? { score: { kind: 'csat', value: bad ? 1 : 5 } } : {}),
          occurredAt: NOON - 20 * MINUTE + k * 1000,
        }));
      }),
    );
    const out = join(folder, 'proposal.yaml');
    await expect(run('calibrate', 'test', '--out', out)).rejects.toThrow(/ended badly; it takes 300 to change weights/);
    const told = await run('calibrate', 'test', '--at-least', '100', '--out', out);
    expect(told).toMatch(/400 visits whose end is known, 20[0-9] of them bad|400 visits whose end is known, 1[0-9][0-9] of them bad/);
    expect(told).toContain('The new weights foretell better, beyond chance.');
    const fitted = Number(/Transferred +\d+ +0\.60 -> (0\.\d+)/.exec(told)?.[1]);
    expect(fitted).toBeGreaterThan(0.85);
    expect(told).toContain('as version 2');
    expect(await run('check', out)).toContain('version 2 of the friction configuration can be published');
    expect(await readFile(out, 'utf8')).toContain(`transfer: ${fitted}`);
    expect(await run('publish', out, '--by', 'Ada')).toContain('Version 2 is published: visits that began from now on');
  });

  it('says why a visit is hard, with the events that make it', async () => {
    const [row] = (
      await app.list({ of: 'heat', journey: 'test', window: '1h', by: 'channel', stage: 'look', column: 'phone' }, { limit: 200 })
    ).rows.filter((one) => (one.friction ?? 0) > 0);
    const why = await app.call<CustomerWhy>('friction.why', { customerId: row?.customer, visit: row?.visit });
    expect(why.visits).toHaveLength(1);
    expect(why.visits[0]?.friction).toBe(row?.friction);
    const [part] = why.visits[0]?.parts ?? [];
    expect(part).toMatchObject({ component: 'transfer', weight: 0.6, points: row?.friction });
    const timeline = await app.timeline(row?.customer ?? '');
    expect(part?.events.map((id) => timeline.items.find((item) => item.id === id)?.type)).toEqual(
      part?.events.map(() => 'contact.transferred'),
    );
  });
});
