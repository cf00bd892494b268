import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EventInput } from '#lib/contract/index.ts';
import { mapFile } from '#server/importers/import.ts';
import { mappingSchema } from '#server/importers/mapping.ts';
import type { Problem } from '#server/importers/value-rules.ts';
import { xesRows } from '#server/importers/xes.ts';
import { projectFile } from '#server/platform/files.ts';
import { readYaml } from '#server/platform/yaml.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'throughline-logs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const shipped = async (name: string): Promise<string> => readFile(projectFile(`server/importers/mappings/${name}.yaml`), 'utf8');

async function read(name: string, content: string | Buffer, mapping: string): Promise<{ events: EventInput[]; problems: Problem[] }> {
  const file = join(folder, name);
  await writeFile(file, content);
  const problems: Problem[] = [];
  const display = { reading: () => undefined, sending: () => undefined, finished: () => undefined };
  const told = (found: readonly Problem[]): Promise<void> => Promise.resolve(void problems.push(...found));
  const mapped = await mapFile(
    { file, mapping: readYaml('mapping.yaml', mapping, mappingSchema), folder, name, display, clock: () => Date.UTC(2026, 11, 1) },
    told,
  );
  const events: EventInput[] = [];
  for await (const { event, problems: late } of mapped.events()) {
    events.push(event);
    problems.push(...late);
  }
  await mapped.dispose();
  return { events, problems };
}

const XES = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE log [<!ENTITY big "no">]>
<log xes.version="2.0" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="__INVALID__"/><date key="time:timestamp" value="1970-01-01T00:00:00Z"/></global>
  <string key="concept:name" value="loans"/>
  <trace>
    <string key="concept:name" value="A-1"/>
    <string key="Customer" value="C-7"/>
    <int key="amount" value="500"/>
    <event>
      <string key="concept:name" value="Apply &amp; sign"/>
      <date key="time:timestamp" value="2026-03-01T10:00:00.000+01:00"/>
      <string key="lifecycle:transition" value="COMPLETE"/>
      <string key="org:resource" value="web"><string key="role" value="page"/></string>
      <boolean key="first" value="true"/>
    </event>
    <event>
      <string key="concept:name" value="Decide"/>
      <date key="time:timestamp" value="2026-03-01T10:00:00.000+01:00"/>
      <float key="score" value="0.5"/>
    </event>
  </trace>
  <trace>
    <string key="concept:name" value="A-2"/>
    <event><id key="identity:id" value="e-9"/><string key="concept:name" value="Decide"/><date key="time:timestamp" value="2026-02-01T00:00:00Z"/></event>
    <event><string key="concept:name" value="Never"/><date key="time:timestamp" value="soon"/></event>
  </trace>
