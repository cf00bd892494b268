import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '#server/redis/client.ts';
import { APP_KEY, startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { readMetrics } from '../support/metrics.ts';

const NOW = Date.UTC(2026, 9, 5, 12);
const PARTITIONS = 3;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ now: NOW, partitions: PARTITIONS });
});
afterAll(() => app[Symbol.asyncDispose]());

async function scrape(): Promise<ReadonlyMap<string, number>> {
  const answer = await fetch(`${app.address}/metrics`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  return readMetrics(await answer.text());
}

/** [accepted, duplicate, rejected] of a door. */
function ofDoor(figures: ReadonlyMap<string, number>, door: string): readonly (number | undefined)[] {
  return ['accepted', 'duplicate', 'rejected'].map((outcome) =>
    figures.get(`throughline_events_total{door="${door}",outcome="${outcome}"}`),
  );
}

const send = (path: string, body: unknown, type = 'application/json'): Promise<Response> =>
  fetch(`${app.address}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${APP_KEY}`, 'content-type': type },
    body: JSON.stringify(body),
  });

/** Status of a look at the metrics with headers that `fetch` does not let anybody set. */
const statusWith = (headers: Readonly<Record<string, string>>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request(`${app.address}/metrics`, { headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('error', reject)
      .end();
  });

describe('GET /metrics', () => {
  it('says what came through which door and what became of it, and what the store made of it', async () => {
    const event = (id: string) => ({ id, type: 'page.viewed', customer: { customerId: 'C-canary' }, occurredAt: NOW - 60_000 });
    await send('/v1/events', [event('1'), event('2'), { id: 'bad' }]);
    await send('/v1/events', [event('1')]);
    await send(
      '/v1/cloudevents',
      { specversion: '1.0', id: '3', source: 'bus', type: 'page.viewed', subject: 'C-canary' },
      'application/cloudevents+json',
    );
    const called = { type: 'track', messageId: 'm-1', userId: 'C-canary', event: 'order.placed' };
    await send('/v1/batch', { batch: [called, called, { type: 'track', event: 'nobody' }] });
    await send('/v1/factors', [{ id: 'storm', kind: 'storm', from: NOW - 1000 }, { id: 'kindless' }]);
    const producer = await connect({ url: app.redisUrl });
    await producer.xAdd('throughline:in', '*', { source: 'canary-till', id: '4', type: 'page.viewed', customerId: 'C-canary' });
    await expect.poll(async () => ofDoor(await scrape(), 'xadd')).toEqual([1, 0, 0]);
    await app.settled();

    const figures = await scrape();
    expect(ofDoor(figures, 'events')).toEqual([2, 1, 1]);
    expect(ofDoor(figures, 'cloudevents')).toEqual([1, 0, 0]);
    expect(ofDoor(figures, 'segment')).toEqual([1, 1, 1]);
    expect(ofDoor(figures, 'factors')).toEqual([1, 0, 1]);
    expect(ofDoor(figures, 'pages')).toEqual([0, 0, 0]);
    const stored = ['accepted', 'duplicate', 'rejected', 'projected'].map((o) =>
      figures.get(`throughline_store_events_total{outcome="${o}"}`),
    );
    expect(stored).toEqual([5, 2, 2, 5]);
    expect(figures.get('throughline_quarantine_events')).toBe(2);
    expect(figures.get('throughline_customers')).toBe(1);
    expect(figures.get('throughline_lag_seconds')).toBe(0);
    expect(figures.get('throughline_last_event_timestamp_seconds')).toBe(NOW / 1000);
    const backlog = [...figures].filter(([name]) => name.startsWith('throughline_backlog_batches'));
    expect(backlog).toEqual(Array.from({ length: PARTITIONS }, (_, p) => [`throughline_backlog_batches{partition="${p}"}`, 0]));
    expect(figures.get('throughline_commit_duration_seconds_count')).toBeGreaterThan(0);
    expect(figures.get('throughline_ready')).toBe(1);
    expect(figures.get('process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
    producer.destroy();
  });

  it('says with what the doors answered', async () => {
    await fetch(`${app.address}/v1/events`, { method: 'POST', body: '[]' });
    await fetch(`${app.address}/v1/nowhere/C-canary`, { method: 'POST', body: '[]' });
    const figures = await scrape();
    expect(figures.get('throughline_requests_total{door="events",status="401"}')).toBe(1);
    expect(figures.get('throughline_requests_total{door="none",status="404"}')).toBe(1);
  });

  it('names no customer and no source', async () => {
    expect(await (await fetch(`${app.address}/metrics`)).text()).not.toMatch(/canary/i);
  });

  it('is told to nobody but this machine', async () => {
    expect(await statusWith({})).toBe(200);
    expect(await statusWith({ 'x-forwarded-for': '203.0.113.9' })).toBe(403);
    expect(await statusWith({ host: 'journeys.example.com' })).toBe(403);
  });

  it('says that the store is away, and leaves out what only the store would know', async () => {
    await using other = await startTestApp({ now: NOW });
    const store = await connect({ url: other.redisUrl });
    await store.sendCommand(['SHUTDOWN', 'NOSAVE']).catch(() => undefined);
    store.destroy();
    const figures = readMetrics(await (await fetch(`${other.address}/metrics`)).text());
    expect([figures.get('throughline_store_up'), figures.get('throughline_ready')]).toEqual([0, 0]);
    expect(figures.has('throughline_lag_seconds')).toBe(false);
    expect(figures.get('throughline_events_total{door="events",outcome="accepted"}')).toBe(0);
  });
});
