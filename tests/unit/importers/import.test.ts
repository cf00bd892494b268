import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '#lib/contract/index.ts';
import type { EventInput } from '#lib/contract/index.ts';
import type { Door } from '#server/importers/door.ts';
import { dryRun, importFile } from '#server/importers/import.ts';
import type { ImportOptions } from '#server/importers/import.ts';
import { mappingSchema } from '#server/importers/mapping.ts';
import type { Mapping } from '#server/importers/mapping.ts';
import type { Problem } from '#server/importers/value-rules.ts';
import { readYaml } from '#server/platform/yaml.ts';
import { zipOf } from '../../support/zip.ts';

const MAPPING = readYaml(
  'map.yaml',
  `
source: desk
nulls: ['?', '']
id: { template: '{n}/{m}' }
occurredAt: { column: at, format: ms }
sequence: m
caseId: n
customer: { customerId: { column: who, perCase: first }, ticketId: n }
text: words
signals:
  - { kind: transfer, grows: moves }
  - { kind: promise_missed, turns: { column: intime, to: 'no' } }
`,
  mappingSchema,
);
const HEADER = 'n,m,at,who,words,moves,intime';
const T = Date.UTC(2024, 0, 1);

/** Stands at the end of the wire: keeps what it gets, refuses what it has. */
class Keeper implements Door {
  readonly events: EventInput[] = [];
  readonly ids = new Set<string>();
  inFlight = 0;
  mostInFlight = 0;
  batches = 0;
  failAfterBatches = Infinity;

  async send(batch: readonly string[]) {
    this.batches += 1;
    if (this.batches > this.failAfterBatches) throw new Fault('store_unavailable', 'the wire was cut');
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    // Batches take unequal times, so that one could overtake another.
    for (let turns = [9, 1, 5, 2][this.batches % 4] ?? 1; turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
    this.inFlight -= 1;
    const events = batch.map((json) => JSON.parse(json) as EventInput);
    const rejected = events.flatMap((e, index) => (e.text === 'refuse me' ? [{ index, field: 'text', message: 'not taken' }] : []));
    const good = events.filter((e) => e.text !== 'refuse me');
    const fresh = good.filter((e) => !this.ids.has(e.id ?? ''));
    for (const event of fresh) this.ids.add(event.id ?? '');
    this.events.push(...fresh);
    return { accepted: fresh.length, duplicates: good.length - fresh.length, rejected };
  }
}

let folder: string;
let keeper: Keeper;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'throughline-import-'));
  keeper = new Keeper();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}
function options(file: string, more: Partial<ImportOptions> = {}): ImportOptions {
  const display = { reading: () => undefined, sending: () => undefined, finished: () => undefined };
  return {
    file,
    mapping: MAPPING,
    folder: join(folder, 'data'),
    name: 'one',
    display,
    door: keeper,
    restart: false,
    clock: () => Date.UTC(2026, 0, 1),
    ...more,
  };
}
/** What arrived, in the order of the rows: people travel on lanes of their own. */
function bySequence(): EventInput[] {
  return keeper.events.toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));
}
function reportOf(path: string): { row: number; column: string | null; value: string | null; reason: string }[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { row: number; column: string | null; value: string | null; reason: string });
}