</log>`;

describe('an XES log with the mapping that ships', () => {
  test.each(['plain.xes', 'packed.xes.gz'])('becomes events: case, activity, time, lifecycle and attributes (%s)', async (name) => {
    const { events, problems } = await read(name, name.endsWith('.gz') ? gzipSync(XES) : XES, await shipped('xes'));
    const at = Date.UTC(2026, 2, 1, 9);
    expect(events).toEqual([
      {
        id: 'e-9',
        occurredAt: Date.UTC(2026, 1, 1),
        sequence: 1,
        caseId: 'A-2',
        customer: { ticketId: 'A-2' },
        touchpoint: 'Decide',
        type: 'activity.complete',
        attributes: { 'identity:id': 'e-9' },
      },
      {
        id: 'A-1/1',
        occurredAt: at,
        sequence: 1,
        caseId: 'A-1',
        customer: { customerId: 'C-7', ticketId: 'A-1' },
        touchpoint: 'Apply & sign',
        type: 'activity.complete',
        attributes: {
          'lifecycle:transition': 'COMPLETE',
          'org:resource': 'web',
          'org:resource.role': 'page',
          first: true,
          'case:Customer': 'C-7',
          'case:amount': 500,
        },
      },
      {
        id: 'A-1/2',
        occurredAt: at,
        sequence: 2,
        caseId: 'A-1',
        customer: { customerId: 'C-7', ticketId: 'A-1' },
        touchpoint: 'Decide',
        type: 'activity.complete',
        attributes: { score: 0.5 },
      },
    ]);
    expect(problems.map(({ row, column }) => [row, column])).toEqual([[4, 'time:timestamp']]);
  });

  test('says what is wrong with a file that is no XML, and expands nothing', async () => {
    await expect(read('broken.xes', '<log><trace><event></trace></log>', await shipped('xes'))).rejects.toThrow(
      /broken\.xes cannot be read/,
    );
    const bomb = XES.replace('Apply &amp; sign', '&big;');
    await expect(read('bomb.xes', bomb, await shipped('xes'))).rejects.toThrow(/cannot be read/);
  });
});

const at = '<date key="time:timestamp" value="2026-03-01T09:00:00Z"/>';
const logOf = (...traces: readonly string[]): string => `<log>${traces.map((trace) => `<trace>${trace}</trace>`).join('')}</log>`;
const named = (name: string): string => `<string key="concept:name" value="${name}"/>`;

describe('an XES log', () => {
  test('goes on counting where a second trace has the name of an earlier one: no event is taken for another', async () => {
    const step = `<event>${named('Step')}${at}</event>`;
    const log = logOf(
      `${named('A')}<int key="round" value="1"/>${step}${step}`,
      named('B') + step,
      `${named('A')}<int key="round" value="2"/>${step}`,
    );
    const { events } = await read('twice.xes', log, await shipped('xes'));
    expect(events.map(({ id, sequence, attributes }) => [id, sequence, attributes?.['case:round']])).toEqual([
      ['A/1', 1, 1],
      ['B/1', 1, undefined],
      ['A/2', 2, undefined],
      ['A/3', 3, 2],
    ]);
  });

  test('keeps every digit of a whole number, so that two customers never become one', async () => {
    const traces = ['9007199254740992', '9007199254740993', '12'].map(
      (id) => `${named(`T${id}`)}<int key="customer" value="${id}"/><event>${at}</event>`,
    );
    const { events } = await read('long.xes', logOf(...traces), await shipped('xes'));
    expect(events.map(({ customer }) => customer['customerId'])).toEqual(['9007199254740992', '9007199254740993', '12']);
  });

  test('takes an event as completed where its lifecycle says nothing, however it says it', async () => {
    const said = ['', '<string key="lifecycle:transition" value=""/>', '<string key="lifecycle:transition" value=" "/>'];
    const { events } = await read(
      'nothing.xes',
      logOf(named('A') + said.map((one) => `<event>${at}${one}</event>`).join('')),
      await shipped('xes'),
    );
    expect(events.map(({ type }) => type)).toEqual(['activity.complete', 'activity.complete', 'activity.complete']);
  });

  test('keeps all values of a list', async () => {
    const list = (...values: readonly string[]): string =>
      `<list key="tags"><values>${values.map((v) => `<string key="tag" value="${v}"/>`).join('')}</values></list>`;
    const { events } = await read(
      'lists.xes',
      logOf(`${named('A')}<event>${at}${list('new', 'vip', 'late')}</event><event>${at}${list('one')}</event>`),
      await shipped('xes'),
    );
    expect(events.map(({ attributes }) => attributes?.['tags.tag'])).toEqual([['new', 'vip', 'late'], 'one']);
  });

  test('is refused where its bytes are not of the encoding it names', async () => {
    const log = Buffer.from(logOf(`${named('Müller')}<event>${at}</event>`), 'latin1');
    await expect(read('latin.xes', log, await shipped('xes'))).rejects.toThrow(/latin\.xes cannot be read: .*not utf-8/i);
    const said = Buffer.concat([Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?>'), log]);
    const { events } = await read('said.xes', said, await shipped('xes'));
    expect(events.map(({ caseId }) => caseId)).toEqual(['Müller']);
  });
});

const OCEL = JSON.stringify({
  objectTypes: [{ name: 'customers', attributes: [] }],
  eventTypes: [{ name: 'place order', attributes: [] }],
  events: [
    {
      id: 'e1',
      type: 'place order',
      time: '2026-03-01T09:00:00Z',
      attributes: [{ name: 'channel', value: 'web' }],
      relationships: [
        { objectId: 'o1', qualifier: 'order' },
        { objectId: 'i1', qualifier: 'item' },
        { objectId: 'i2', qualifier: 'item' },
      ],
    },
    {
      id: 'e2',
      type: 'complain',
      time: '2026-03-02T09:00:00Z',
      relationships: [
        { objectId: 't1', qualifier: '' },
        { objectId: 'c1', qualifier: '' },
      ],
    },
    {
      id: 'e3',
      type: 'merge',
      time: '2026-03-03T09:00:00Z',
      relationships: [
        { objectId: 'c1', qualifier: '' },
        { objectId: 'c2', qualifier: '' },
      ],
    },
    { id: 'e4', type: 'ship', time: '2026-03-04T09:00:00Z' },
    { id: 'e5', time: '2026-03-04T09:00:00Z' },
  ],
  objects: [
    {
      id: 'c1',
      type: 'customers',
      attributes: [
        { name: 'level', time: '2026-03-02T00:00:00Z', value: 'gold' },
        { name: 'level', time: '1970-01-01T00:00:00Z', value: 'basic' },
      ],
      relationships: [{ objectId: 'o1', qualifier: 'places' }],
    },
    { id: 'c2', type: 'customers' },
    { id: 'o1', type: 'orders' },
    { id: 'i1', type: 'items' },
    { id: 'i2', type: 'items' },
    { id: 't1', type: 'Ticket' },
  ],
});

describe('an OCEL 2.0 log with the mapping that ships', () => {
  test.each(['plain.jsonocel', 'packed.jsonocel.gz'])('gives each event its customer, order and ticket (%s)', async (name) => {
    const { events, problems } = await read(name, name.endsWith('.gz') ? gzipSync(OCEL) : OCEL, await shipped('ocel'));
    expect(events.map(({ id, touchpoint, customer, attributes }) => [id, touchpoint, customer, attributes])).toEqual([
      ['e1', 'place order', { customerId: 'c1', orderId: 'o1' }, { channel: 'web', 'object:orders': 'o1', 'object:items': ['i1', 'i2'] }],
      ['e2', 'complain', { customerId: 'c1', orderId: 'o1', ticketId: 't1' }, { 'object:Ticket': 't1', 'object:customers': 'c1' }],
      ['e3', 'merge', { customerId: 'c1', orderId: 'o1' }, { 'object:customers': ['c1', 'c2'] }],
      // Nobody's: the door refuses it, and the report says so.
      ['e4', 'ship', {}, undefined],
    ]);
    expect(problems.map(({ row, column, reason }) => [row, column, reason.split(':')[0]])).toEqual([
      [3, 'customer', 'the event relates to 2 of these; the first is taken'],
      [5, null, 'row not imported'],
    ]);
  });

  test('tells an object’s attribute as it was at the time of the event, where a mapping asks', async () => {
    const mapping = `${await shipped('ocel')}\nsegment: object:customers.level\n`;
    const { events } = await read('levels.jsonocel', OCEL, mapping);
    expect(events.map(({ segment }) => segment)).toEqual([undefined, 'gold', 'gold', undefined]);
  });

  test('keeps a whole number as text where a number would lose digits: two long references stay two', async () => {
    const log = OCEL.replace('"name":"channel","value":"web"', '"name":"reference","value":12345678901234567891')
      .replace('"value":"gold"', '"value":-9007199254740993')
      .replace('"value":"basic"', '"value":9007199254740991');
    const { events } = await read('long.jsonocel', log, `${await shipped('ocel')}\nsegment: object:customers.level\n`);
    expect(events[0]?.attributes).toMatchObject({ reference: '12345678901234567891' });
    expect(events.slice(1, 3).map(({ segment }) => segment)).toEqual(['-9007199254740993', '-9007199254740993']);
  });
});

interface OcelElement {
  readonly id?: string;
  readonly type?: string;
  readonly time?: string;
  readonly attributes?: readonly { readonly name: string; readonly time?: string; readonly value: string | number | boolean }[];
  readonly relationships?: readonly { readonly objectId: string; readonly qualifier: string }[];
}

/** The same log in XML, with the types of its attributes in its head. */
function ocelXml(json: string, types: Readonly<Record<string, string>> = {}): string {
  const { events, objects } = JSON.parse(json) as { readonly events: readonly OcelElement[]; readonly objects: readonly OcelElement[] };
  const quoted = (text: string): string => `"${text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`;
  const said = (name: string, value: string | undefined): string => (value === undefined ? '' : ` ${name}=${quoted(value)}`);
  const element = (tag: string, { id, type, time, attributes = [], relationships = [] }: OcelElement): string =>
    `<${tag}${said('id', id)}${said('type', type)}${said('time', time)}><attributes>${attributes
      .map((one) => `<attribute${said('name', one.name)}${said('time', one.time)}>${String(one.value)}</attribute>`)
      .join('')}</attributes><objects>${relationships
      .map((one) => `<relationship${said('object-id', one.objectId)}${said('qualifier', one.qualifier)}/>`)
      .join('')}</objects></${tag}>`;
  const kinds = (tag: string, all: readonly OcelElement[]): string =>
    [...new Set(all.map(({ type }) => type ?? ''))]
      .map((name) => {
        const declared = Object.entries(types).map(([attribute, type]) => `<attribute name="${attribute}" type="${type}"/>`);
        return `<${tag}${said('name', name)}><attributes>${declared.join('')}</attributes></${tag}>`;
      })
      .join('');
  return `<?xml version="1.0" encoding="UTF-8"?>
<log><object-types>${kinds('object-type', objects)}</object-types><event-types>${kinds('event-type', events)}</event-types>
<objects>${objects.map((one) => element('object', one)).join('\n')}</objects><events>${events.map((one) => element('event', one)).join('\n')}</events></log>`;
}

