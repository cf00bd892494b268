import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { tellHistory } from '#server/simulator/history.ts';
import { liveTraffic } from '#server/simulator/live.ts';
import { runDemo } from '#server/simulator/sender.ts';
import type { DemoMark, DemoOptions } from '#server/simulator/sender.ts';
import { TEST_KEY, TEST_NOW, startDoors } from '../../support/doors.ts';

const size = { seed: 9, customers: 400, weeks: 9 };
const never = (): AbortSignal => new AbortController().signal;

function demo(address: string, rest: Partial<DemoOptions> = {}): Promise<void> {
  return runDemo({ address, writeKey: TEST_KEY, clock: () => TEST_NOW, signal: never(), live: false, ...size, ...rest });
}

interface Answer {
  readonly status: number;
  readonly retryAfter?: string;
}

/** A door that answers as it is told and remembers what it was asked. It answers nobody until four have asked. */
async function startStub(answer: (n: number) => Answer) {
  const asked: { readonly source: string; readonly body: unknown[] }[] = [];
  let [open, most, n] = [0, 0, 0];
  let full = (): void => undefined;
  const fourAreHere = new Promise<void>((resolve) => (full = resolve));
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const events = request.url === '/v1/events';
    if (events) open += 1;
    most = Math.max(most, open);
    if (most === 4) full();
    if (events) await fourAreHere;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { status, retryAfter } = events ? answer(n++) : { status: 200 };
    if (status === 200 && events)
      asked.push({ source: String(request.headers['x-source']), body: JSON.parse(Buffer.concat(chunks).toString()) as unknown[] });
    if (events) open -= 1;
    response
      .writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter })
      .end('{"accepted":0,"duplicates":0,"rejected":[]}');
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    most: () => most,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

describe('the demo sender', () => {
  it('brings the whole history and its storms in through the public door, which finds every duplicate and refuses nothing', async () => {
    await using server = await startDoors();
    const progress: [number, number][] = [];
    const refused: unknown[] = [];
    await demo(server.url, {
      onProgress: (loaded, total) => progress.push([loaded, total]),
      onRejected: (rejected) => refused.push(...rejected),
    });
    const truth = tellHistory({ ...size, endsAt: TEST_NOW }).truthAt(TEST_NOW);
    expect(server.log.events).toHaveLength(truth.events);
    expect(refused).toEqual([]);
    expect(server.log.factors.map((factor) => factor.id).sort()).toEqual(['demo-storm-north', 'demo-storm-west']);
    expect(progress.at(-1)).toEqual([truth.events + truth.duplicates, truth.events + truth.duplicates]);
    expect(server.log.events.every((event) => event.suspect === undefined)).toBe(true);
  });

  it('sends each feed under its own name, at most 500 events at once and four requests at a time', async () => {
    await using door = await startStub(() => ({ status: 200 }));
    await demo(door.url);
    expect(new Set(door.asked.map((one) => one.source)).size).toBe(11);
    expect(Math.max(...door.asked.map((one) => one.body.length))).toBeLessThanOrEqual(500);
    expect(door.most()).toBe(4);
  });

  it('waits and tries again when the door says it is too much, and loses nothing', async () => {
    await using door = await startStub((n) => (n % 3 === 1 ? { status: n % 2 === 0 ? 429 : 503, retryAfter: '0' } : { status: 200 }));
    await demo(door.url);
    const sent = door.asked.reduce((sum, one) => sum + one.body.length, 0);
    expect(sent).toBe(tellHistory({ ...size, endsAt: TEST_NOW }).events.length);
  });

  it('goes on after an interruption where it stopped, with the same history', async () => {
    await using door = await startStub(() => ({ status: 200 }));
    const stop = new AbortController();
    const marks: DemoMark[] = [];
    await demo(door.url, {
      signal: stop.signal,
      onMark: (mark) => {
        marks.push(mark);
        if (mark.sent > 0) stop.abort();
      },
    });
    const last = marks.at(-1) ?? null;
    expect(last?.done).toBe(false);
    await demo(door.url, { resumeFrom: last, clock: () => TEST_NOW + 3_600_000, seed: 1 });
    const ids = new Set(door.asked.flatMap((one) => one.body.map((event) => `${one.source} ${(event as { id: string }).id}`)));
    expect(ids.size).toBe(tellHistory({ ...size, endsAt: TEST_NOW }).truthAt(TEST_NOW).events);
  });

  it('does not send the history again once it is in', async () => {
    await using door = await startStub(() => ({ status: 200 }));
    const marks: DemoMark[] = [];
    await demo(door.url, { onMark: (mark) => void marks.push(mark) });
    const before = door.asked.length;
    await demo(door.url, { resumeFrom: marks.at(-1) ?? null });
    expect(marks.at(-1)?.done).toBe(true);
    expect(door.asked).toHaveLength(before);
  });

  it('makes up for what happened while it was off, and sends nothing of it twice', async () => {
    await using door = await startStub(() => ({ status: 200 }));
    const marks: DemoMark[] = [];
    const run = async (from: number, until: number): Promise<void> => {
      const stop = new AbortController();
      let now = from;
      const clock = (): number => (now += 30_000);
      const onMark = (mark: DemoMark): void => {
        marks.push(mark);
        if ((mark.until ?? 0) >= until) stop.abort();
      };
      await demo(door.url, {
        clock,
        signal: stop.signal,
        live: true,
        onMark,
        resumeFrom: marks.at(-1) ?? { ...doneMark, until: TEST_NOW },
      });
    };
    const doneMark = { seed: 9, endsAt: TEST_NOW, sent: 1, total: 1, done: true };
    await run(TEST_NOW, TEST_NOW + 60_000);
    await run(TEST_NOW + 86_400_000, TEST_NOW + 86_430_000);
    const until = marks.at(-1)?.until ?? 0;
    const { unfinished } = tellHistory({ ...size, endsAt: TEST_NOW });
    const expected = liveTraffic({ ...size, endsAt: TEST_NOW, unfinished })(until).map(({ event }) => event.id);
    expect(until).toBeGreaterThan(TEST_NOW + 86_400_000);
    expect(door.asked.flatMap((one) => one.body.map((event) => (event as { id: string }).id)).sort()).toEqual(expected.sort());
  });

  it('goes over to live traffic and stops when it is told to', async () => {
    await using door = await startStub(() => ({ status: 200 }));
    const stop = new AbortController();
    let now = TEST_NOW;
    const total = tellHistory({ ...size, endsAt: TEST_NOW }).events.length;
    const sent = (): number => door.asked.reduce((sum, one) => sum + one.body.length, 0);
    const clock = (): number => {
      if (sent() > total) stop.abort();
      return (now += 60_000);
    };
    await demo(door.url, {
      clock,
      signal: stop.signal,
      live: true,
      resumeFrom: { seed: 9, endsAt: TEST_NOW, sent: 0, total, done: false },
    });
    expect(sent()).toBeGreaterThan(total);
  });

  it('gives up with a reason where the door does not know the key', async () => {
    await using server = await startDoors();
    await expect(demo(server.url, { writeKey: 'wk_wrong_0123456789abc' })).rejects.toMatchObject({ code: 'unauthorised' });
  });
});
