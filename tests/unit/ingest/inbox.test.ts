import { describe, expect, test } from 'vitest';
import { Fault } from '#lib/contract/index.ts';
import type { InboxEntry, InboxStream } from '#server/log/inbox-stream.ts';
import { createAcceptor, type Acceptor } from '#server/ingest/acceptor.ts';
import { Inbox } from '#server/ingest/inbox.ts';
import { createNodeHasher } from '#server/security/node-hash.ts';
import { createMemoryLog } from '../../support/memory-log.ts';

const NOW = Date.UTC(2026, 2, 1, 12);
const who = { customerId: 'C-1' };
const long = (levels: number): string => ['attributes', ...Array.from({ length: levels - 1 }, () => 'a')].join('.');

/** Takes in entries, each of these fields, in one step or as many as it takes. */
const take = async (all: readonly Readonly<Record<string, string>>[], change: (acceptor: Acceptor) => Acceptor = (same) => same) => {
  const log = createMemoryLog();
  const acceptor = change(createAcceptor({ log, clock: () => NOW, nodeOf: createNodeHasher('pepper'), region: 'DE' }));
  const entries = all.map((fields, i): InboxEntry => ({ id: `${i + 1}-0`, fields }));
  let cursor = '';
  const stream: InboxStream = {
    cursor: () => Promise.resolve(cursor),
    read: (after) => Promise.resolve(entries.slice(entries.findIndex(({ id }) => id === after) + 1)),
    advance: (_, to) => Promise.resolve(((cursor = to), true)),
    waiting: () => Promise.resolve(entries.length),
  };
  const faults: unknown[] = [];
  const inbox = new Inbox({ stream, acceptor, ready: () => true, clock: () => NOW, onFault: (fault) => faults.push(fault) });
  return { log, stream, inbox, faults, step: () => inbox.step(), cursor: () => cursor };
};
const taken = async (...all: readonly Readonly<Record<string, string>>[]) => {
  const run = await take(all);
  expect(await run.step()).toBe(all.length);
  return run.log;
};

describe('an entry in fields', () => {
  test('keeps the limits of every door, and costs none of its neighbours', async () => {
    const log = await taken(
      { ...who, id: 'a' },
      { ...who, [long(3_000)]: 'x' },
      { ...who, [long(33)]: 'x' },
      { ...who, 'attributes.a': 'x'.repeat(300_000) },
      { ...who, id: 'b', [long(32)]: 'x' },
    );
    expect(log.events.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(log.refused.map(({ code, field, source }) => [code, field.length <= 103, source])).toEqual([
      ['too_deep', true, 'redis'],
      ['too_deep', true, 'redis'],
      ['too_large', true, 'redis'],
    ]);
  });

  test('has its instants as milliseconds too', async () => {
    const at = NOW - 60_000;
    const log = await taken(
      { ...who, id: '1', occurredAt: String(at) },
      { ...who, id: '2', type: 'promise.made', 'promise.kind': 'delivery', 'promise.due': String(NOW) },
      { ...who, id: '3', occurredAt: 'yesterday' },
    );
    expect(log.events.map((event) => [event.at, event.suspect, event.promise?.due])).toEqual([
      [at, undefined, undefined],
      [NOW, undefined, NOW],
    ]);
    expect(log.refused.map(({ field }) => field)).toEqual(['occurredAt']);
  });

  test.each(['0x10', ' 4', '', '4.5', '1e400'])('is refused with %j for a sequence', async (sequence) => {
    expect((await taken({ ...who, sequence })).refused.map(({ field }) => field)).toEqual(['sequence']);
  });

  test.each(['...', '.', 'attributes..a', '__proto__.x', '__proto__'])(
    'is refused with a field named %j, and the name is told',
    async (name) => {
      const [refused] = (await taken({ ...who, [name]: 'x' })).refused;
      expect(refused?.code).toBe('unknown_field');
      expect(refused?.field).toContain(name.split('.x')[0]);
    },
  );
});

describe('an entry as JSON', () => {
  test('keeps the same limits', async () => {
    const deep = `{"customer":{"customerId":"C-1"},"attributes":\n{"x":${'['.repeat(3_000)}${']'.repeat(3_000)}}}`;
    const log = await taken(
      { event: deep },
      { event: JSON.stringify({ customer: who, text: 'x'.repeat(300_000) }) },
      { event: JSON.stringify({ id: 'a', customer: who }, null, 2) },
      { event: '' },
      { event: '{"broken":' },
    );
    expect(log.events.map(({ id }) => id)).toEqual(['a']);
    expect(log.refused.map(({ code }) => code)).toEqual(['too_deep', 'too_large', 'invalid_json', 'invalid_json']);
  });
});

describe('what nobody foresaw', () => {
  const failing =
    (fault: Error) =>
    (acceptor: Acceptor): Acceptor => ({
      ...acceptor,
      accept: (items) =>
        items.some(({ value, problem }) => problem === undefined && JSON.stringify(value)?.includes('poison'))
          ? Promise.reject(fault)
          : acceptor.accept(items),
    });
  const entries = ['a', 'poison', 'b'].map((id) => ({ ...who, id }));

  test('sets one entry aside with its reason, and the others go on', async () => {
    const run = await take(entries, failing(new RangeError('Maximum call stack size exceeded')));
    expect(await run.step()).toBe(3);
    expect(run.log.events.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(run.log.refused).toMatchObject([{ source: 'redis', message: expect.stringContaining('Maximum call stack') }]);
    expect(JSON.parse(run.log.refused[0]?.raw ?? '')).toEqual({ ...who, id: 'poison' });
    expect([run.faults.length, run.cursor()]).toEqual([1, '3-0']);
  });

  test('is tried again where it is a fault of the store, and the door says since when it stands', async () => {
    const run = await take(entries, failing(new Fault('store_full', 'Full.')));
    await expect(run.step()).rejects.toThrow('Full.');
    expect([run.log.events.length, run.log.refused.length, run.cursor()]).toEqual([0, 0, '']);
    expect(run.inbox.stoppedAt).toBeUndefined();
    run.inbox.start();
    await expect.poll(() => run.inbox.stoppedAt).toBe(NOW);
    await run.inbox.stop();
  });

  test('is told once of a stream that cannot be read, however often it is tried', async () => {
    const run = await take(entries);
    let tries = 0;
    run.stream.read = () => Promise.reject(new Error(`WRONGTYPE, try ${++tries}`));
    run.inbox.start();
    await expect.poll(() => tries, { timeout: 4000 }).toBeGreaterThan(2);
    await run.inbox.stop();
    expect(run.faults).toEqual([new Error('WRONGTYPE, try 1')]);
  });
});
