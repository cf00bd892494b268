import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outsideScorer } from '#server/emotion/outside.ts';
import { startTestApp } from '../support/app.ts';

const NOON = Date.UTC(2026, 9, 15, 12);

/** A service of the kind a company may have: says what the words say, and can be made to be slow, to fail, or to talk nonsense. */
let service: Server;
let url: string;
let mood: 'well' | 'slow' | 'broken' | 'nonsense' = 'well';
const asked: string[][] = [];
beforeAll(async () => {
  service = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { texts } = JSON.parse(Buffer.concat(chunks).toString()) as { texts: { text: string }[] };
      asked.push(texts.map(({ text }) => text));
      if (mood === 'slow') return;
      if (mood === 'broken') return void response.writeHead(500).end();
      if (mood === 'nonsense') return void response.end(JSON.stringify({ scorer: 'x@1', scores: [{ label: 'furious' }] }));
      const scores = texts.map(({ text }) =>
        text.includes('blue') ? { label: 'disappointed', valence: -0.7, confidence: 0.91, why: ['blue'] } : null,
      );
      response.end(JSON.stringify({ scorer: 'house@3', scores }));
    });
  });
  await new Promise<void>((done) => service.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/read`;
});
afterAll(() => {
  service.closeAllConnections();
  service.close();
});

describe('a service that reads texts', () => {
  it('is asked in batches, each text once, and says nothing where it says nothing', async () => {
    asked.length = 0;
    const scorer = outsideScorer({ url, limitMs: 2000, clock: () => NOON, onFault: () => undefined });
    await scorer.prepare([...Array.from({ length: 100 }, (_, i) => ({ text: `text ${i}` })), { text: 'so blue' }, { text: 'so blue' }]);
    await scorer.prepare([{ text: 'so blue' }]);
    expect(asked.map((texts) => texts.length).sort((a, b) => a - b)).toEqual([37, 64]);
    expect(scorer.score('so blue', undefined)).toMatchObject({ label: 'disappointed', valence: -0.7, confidence: 0.91, scorer: 'house@3' });
    expect(scorer.score('text 1', undefined)).toBeNull();
    expect(scorer.score('never sent', undefined)).toBeNull();
  });

  it.each(['slow', 'broken', 'nonsense'] as const)(
    'that is %s costs one short wait, is left alone for 30 s, and what came meanwhile is unknown',
    async (how) => {
      const faults: unknown[] = [];
      let now = NOON;
      // Only who is slow is waited for: the others answer, however busy the machine.
      const limitMs = how === 'slow' ? 500 : 20_000;
      const scorer = outsideScorer({ url, limitMs, clock: () => now, onFault: (fault) => faults.push(fault) });
      mood = how;
      asked.length = 0;
      await scorer.prepare([{ text: 'so blue' }]);
      expect(scorer.score('so blue', undefined)).toBeNull();
      expect(faults).toHaveLength(1);
      mood = 'well';
      now += 29_000;
      await scorer.prepare([{ text: 'so blue' }]);
      expect([asked.length, scorer.score('so blue', undefined)]).toEqual([1, null]);
      now += 2000;
      await scorer.prepare([{ text: 'so blue' }]);
      expect(scorer.score('so blue', undefined)?.label).toBe('disappointed');
    },
  );

  it('takes the place of the built-in model in the product, and events are projected when it is away', async () => {
    mood = 'well';
    const app = await startTestApp({ now: NOON, env: { EMOTION_URL: url, EMOTION_LIMIT_MS: '2000' } });
    const said = (id: string, text: string): object => ({
      id,
      customer: { customerId: 'C' },
      type: 'message.in',
      channel: 'chat',
      text,
      occurredAt: NOON - 60_000,
    });
    await app.take([said('1', 'I feel blue')]);
    mood = 'broken';
    await app.take([said('2', 'blue again, this is terrible')]);
    const { hits } = await app.find('C');
    const { items } = await app.timeline(hits[0]?.customer ?? '');
    const byText = new Map(items.map((item) => [item.text, item.emotion]));
    expect(byText.get('I feel blue')).toMatchObject({ label: 'disappointed', confidence: 0.91, source: 'text', why: ['blue'] });
    expect(byText.get('blue again, this is terrible')).toBeNull();
    mood = 'well';
    await app[Symbol.asyncDispose]();
  });
});
