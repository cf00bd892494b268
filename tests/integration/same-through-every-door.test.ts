import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { EventInput, ListRef } from '#lib/contract/index.ts';
import { COLUMNS } from '#lib/contract/index.ts';
import { openDoor } from '#server/importers/door.ts';
import { importFile } from '#server/importers/import.ts';
import { mappingSchema } from '#server/importers/mapping.ts';
import { readYaml } from '#server/platform/yaml.ts';
import { keys } from '#server/redis/keys.ts';
import { APP_KEY, startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { chance } from '../support/fault-load.ts';
import { numbersOfFunnel, numbersOfHeat } from '../support/numbers.ts';

const NOON = Date.UTC(2026, 9, 15, 12);
const MINUTE = 60_000;
const SOURCE = 'same';
const TYPES = [
  'page.viewed',
  'order.placed',
  'delivery.started',
  'delivery.arrived',
  'case.opened',
  'contact.queued',
  'contact.ended',
  'message.in',
];

type Sent = EventInput & {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: number;
  readonly customer: Record<string, string>;
};

/** A thousand events of twenty-five people, tied ones among them, made of what every door can say, in the order in which they happened. */
function events(): Sent[] {
  const next = chance(20_261_015);
  const pick = <One>(from: readonly One[]): One => from[Math.floor(next() * from.length)] as One;
  return Array.from({ length: 1_000 }, (_, i): Sent => {
    const person = Math.floor(next() * 25);
    const type = pick(TYPES);
    const known = next() < 0.8 ? { customerId: `C${person}` } : { anonymousId: `A${person}` };
    const order = next() < 0.3 ? { orderId: `O${person}` } : {};
    const device = next() < 0.2 ? { anonymousId: `A${person}` } : {};
    return {
      id: `e${i}`,
      type,
      occurredAt: NOON - Math.floor(next() * 3 * 24 * 60) * MINUTE,
      sequence: i % 3,
      customer: { ...known, ...device, ...order },
      ...(next() < 0.4 ? { channel: pick(['web', 'app', 'phone', 'store'] as const) } : {}),
      ...(next() < 0.5 ? { segment: pick(['gold', 'basic']) } : {}),
      ...(next() < 0.3 ? { topic: pick(['late', 'bill']) } : {}),
      ...(next() < 0.3 ? { outcome: pick(['resolved', 'abandoned']) } : {}),
      ...(type === 'message.in'
        ? { text: pick(['Still waiting, this is terrible', 'Thank you, perfect', 'Where is it?']), lang: 'en' }
        : {}),
      ...(next() < 0.2 ? { attributes: { branch: pick(['north', 'south']) } } : {}),
    };
  }).sort((a, b) => a.occurredAt - b.occurredAt);
}

/** Ids of customers are keyed hashes with a secret of the store: here each goes by the identifiers that find it. */
async function namesOf(app: TestApp, people: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const found = await Promise.all(people.map((person) => app.find(person)));
  for (const [i, person] of people.entries())
    for (const { customer } of found[i]?.hits ?? []) names.set(customer, [names.get(customer), person].join(' '));
  return names;
}

/** Everything the pages show, and the lists behind the numbers, as one digest. */
async function digestOf(app: TestApp, people: readonly string[]): Promise<string> {
  const names = await namesOf(app, people);
  const hash = createHash('sha256');
  const told = (value: unknown): string =>
    JSON.stringify(value, (name, part: unknown) => (name === 'position' ? undefined : part)).replaceAll(
      /[\da-f]{20}/g,
      (id) => names.get(id) ?? id,
    );
  const add = (value: unknown): void => void hash.update(told(value));
  const rowsOf = async (lists: readonly ListRef[]): Promise<void> => {
    for (const { rows } of await Promise.all(lists.map((list) => app.list(list, { limit: 200 })))) add(rows.map(told).sort());
  };
  const funnel = await app.funnel({ journey: 'test' });
  add([funnel, await app.funnel({ journey: 'test', by: 'channel' }), await app.funnel({ journey: 'test', by: 'segment' })]);
  await rowsOf(numbersOfFunnel(funnel, undefined).map(({ list }) => list));
  for (const by of COLUMNS) {
    const view = await app.heat({ journey: 'test', window: '7d', by });
    add(view);
    if (by === 'channel') await rowsOf(numbersOfHeat(view, { window: '7d', by, to: undefined }).map(({ list }) => list));
  }
  const customers = [...names.keys()].sort((a, b) => (told(a) < told(b) ? -1 : 1));
  add(await Promise.all(customers.map((customer) => app.timeline(customer, { limit: 200 }))));
  return hash.digest('hex');
}

async function post(
  app: TestApp,
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const answer = await fetch(app.address + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${APP_KEY}`, 'content-type': 'application/json', 'x-source': SOURCE, ...headers },
    body,
  });
  const said = (await answer.json()) as { readonly rejected?: readonly unknown[] };
  if (answer.status !== 200 || (said.rejected?.length ?? 0) > 0)
    throw new Error(`${path}: ${answer.status} ${JSON.stringify(said).slice(0, 500)}`);
}

const chunks = <One>(all: readonly One[], size: number): One[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));

async function imported(app: TestApp, name: string, content: string | Buffer, mapping: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-same-'));
  const file = join(folder, name);
  await writeFile(file, content);
  const display = { reading: () => undefined, sending: () => undefined, finished: () => undefined };
  const door = openDoor({ address: app.address, key: APP_KEY, source: SOURCE });
  const done = await importFile({
    file,
    mapping: readYaml('mapping.yaml', mapping, mappingSchema),
    folder,
    name,
    display,
    door,
    restart: true,
    clock: () => 0,
  });
  await rm(folder, { recursive: true, force: true });
  if (done.accepted !== done.rows) throw new Error(JSON.stringify(done));
}

const FIELDS = ['channel', 'segment', 'topic', 'outcome', 'text', 'lang'] as const;
const KINDS = ['customerId', 'anonymousId', 'orderId'] as const;
/** One mapping for all files: a column of the same name for every field. */
const mappingOf = (format: string, column: (field: string) => string): string =>
  [
    `source: ${SOURCE}`,
    `format: ${format}`,
    `id: ${column('id')}`,
    `occurredAt: { column: '${column('occurredAt')}', format: ${format === 'xes' || format === 'ocel' ? 'iso' : 'ms'} }`,
    `sequence: ${column('sequence')}`,
    `customer: {${KINDS.map((kind) => `${kind}: ${kind}`).join(', ')}}`,
    ...['type', ...FIELDS].map((field) => `${field}: ${column(field)}`),
    'attributes: [branch]',
  ].join('\n');
const cell = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? `"${value}"` : '');
const flat = (event: Sent): Readonly<Record<string, unknown>> => ({
  ...event,
  ...event.customer,
  branch: event.attributes?.['branch'],
});

function csv(all: readonly Sent[]): string {
  const columns = ['id', 'occurredAt', 'sequence', 'type', ...KINDS, ...FIELDS, 'branch'];
  return [columns.join(','), ...all.map((event) => columns.map((column) => cell(flat(event)[column])).join(','))].join('\n');
}

function xes(all: readonly Sent[]): string {
  const attribute = ([key, value]: readonly [string, unknown]): string => `<string key="${key}" value="${String(value)}"/>`;
  const of = (event: Sent): string => {
    const { customer: _, attributes: _a, occurredAt, ...rest } = flat(event) as Record<string, unknown> & { occurredAt: number };
    const given = Object.entries(rest).filter(([, value]) => value !== undefined);
    return `<event>${given.map(attribute).join('')}<date key="time:timestamp" value="${new Date(occurredAt).toISOString()}"/></event>`;
  };
  return `<?xml version="1.0"?><log>${chunks(all, 10)
    .map((some) => `<trace>${some.map(of).join('\n')}</trace>`)
    .join('\n')}</log>`;
}

function ocel(all: readonly Sent[]): string {
  const objects = new Map<string, object>();
  const list = all.map((event) => {
    const relationships = Object.entries(event.customer).map(([kind, id]) => {
      objects.set(id, { id, type: kind });
      return { objectId: id, qualifier: kind };
    });
    const { customer: _, attributes: _a, customerId: _c, anonymousId: _n, orderId: _o, id, type, occurredAt, ...rest } = flat(event);
    const attributes = Object.entries(rest)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ({ name, value }));
    return { id, type, time: new Date(Number(occurredAt)).toISOString(), attributes, relationships };
  });
  return JSON.stringify({ events: list, objects: [...objects.values()] });
}

const basic = { authorization: `Basic ${Buffer.from(`${APP_KEY}:`).toString('base64')}` };
const cloudEvent = ({ id, type, occurredAt, ...data }: Sent): object => ({
  specversion: '1.0',
  id,
  source: SOURCE,
  type,
  time: new Date(occurredAt).toISOString(),
  data,
});
const segmentMessage = ({ id, type, occurredAt, customer, attributes, lang, ...properties }: Sent): object => ({
  type: 'track',
  messageId: id,
  event: type,
  timestamp: new Date(occurredAt).toISOString(),
  ...(customer['customerId'] === undefined ? {} : { userId: customer['customerId'] }),
  ...(customer['anonymousId'] === undefined ? {} : { anonymousId: customer['anonymousId'] }),
  properties: { ...properties, ...attributes, ...(customer['orderId'] === undefined ? {} : { order_id: customer['orderId'] }) },
  ...(lang === undefined ? {} : { context: { locale: lang } }),
});

/** Sends most events in one way of a door and the rest in its other: both are tried, and one by one costs more. */
type Way = (app: TestApp, some: readonly Sent[]) => Promise<void>;
const inTwoWays =
  (first: Way, second: Way): Way =>
  async (app, all) => {
    await first(app, all.slice(0, -100));
    await second(app, all.slice(-100));
  };
const eachOf = async (all: readonly Sent[], send: (event: Sent) => Promise<unknown>): Promise<void> => {
  for (const some of chunks(all, 50)) await Promise.all(some.map(send));
};
const ocelMapping = (): string => {
  const place: Readonly<Record<string, string>> = { id: 'event:id', type: 'event:type', occurredAt: 'event:time' };
  const customer = `customer: {${KINDS.map((kind) => `${kind}: "object:${kind}"`).join(', ')}}`;
  return mappingOf('ocel', (field) => place[field] ?? field).replace(/customer: .*/, customer);
};

const DOORS: Readonly<Record<string, Way>> = {
  'HTTP: JSON, and NDJSON gzipped': inTwoWays(
    (app, some) => post(app, '/v1/events', JSON.stringify(some), {}),
    (app, some) =>
      post(app, '/v1/events', new Uint8Array(gzipSync(some.map((event) => JSON.stringify(event)).join('\n'))), {
        'content-type': 'application/x-ndjson',
        'content-encoding': 'gzip',
      }),
  ),
  'Segment: batches, and one by one': inTwoWays(
    (app, some) => post(app, '/v1/batch', JSON.stringify({ batch: some.map(segmentMessage) }), basic),
    (app, some) => eachOf(some, (event) => post(app, '/v1/t', JSON.stringify(segmentMessage(event)), basic)),
  ),
  'CloudEvents: a batch, and binary mode': inTwoWays(
    (app, some) =>
      post(app, '/v1/cloudevents', JSON.stringify(some.map(cloudEvent)), { 'content-type': 'application/cloudevents-batch+json' }),
    (app, some) =>
      eachOf(some, ({ id, type, occurredAt, ...data }) =>
        post(app, '/v1/cloudevents', JSON.stringify(data), {
          'ce-specversion': '1.0',
          'ce-id': id,
          'ce-source': SOURCE,
          'ce-type': type,
          'ce-time': new Date(occurredAt).toISOString(),
        }),
      ),
  ),
  'XADD: as JSON, and in fields': inTwoWays(
    (app, some) => eachOf(some, (event) => app.app.redis.xAdd(keys.inbox(), '*', { source: SOURCE, event: JSON.stringify(event) })),
    (app, some) => eachOf(some, (event) => app.app.redis.xAdd(keys.inbox(), '*', inFields(event))),
  ),
  'files: CSV, and NDJSON gzipped': inTwoWays(
    (app, some) =>
      imported(
        app,
        'same.csv',
        csv(some),
        mappingOf('csv', (field) => field),
      ),
    (app, some) =>
      imported(
        app,
        'same.ndjson.gz',
        gzipSync(some.map((event) => JSON.stringify(flat(event))).join('\n')),
        mappingOf('ndjson', (field) => field),
      ),
  ),
  'event logs: XES gzipped, and OCEL 2.0': inTwoWays(
    (app, some) =>
      imported(
        app,
        'same.xes.gz',
        gzipSync(xes(some)),
        mappingOf('xes', (field) => (field === 'occurredAt' ? 'time:timestamp' : field)),
      ),
    (app, some) => imported(app, 'same.jsonocel', ocel(some), ocelMapping()),
  ),
};

function inFields({ customer, attributes, ...rest }: Sent): Record<string, string> {
  return {
    source: SOURCE,
    ...Object.fromEntries(Object.entries({ ...rest, ...customer }).map(([name, value]) => [name, String(value as string)])),
    ...(attributes === undefined ? {} : { 'attributes.branch': String(attributes['branch']) }),
    occurredAt: new Date(rest.occurredAt).toISOString(),
  };
}

it('the same thousand events through each door show the same funnel, heatmap, timelines and lists', async () => {
  const all = events();
  const people = [...new Set(all.flatMap(({ customer }) => Object.values(customer)))].sort();
  const digests: Record<string, string> = {};
  for (const [name, send] of Object.entries(DOORS)) {
    await using app = await startTestApp({ now: NOON + MINUTE, partitions: 2 });
    await send(app, all);
    await expect.poll(async () => (await app.status()).accepted, { timeout: 20_000, interval: 50 }).toBe(1_000);
    await app.settled();
    expect(await app.status()).toMatchObject({ accepted: 1_000, projected: 1_000, rejected: 0, duplicates: 0 });
    digests[name] = await digestOf(app, people);
  }
  const [first] = Object.values(digests);
  expect(digests).toEqual(Object.fromEntries(Object.keys(DOORS).map((name) => [name, first])));
}, 240_000);