describe('an OCEL 2.0 log in XML', () => {
  test.each(['plain.xmlocel', 'packed.xmlocel.gz', 'named.ocel.xml'])('gives the very events that it gives in JSON (%s)', async (name) => {
    const mapping = `${await shipped('ocel')}\nsegment: object:customers.level\n`;
    const xml = ocelXml(OCEL);
    expect(await read(name, name.endsWith('.gz') ? gzipSync(xml) : xml, mapping)).toEqual(await read('same.jsonocel', OCEL, mapping));
  });

  test('has the kinds of values that its head declares, and keeps every digit', async () => {
    const values = '{"name":"amount","value":2.5},{"name":"first","value":true},{"name":"reference","value":"12345678901234567891"}';
    const log = OCEL.replace('{"name":"channel","value":"web"}', values);
    const { events } = await read(
      'kinds.xmlocel',
      ocelXml(log, { amount: 'float', first: 'boolean', reference: 'integer' }),
      await shipped('ocel'),
    );
    expect(events[0]?.attributes).toMatchObject({ amount: 2.5, first: true, reference: '12345678901234567891' });
  });

  test('is refused with the reason where it is cut off, of OCEL 1.0, or another log', async () => {
    const xml = ocelXml(OCEL);
    await expect(read('cut.xmlocel', xml.slice(0, -200), await shipped('ocel'))).rejects.toThrow(
      /cut\.xmlocel cannot be read: .*unclosed tag/,
    );
    const older = '<log><global scope="log"><string key="version" value="1.0"/></global><events><event/></events></log>';
    await expect(read('older.xmlocel', older, await shipped('ocel'))).rejects.toThrow(/OCEL 1\.0/);
    await expect(read('other.xmlocel', logOf(named('A')), await shipped('ocel'))).rejects.toThrow(/no list "events".*OCEL 2\.0/);
  });
});

