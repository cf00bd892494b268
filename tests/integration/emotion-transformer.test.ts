import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { startApp } from '#server/app.ts';
import { parseConfig } from '#server/config.ts';
import { projectFile } from '#server/platform/files.ts';
import { createLog } from '#server/platform/log.ts';
import { startTestApp } from '../support/app.ts';

const NOON = Date.UTC(2026, 9, 15, 12);
/** A model of 15 words and 4 emotions, made for this test: "blue" is sadness, "angry" anger, "happy" and "thanks" joy. */
const MODEL = projectFile('tests/fixtures/emotion-transformer');

function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('@huggingface/transformers');
    return true;
  } catch {
    return false;
  }
}

/** The package is half a gigabyte, so it is no dependency: `npm install --no-save @huggingface/transformers` runs the first of these tests, too. */
describe('a transformer model on this machine', () => {
  it.skipIf(!isInstalled())('takes the place of the built-in model in the product', async () => {
    await using app = await startTestApp({ now: NOON, env: { EMOTION_MODEL: MODEL, EMOTION_LIMIT_MS: '5000' } });
    const said = (id: string, text: string): object => ({
      id,
      customer: { customerId: 'C' },
      type: 'message.in',
      channel: 'chat',
      text,
      occurredAt: NOON - 60_000,
    });
    await app.take([said('1', 'I feel so blue'), said('2', 'happy, thanks'), said('3', 'guten Tag, wo ist mein Paket')]);
    const { hits } = await app.find('C');
    const { items } = await app.timeline(hits[0]?.customer ?? '');
    const byText = new Map(items.map((item) => [item.text, item.emotion]));
    expect(byText.get('I feel so blue')).toMatchObject({ label: 'disappointed', confidence: 1, source: 'text' });
    expect(byText.get('happy, thanks')).toMatchObject({ label: 'delighted' });
    expect(byText.get('guten Tag, wo ist mein Paket')).toBeNull();
  });

  const start = (model: string): Promise<unknown> =>
    startApp({
      config: parseConfig({ EMOTION_MODEL: model }),
      address: { socketPath: '/nowhere' },
      clock: () => NOON,
      log: createLog('silent'),
      version: 'test',
    });

  it.skipIf(isInstalled())('without its package keeps the product from starting, which says what to install', async () => {
    await expect(start(MODEL)).rejects.toThrow(/@huggingface\/transformers is not installed/);
  });

  it('that is not there keeps the product from starting', async () => {
    await expect(start('/nowhere')).rejects.toThrow(/EMOTION_MODEL=\/nowhere cannot be used/);
  });
});