describe('an import', () => {
  it('sends rows in the order in which they happened, whatever the order in the file, also when sorted in pieces on disk', async () => {
    const rows = Array.from({ length: 95 }, (_, i) => `A,${i},${T + Math.floor(i / 3)},Ann,,0,yes`);
    const shuffled = rows.map((text, i) => ({ text, key: (i * 37) % 95 })).sort((a, b) => a.key - b.key);
    const file = written('rows.csv', `${HEADER}\n${shuffled.map((r) => r.text).join('\n')}\n`);
    const summary = await importFile(options(file, { rowsInMemory: 10 }));
    expect(keeper.events.map((e) => e.sequence)).toEqual(rows.map((_, i) => i));
    expect(summary).toMatchObject({ rows: 95, accepted: 95, duplicates: 0, rejected: 0, refused: 0, reported: 0 });
    expect(readdirSync(join(folder, 'data')).filter((name) => name.includes('sorting'))).toEqual([]);
  });

  it('keeps every column that no rule uses where the mapping says `all`, of tables and of lines, too', async () => {
    const mapping = readYaml(
      'map.yaml',
      'source: s\nid: n\noccurredAt: { column: at }\ncustomer: { customerId: who }\nattributes: all\n',
      mappingSchema,
    );
    await importFile(options(written('rows.csv', 'n,at,who,branch,till\n1,2026-01-01,Ann,north,\n'), { mapping }));
    const line = '{"n":2,"at":"2026-01-01","who":"Bob","branch":{"name":"north"},"till":7}\n';
    await importFile(options(written('rows.ndjson', line), { mapping, name: 'two' }));
    expect(keeper.events.map(({ attributes }) => attributes)).toEqual([{ branch: 'north' }, { branch: { name: 'north' }, till: 7 }]);
  });

  it('takes attributes by their own names where a file gives them as an event does, so that one event can take another back', async () => {
    const mapping = readYaml(
      'map.yaml',
      'source: s\nid: n\ntype: type\noccurredAt: { column: at }\ncustomer: { customerId: who }\nattributes: all\n',
      mappingSchema,
    );
    await importFile(options(written('rows.csv', 'n,at,who,type,attributes.branch\n1,2026-01-01,Ann,a.b,north\n'), { mapping }));
    const attributes = { eventId: '1', fields: { channel: 'phone', topic: null } };
    const line = JSON.stringify({ n: 2, at: '2026-01-01', who: 'Ann', type: 'event.corrected', attributes, till: 7 });
    await importFile(options(written('rows.ndjson', `${line}\n`), { mapping, name: 'two' }));
    expect(keeper.events.map((event) => event.attributes)).toEqual([{ branch: 'north' }, { ...attributes, till: 7 }]);
    // Where a column has that name already, nothing takes its place.
    const both = JSON.stringify({ n: 3, at: '2026-01-01', who: 'Ann', type: 'a.b', branch: 'south', attributes: { branch: 'north' } });
    await importFile(options(written('both.ndjson', `${both}\n`), { mapping, name: 'three' }));
    await importFile(
      options(written('both.csv', 'n,at,who,type,attributes.branch,branch\n4,2026-01-01,Ann,a.b,north,south\n'), { mapping, name: 'four' }),
    );
    for (const event of keeper.events.slice(2)) expect(event.attributes).toEqual({ branch: 'south', 'attributes.branch': 'north' });
    expect(keeper.events).toHaveLength(4);
  });

  it('reads a table inside a zip', async () => {
    const file = written(
      'rows.zip',
      zipOf({ 'readme.md': 'no table', 'rows.csv': `${HEADER}\nA,0,${T},Ann,"said ""hello"", twice",0,yes\n` }),
    );
    await importFile(options(file));
    expect(keeper.events).toMatchObject([{ id: 'A/0', text: 'said "hello", twice' }]);
  });

  it('reads the table inside a zip, and not the text about it or what a computer keeps beside it for itself', async () => {
    const table = `${HEADER}\nA,0,${T},Ann,,0,yes\n`;
    const beside = { 'README.txt': 'what this is', '__MACOSX/a/._rows.csv': 'Mac OS X', 'a/.rows.csv': 'hidden' };
    await importFile(options(written('rows.zip', zipOf({ ...beside, 'a/rows.csv': table }))));
    await importFile(options(written('texts.zip', zipOf({ 'rows.txt': table.replace('A,0', 'A,1') })), { name: 'two' }));
    expect(keeper.events.map(({ id }) => id)).toEqual(['A/0', 'A/1']);
  });

  it('reads packed NDJSON, where a line separator inside a text does not end the line', async () => {
    const lines = [
      { n: 'A', m: 0, at: T, who: 'Ann', words: 'one\u2028two' },
      { n: 'A', m: 1, at: T, who: 'Ann' },
    ];
    const file = written('rows.ndjson.gz', gzipSync(`${lines.map((l) => JSON.stringify(l)).join('\n')}\n{broken\n`));
    const summary = await importFile(options(file));
    expect(keeper.events.map((e) => e.text)).toEqual(['one\u2028two', undefined]);
    expect(summary).toMatchObject({ rows: 3, accepted: 2, refused: 1, reported: 1 });
    expect(reportOf(summary.report)).toEqual([{ row: 3, column: null, value: null, reason: 'row not imported: is not JSON' }]);
  });

  it('keeps every digit of a long number in NDJSON, so that two customers never become one', async () => {
    const line = (m: number, who: string, words: string): string => `{"n":"A${m}","m":${m},"at":${T},"who":${who},"words":${words}}`;
    const texts = ['"9007199254740993, \\"9007199254740993\\""', '"x"', '1.5', '1e400'];
    const file = written(
      'rows.ndjson',
      `${line(0, '9007199254740993', texts[0] ?? '')}\n${line(1, '9007199254740992', texts[1] ?? '')}\n${line(2, '12', texts[2] ?? '')}\n${line(3, '13', texts[3] ?? '')}\n`,
    );
    await importFile(options(file));
    expect(keeper.events.map((e) => [e.customer['customerId'], e.text])).toEqual([
      ['9007199254740993', '9007199254740993, "9007199254740993"'],
      ['9007199254740992', 'x'],
      ['12', '1.5'],
      // More than any number can be: it would have become nothing.
      ['13', '1e400'],
    ]);
  });

  describe('of a file that is not UTF-8', () => {
    const csv = `${HEADER}\r\nA,0,${T},Zoë,,0,yes\r\nB,1,${T},Müller,,0,yes\r\n`;
    const json = ['Zoë', 'Müller', '€'].map((who, m) => `{"n":"A${m}","m":${m},"at":${T},"who":"${who}"}\n`).join('');

    it.each([
      ['rows.csv', Buffer.concat([Buffer.from(csv), Buffer.from(`A,2,${T},Möller,,0,yes\n`, 'latin1')]), 4],
      ['rows.ndjson', Buffer.concat([Buffer.from(json), Buffer.from(`{"n":"A","m":3,"at":${T},"who":"Möller"}`, 'latin1')]), 4],
      ['cut.csv', Buffer.from(`${csv}A,2,${T},Mü`).subarray(0, -1), 4],
      ['long.csv', Buffer.concat([Buffer.from(csv.repeat(4000)), Buffer.from('ü', 'latin1')]), 12_001],
    ])('is refused with the line, in a dry run too (%s)', async (name, content, line) => {
      const file = written(name, content);
      const refusal = {
        code: 'bad_request',
        message: expect.stringContaining(`${name} cannot be read: line ${line} is not UTF-8`) as string,
      };
      await expect(importFile(options(file))).rejects.toMatchObject(refusal);
      await expect(dryRun(options(file))).rejects.toMatchObject(refusal);
      expect(keeper.batches).toBe(0);
    });

    it('is read where the mapping names its encoding', async () => {
      const mapping: Mapping = { ...MAPPING, encoding: 'windows-1252' };
      const bytes = Buffer.from(json.replace('€', '\u0080'), 'latin1');
      await importFile(options(written('rows.ndjson', bytes), { mapping }));
      expect(bySequence().map((e) => e.customer['customerId'])).toEqual(['Zoë', 'Müller', '€']);
      const table = Buffer.from(csv.replace('A,0', 'C,7').replace('B,1', 'D,8'), 'latin1');
      await importFile(options(written('rows.csv', table), { mapping, name: 'two' }));
      expect(
        bySequence()
          .slice(3)
          .map((e) => e.customer['customerId']),
      ).toEqual(['Zoë', 'Müller']);
    });

    it('is read as UTF-16 where its first bytes say so', async () => {
      await importFile(options(written('rows.csv', Buffer.from(`\ufeff${csv}`, 'utf16le'))));
      expect(bySequence().map((e) => e.customer['customerId'])).toEqual(['Zoë', 'Müller']);
    });
  });

  it.each(['\n', '\r\n', '\r'])('reads a table whose lines end with %j, with quotes as they are meant', async (end) => {
    const lines = [
      `\ufeff${HEADER}`,
      `A,0,${T},"Ann, B","two${end}lines, ""so"" to say",0,yes`,
      '',
      `B,1,${T},,"",0,"yes"`,
      `C,2,${T},5" disk,the 3.5" one,0,yes`,
      `D,3,${T}, "Ann",,0,yes`,
    ];
    const summary = await importFile(options(written('rows.csv', lines.join(end))));
    expect(summary).toMatchObject({ rows: 4, accepted: 4, reported: 0 });
    expect(bySequence().map((e) => [e.customer['customerId'], e.text])).toEqual([
      ['Ann, B', `two${end}lines, "so" to say`],
      [undefined, undefined],
      ['5" disk', 'the 3.5" one'],
      ['"Ann"', undefined],
    ]);
  });

  it.each([
    ['text behind a closing quote', '"abc" def'],
    ['a quote that is never closed', '"abc'],
  ])('reports a row with %s and imports its neighbours', async (_what, words) => {
    const rows = [`A,0,${T},Ann,"x",0,yes`, `A,1,${T},Ann,${words},0,yes`, `A,2,${T},Ann,"y",0,yes`, `A,3,${T},Ann,"z",0,"yes"`];
    const summary = await importFile(options(written('rows.csv', `${HEADER}\n${rows.join('\n')}\n`)));
    expect(summary).toMatchObject({ rows: 4, accepted: 3, refused: 1, reported: 1 });
    expect(keeper.events.map((e) => e.text)).toEqual(['x', 'y', 'z']);
    expect(reportOf(summary.report)).toMatchObject([{ row: 2, column: null, reason: expect.stringContaining('line 3 ') as string }]);
  });

  it('reports a quote that nothing closes to the end of a long table, and imports what follows', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => `A,${i},${T + i},Ann,${i === 7 ? '"never' : 'fine'},0,yes`);
    const summary = await importFile(options(written('rows.csv', `${HEADER}\n${rows.join('\n')}\n`)));
    expect(summary).toMatchObject({ rows: 30_000, accepted: 29_999, refused: 1, reported: 1 });
    expect(reportOf(summary.report)).toEqual([
      { row: 8, column: null, value: null, reason: 'row not imported: line 9 opens a quote that nothing closes' },
    ]);
  });

  it('sends what lies in the future as the door takes it, for the moment it arrives, and says so', async () => {
    const now = Date.UTC(2026, 0, 1);
    const rows = [now + 4 * 60_000, now + 6 * 60_000, Date.UTC(2031, 0, 1)].map((at, i) => `A,${i},${at},Ann,,0,yes`);
    const file = written('rows.csv', `${HEADER}\n${rows.join('\n')}\n`);
    const summary = await importFile(options(file, { clock: () => now }));
    expect(summary).toMatchObject({ accepted: 3, refused: 0, reported: 2 });
    const reason = 'lies in the future: it counts for the moment of the import, marked as suspect';
    expect(reportOf(summary.report)).toMatchObject([
      { row: 2, column: 'at', reason },
      { row: 3, column: 'at', value: '1924992000000', reason },
    ]);
    expect((await dryRun(options(file, { clock: () => now }))).problems).toMatchObject([{ count: 2, example: { reason } }]);
  });

  it('tells a count that grows and a column that turns as signals of the row in which it happened', async () => {
    const file = written(
      'rows.csv',
      `${HEADER}\nA,0,${T},Ann,,0,yes\nA,2,${T},Ann,,3,yes\nA,1,${T},Ann,,1,yes\nB,0,${T},Ann,,9,no\nA,3,${T + 1},Ann,,3,no\n`,
    );
    await importFile(options(file));
    const signals = Object.fromEntries(keeper.events.map((e) => [e.id, e.signals]));
    expect(signals).toEqual({
      'A/0': undefined,
      'A/1': [{ kind: 'transfer' }],
      'A/2': [{ kind: 'transfer', value: 2 }],
      'A/3': [{ kind: 'promise_missed' }],
      'B/0': undefined,
    });
  });

  it('keeps a case with the person it began with, reports the other, and joins nobody without a name to anybody', async () => {
    const file = written('rows.csv', `${HEADER}\nA,0,${T},Ann,,0,yes\nA,1,${T},Bob,,0,yes\nB,0,${T},?,,0,yes\nC,0,${T},?,,0,yes\n`);
    const summary = await importFile(options(file));
    expect(keeper.events.find((e) => e.id === 'A/1')?.customer).toEqual({ customerId: 'Ann', ticketId: 'A' });
    expect(keeper.events.filter((e) => e.customer['customerId'] === undefined).map((e) => e.customer)).toEqual([
      { ticketId: 'B' },
      { ticketId: 'C' },
    ]);
    expect(reportOf(summary.report)).toMatchObject([{ row: 2, column: 'who', value: 'Bob' }]);
  });

  it('has at most four batches on their way and never lets a person overtake herself', async () => {
    const rows = Array.from({ length: 4000 }, (_, i) => `C${i % 50},${i},${T + i},P${i % 50},,0,yes`);
    await importFile(options(written('rows.csv', `${HEADER}\n${rows.join('\n')}\n`)));
    expect(keeper.events).toHaveLength(4000);
    expect(keeper.mostInFlight).toBeGreaterThan(1);
    expect(keeper.mostInFlight).toBeLessThanOrEqual(4);
    const last = new Map<unknown, number>();
    const overtaken = keeper.events.filter(({ customer, occurredAt }) => {
      const before = last.get(customer['customerId']) ?? 0;
      last.set(customer['customerId'], Number(occurredAt));
      return Number(occurredAt) < before;
    });
    expect(overtaken).toEqual([]);
  });

  it('that was cut off goes on where it stopped, loses nothing, and reports every value once', async () => {
    const rows = Array.from({ length: 4000 }, (_, i) => `C${i % 50},${i === 10 ? 'x' : i},${T + i},P${i % 50},,0,yes`);
    const file = written('rows.csv', `${HEADER}\n${rows.join('\n')}\n`);
    keeper.failAfterBatches = 6;
    await expect(importFile(options(file))).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(keeper.events.length).toBeLessThan(4000);
    keeper.failAfterBatches = Infinity;
    const summary = await importFile(options(file));
    expect(keeper.events).toHaveLength(4000);
    expect(summary.skipped).toBeGreaterThan(0);
    expect(summary.skipped + summary.accepted + summary.duplicates).toBe(4000);
    expect(reportOf(summary.report)).toHaveLength(1);
  });

  it('run again sends nothing, and with restart is refused as duplicates', async () => {
    const file = written('rows.csv', `${HEADER}\nA,0,${T},Ann,,0,yes\n`);
    await importFile(options(file));
    expect(await importFile(options(file))).toMatchObject({ rows: 1, accepted: 0, duplicates: 0, skipped: 1 });
    expect(keeper.batches).toBe(1);
    expect(await importFile(options(file, { restart: true }))).toMatchObject({ accepted: 0, duplicates: 1, skipped: 0 });
  });

  it('reports what the door refuses, with the row it was', async () => {
    const file = written('rows.csv', `${HEADER}\nA,1,${T + 5},Ann,refuse me,0,yes\nA,0,${T},Ann,fine,0,yes\n`);
    const summary = await importFile(options(file));
    expect(summary).toMatchObject({ accepted: 1, rejected: 1, reported: 1 });
    expect(reportOf(summary.report)).toEqual([{ row: 1, column: 'text', value: null, reason: 'refused by the door: not taken' }]);
  });

  it('does not begin where the file lacks a column of the mapping', async () => {
    const file = written('rows.csv', 'n,m,at,who,words,moves\nA,0,1,Ann,,0\n');
    await expect(importFile(options(file))).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining('"intime"') as string,
    });
    expect(keeper.batches).toBe(0);
  });

  it('imports the rows around a row with too few cells', async () => {
    const file = written('rows.csv', `${HEADER}\nA,0,${T},Ann,,0,yes\nA,1\nA,2,${T},Ann,,0,yes\n`);
    const summary = await importFile(options(file));
    expect(summary).toMatchObject({ rows: 3, accepted: 2, refused: 1 });
    expect(reportOf(summary.report)).toMatchObject([{ row: 2, column: null }]);
  });

  it.each(['gone.csv', 'rows.zip'])('says which file cannot be read: %s', async (name) => {
    if (name !== 'gone.csv') written(name, 'this is no archive');
    await expect(importFile(options(join(folder, name)))).rejects.toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining(name) as string,
    });
  });

  it('leaves the values it reports readable by their owner only', async () => {
    const { statSync } = await import('node:fs');
    const summary = await importFile(options(written('rows.csv', `${HEADER}\nA,x,${T},Ann,,0,yes\n`)));
    expect(statSync(summary.report).mode & 0o077).toBe(0);
  });
});