describe('a file that is no whole OCEL 2.0 log', () => {
  const objectsFirst = JSON.stringify({ objects: (JSON.parse(OCEL) as { objects: unknown }).objects, ...(JSON.parse(OCEL) as object) });

  test.each([
    ['in its events', OCEL, OCEL.indexOf('"e4"')],
    ['in its objects, which stand behind the events', OCEL, OCEL.indexOf('"t1","type"')],
    ['in its events, which stand behind the objects', objectsFirst, objectsFirst.indexOf('"e4"')],
    ['before its last brace', OCEL, OCEL.length - 1],
    ['at once', OCEL, 0],
  ])('is refused where it is cut off %s', async (_where, log, length) => {
    await expect(read('cut.jsonocel', log.slice(0, length), await shipped('ocel'))).rejects.toThrow(
      /cut\.jsonocel cannot be read: .*cut off/,
    );
  });

  test.each([
    ['other JSON', '{"foo":[1,2],"deep":{"events":[]}}', /no list "events".*OCEL 2\.0/],
    ['a list', '[{"events":[]}]', /no list "events"/],
    ['no list of events', '{"events":{"e1":{}},"objects":[]}', /no list "events"/],
    ['OCEL 1.0', '{"ocel:global-log":{},"ocel:events":{"e1":{}},"ocel:objects":{}}', /OCEL 1\.0/],
    ['two in one', `${OCEL}${OCEL}`, /Unexpected/],
    ['not UTF-8', Buffer.from(OCEL.replace('complain', 'beschwören'), 'latin1'), /line 1 is not UTF-8/],
  ])('is refused: %s', async (_what, log, reason) => {
    await expect(read('other.jsonocel', log, await shipped('ocel'))).rejects.toThrow(reason);
  });

  test('may have no events at all', async () => {
    expect(await read('empty.jsonocel', '{"eventTypes":[],"events":[],"objects":[]}', await shipped('ocel'))).toEqual({
      events: [],
      problems: [],
    });
  });
});

describe('a log of any size', () => {
  test('is read no further than its events are taken: fifty thousand of them in one trace hold no more than one piece of the file', async () => {
    const EVENTS = 50_000;
    const PIECE = 500;
    let made = 0;
    function* pieces(): Generator<Buffer> {
      yield Buffer.from('<log><trace><string key="concept:name" value="A"/>');
      for (let i = 0; i < EVENTS; i += PIECE) {
        made = i + PIECE;
        const event = '<event><string key="concept:name" value="Step"/><date key="time:timestamp" value="2026-03-01T09:00:00Z"/></event>';
        yield Buffer.from(event.repeat(PIECE));
      }
      yield Buffer.from('</trace></log>');
    }
    let rows = 0;
    let ahead = 0;
    for await (const row of xesRows(Readable.from(pieces(), { objectMode: false, highWaterMark: 65_536 }))) {
      rows = row.number;
      ahead = Math.max(ahead, made - rows);
    }
    expect(rows).toBe(EVENTS);
    expect(ahead).toBeLessThan(5 * PIECE);
  }, 60_000);
});
