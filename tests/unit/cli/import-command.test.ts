import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runImport } from '#server/cli/import-command.ts';
import { parseConfig } from '#server/config.ts';
import { zipOf } from '../../support/zip.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'throughline-import-command-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a dry run prints; there is no running product here. */
async function dryRunOf(name: string, content: string | Buffer, ...argv: string[]): Promise<string> {
  await writeFile(join(folder, name), content);
  const printed: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  const quiet = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    await runImport([join(folder, name), '--dry-run', ...argv], parseConfig({ DATA_DIR: join(folder, 'data') }));
  } finally {
    write.mockRestore();
    quiet.mockRestore();
  }
  return printed.join('');
}

const XES =
  '<log><trace><string key="concept:name" value="A"/><event><date key="time:timestamp" value="2026-03-01T09:00:00Z"/></event></trace></log>';
const OCEL = JSON.stringify({
  events: [
    { id: 'e1', type: 'order', time: '2026-03-01T09:00:00Z', relationships: [{ objectId: 'c1', qualifier: '' }] },
    { id: 'e2', type: 'ship', time: '2026-03-01T10:00:00Z' },
  ],
  objects: [{ id: 'c1', type: 'customer' }],
});
const OCEL_XML =
  '<?xml version="1.0"?>\n<log><object-types/><event-types/><objects><object id="c1" type="customer"/></objects><events>' +
  '<event id="e1" type="order" time="2026-03-01T09:00:00Z"><objects><relationship object-id="c1" qualifier=""/></objects></event></events></log>';
const MAPPING = 'source: desk\nid: n\noccurredAt: { column: at }\ncustomer: { customerId: who, phone: number }\n';

describe('npm run import -- <file> --dry-run', () => {
  it.each([
    ['log.zip', { 'notes.txt': 'no table', 'deep/log.xes': XES }, '1 rows, 1 would be sent, 0 would not.'],
    ['orders.zip', { 'orders.jsonocel': OCEL }, '2 rows, 1 would be sent, 1 would not.'],
  ])('needs no mapping for an event log inside a zip (%s)', async (name, files, last) => {
    expect(await dryRunOf(name, zipOf(files))).toContain(last);
  });

  it.each<[string, string | Buffer, string]>([
    ['orders.json', `\uFEFF${OCEL}`, '2 rows, 1 would be sent, 1 would not.'],
    ['orders.json.gz', gzipSync(JSON.stringify(JSON.parse(OCEL), null, 2)), '2 rows, 1 would be sent, 1 would not.'],
    ['orders.xml', OCEL_XML, '1 rows, 1 would be sent, 0 would not.'],
    ['log.xml.gz', gzipSync(`<?xml version="1.0"?><!-- a log -->${XES}`), '1 rows, 1 would be sent, 0 would not.'],
    ['packed.zip', zipOf({ 'meta.csv': 'a,b\n', 'orders.xml': OCEL_XML }), '1 rows, 1 would be sent, 0 would not.'],
  ])('sees by how it begins that a file is an event log where its name does not tell (%s)', async (name, content, last) => {
    expect(await dryRunOf(name, content)).toContain(last);
  });

  it('takes no other JSON or XML for an event log', async () => {
    const note = '{"id":"1","note":"\\"events\\": []"}\n';
    await expect(dryRunOf('rows.json', note)).rejects.toThrow(/needs a mapping/);
    await expect(dryRunOf('empty.json', '')).rejects.toThrow(/needs a mapping/);
    await expect(dryRunOf('page.xml', '<html><log/></html>')).rejects.toThrow(/needs a mapping/);
    await expect(dryRunOf('away.json.gz', 'not packed')).rejects.toThrow(/away\.json\.gz cannot be read/);
  });

  it('says that a table inside a zip needs a mapping, and what is wrong with a zip', async () => {
    await expect(dryRunOf('table.zip', zipOf({ 'rows.csv': 'a,b\n1,2\n' }))).rejects.toThrow(/needs a mapping.*--map/s);
    await expect(dryRunOf('empty.zip', zipOf({ 'readme.md': '' }))).rejects.toThrow(/empty\.zip holds no .*\.xes/);
    await expect(dryRunOf('torn.zip', 'no archive')).rejects.toThrow(/torn\.zip cannot be read/);
  });

  it('refuses whom the door would refuse, by the door’s own rules', async () => {
    const mapping = join(folder, 'map.yaml');
    await writeFile(mapping, MAPPING);
    const rows = ['1,Ann,', '2,,', '3,unknown,', '4,0,', '5,unknown,+49 30 901820', '6,,12', '7,unknown,'];
    const table = `n,at,who,number\n${rows.map((row) => row.replace(',', ',2026-03-01T09:00:00Z,')).join('\n')}\n`;
    const text = await dryRunOf('rows.csv', table, '--map', mapping);
    expect(text).toContain('7 rows, 2 would be sent, 5 would not.');
    expect(text).toContain('3 x customer.customerId: refused by the door: customer holds no usable identifier.');
    expect(text).not.toContain('Nothing to complain about');
  });

  it('refuses a name of the feed that the door would refuse', async () => {
    await expect(dryRunOf('log.xes', XES, '--source', 'Front desk')).rejects.toThrow('--source Front desk must be 1 to 64 letters');
    await expect(dryRunOf('log.xes', XES, '--source', '')).rejects.toThrow(/^--source/);
    expect(await dryRunOf('log.xes', XES, '--source', 'Desk-3')).toContain('1 would be sent');
  });

  it('says of an event log’s event without a customer that the door would refuse it', async () => {
    const text = await dryRunOf('log.jsonocel', OCEL);
    expect(text).toContain('1 x customer: refused by the door: customer holds no usable identifier. (row 2)');
    expect(text).toContain('2 rows, 1 would be sent, 1 would not.');
  });
});