describe('a dry run', () => {
  it('shows the first events and every kind of problem, and sends nothing', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `A,${i === 4 ? 'x' : i},${T + i},Ann,,0,yes`);
    const file = written('rows.csv', `${HEADER}\n${rows.join('\n')}\nA,31,?,Ann,,0,yes\n`);
    const found = await dryRun(options(file));
    expect(found.first).toHaveLength(20);
    expect(found.first[0]).toMatchObject({ row: 1, event: { id: 'A/0' } });
    expect(found).toMatchObject({ rows: 31, refused: 1, reported: 2 });
    expect(found.problems.map((p) => [p.count, p.example.row])).toEqual([
      [1, 5],
      [1, 31],
    ]);
    expect(keeper.batches).toBe(0);
    expect(existsSync(join(folder, 'data', 'one.progress.json'))).toBe(false);
  });

  it('groups what is wrong by why it is, however much the words differ from row to row', async () => {
    const rows = [
      `A,0,?,Ann,,0,yes`,
      ...['soon', 'later', 'never'].map((at, i) => `A,${i + 1},${at},Ann,,0,yes`),
      ...[1, 2].map((at, i) => `A,${i + 4},${at},Ann,,0,yes`),
      ...['Bob', 'Cid'].map((who, i) => `${i}B,0,${T},${who},,0,yes\n${i}B,1,${T},Eve,,0,yes`),
      ...[7, 8].map((i) => `A,${i}${',x'.repeat(i)}`),
    ];
    const found = await dryRun(options(written('rows.csv', `${HEADER}\n${rows.join('\n')}\n`)));
    expect(found.problems.map(({ count, example }) => [count, example.column, example.reason])).toEqual([
      [3, 'at', 'row not imported: not a time of the format named'],
      [2, 'at', 'row not imported: before 2000-01-01'],
      [2, null, 'row not imported: has 9 cells, the header 7'],
      [2, 'who', "differs from the case's first, Bob, which holds for the whole case"],
      [1, 'at', 'row not imported: it has no time'],
    ]);
    expect(reportOf(found.report)[0]).toEqual({ row: 1, column: 'at', value: null, reason: 'row not imported: it has no time' });
  });

  it('counts what the door would refuse, by the words of the door', async () => {
    const file = written('rows.csv', `${HEADER}\nA,0,${T},Ann,,0,yes\nB,0,${T},unknown,,0,yes\nC,0,${T},unknown,,0,yes\n`);
    const refuses = ({ customer }: EventInput) =>
      customer['customerId'] === 'unknown'
        ? { field: 'customer.customerId', code: 'no_identifier', message: 'stands for nobody.' }
        : undefined;
    const found = await dryRun({ ...options(file), refuses });
    expect(found).toMatchObject({ rows: 3, refused: 2, reported: 2 });
    expect(found.first.map(({ row }) => row)).toEqual([1]);
    expect(found.problems).toEqual([
      {
        count: 2,
        example: expect.objectContaining({
          row: 2,
          column: 'customer.customerId',
          reason: 'refused by the door: stands for nobody.',
        }) as Problem,
      },
    ]);
  });
});
