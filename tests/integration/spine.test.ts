import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FunnelView, HeatView, JourneyView, ListPage, ListRef, TimelineItem } from '#lib/contract/index.ts';
import { COLUMNS, WINDOW_NAMES } from '#lib/contract/index.ts';
import { projectFile } from '#server/platform/files.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { chance } from '../support/fault-load.ts';
import { TEST_JOURNEY } from '../support/world.ts';
import { imbalances, numbersOfFunnel, numbersOfHeat, numbersOfJourney } from '../support/numbers.ts';
import type { ShownNumber } from '../support/numbers.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A Thursday noon; the test's clock stands still unless a test moves it. */
const NOON = Date.UTC(2026, 9, 15, 12);
const SOON = { timeout: 30_000, interval: 25 };

async function personOf(app: TestApp, q: string): Promise<string> {
  const { hits } = await app.find(q);
  const [hit] = hits;
  if (hit === undefined) throw new Error(`${q} was not found.`);
  return hit.customer;
}

/** Numbers whose list has another length. */
async function differing(app: TestApp, numbers: readonly ShownNumber[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const { where, value, list } of numbers) {
    const { count } = await app.list(list, { limit: 1 });
    if (count !== value) wrong.push(`${where}: shows ${value}, its list has ${count}`);
  }
  return wrong;
}

describe('a segment', () => {
  it('has its group, whatever it is called', async () => {
    await using app = await startTestApp({ now: NOON });
    const names = ['gold', '__proto__', 'constructor', 'a|b', 'a/b'];
    await app.post(
      names.map((segment, i) => ({
        customer: { customerId: `C-${i}` },
        type: 'page.viewed',
        occurredAt: NOON - 5 * MINUTE,
        segment,
      })),
    );
    await expect.poll(async () => (await app.funnel({ journey: 'test' })).total.entered, SOON).toBe(names.length);
    const { groups } = await app.funnel({ journey: 'test', by: 'segment' });
    expect(Object.values(groups).map(({ key, total }) => [key, total.entered])).toEqual(names.toSorted().map((name) => [name, 1]));
  });
});

describe('an event that is posted', () => {
  it('is in funnel, heatmap, list, search and timeline within a second or two', async () => {
    await using app = await startTestApp({ now: NOON });
    const begun = performance.now();
    const posted = await app.post([
      {
        id: '1',
        customer: { customerId: 'C-1', email: 'ada@example.com' },
        type: 'page.viewed',
        occurredAt: NOON - 5 * MINUTE,
        segment: 'gold',
      },
      { id: '2', customer: { customerId: 'C-1' }, type: 'order.placed', occurredAt: NOON - 4 * MINUTE },
    ]);
    expect(posted).toMatchObject({ status: 200, accepted: 2 });
    await expect.poll(async () => (await app.funnel({ journey: 'test' })).total.entered, SOON).toBe(1);
    expect(performance.now() - begun).toBeLessThan(2000);
    const funnel = await app.funnel({ journey: 'test', by: 'segment' });
    expect([
      funnel.steps['look']?.reached,
      funnel.steps['order']?.reached,
      funnel.steps['order']?.occupancy,
      funnel.groups['gold']?.total.entered,
    ]).toEqual([1, 1, 1, 1]);
    const heat = await app.heat({ journey: 'test', window: '1h' });
    expect([heat.cells['look|web']?.n, heat.cells['order|web']?.n, heat.cells['order|web']?.state]).toEqual([1, 1, 'few']);
    const list = await app.list({ of: 'funnel', journey: 'test', stage: 'order', what: 'reached' });
    const person = await personOf(app, 'ada@example.com');
    expect(list.rows.map((row) => [row.customer, row.segment, row.stage])).toEqual([[person, 'gold', 'order']]);
    const page = await app.timeline(person);
    expect(page.items.map((i) => [i.type, i.stage])).toEqual([
      ['order.placed', 'order'],
      ['page.viewed', 'look'],
    ]);
    expect(page.header?.cases[0]).toMatchObject({ stage: 'order', state: 'progressing', step: 2 });
  });

  it('is counted once however often it is sent', async () => {
    await using app = await startTestApp({ now: NOON });
    const batch = [{ id: 'same', customer: { customerId: 'C-1' }, type: 'page.viewed', occurredAt: NOON - MINUTE }];
    await app.take(batch);
    expect(await app.post(batch)).toMatchObject({ accepted: 0, duplicates: 1 });
    await app.settled();
    expect((await app.funnel({ journey: 'test' })).total.entered).toBe(1);
  });
});

const TEST_VARIANTS = `
variants:
  - {id: gold, name: Gold, segments: [gold], stages: {order: {standard: 2h}}}
  - {id: shop, name: Begun in a shop, channels: [store]}
`;
const TYPES = [
  'page.viewed',
  'page.viewed',
  'order.placed',
  'delivery.started',
  'delivery.arrived',
  'order.cancelled',
  'case.opened',
  'contact.queued',
  'contact.ended',
  'error.shown',
];

/** Three days of 70 people: late, tied, in two segments and several channels, some anonymous first. */
function history(seed: number, until: number): object[] {
  const next = chance(seed);
  return Array.from({ length: 900 }, (_, i) => {
    const person = Math.floor(next() * 70);
    const who =
      next() < 0.15 ? { anonymousId: `A${person}` } : { customerId: `C${person}`, ...(next() < 0.1 ? { anonymousId: `A${person}` } : {}) };
    return {
      id: `h${i}`,
      customer: who,
      occurredAt: until - Math.floor(next() * 3 * 24 * 12) * 5 * MINUTE - (next() < 0.5 ? 0 : Math.floor(next() * 300_000)),
      type: TYPES[Math.floor(next() * TYPES.length)],
      ...(next() < 0.5 ? { segment: next() < 0.5 ? 'gold' : 'basic' } : {}),
      ...(next() < 0.3 ? { channel: ['app', 'store', 'chat'][Math.floor(next() * 3)] } : {}),
      ...(next() < 0.1 ? { promise: { kind: 'call_back', due: until - Math.floor(next() * 40) * HOUR } } : {}),
    };
  });
}

describe('every number of a generated history', () => {
  let app: TestApp;
  const seed = Number(process.env['SPINE_SEED'] ?? 20_261_015);
  beforeAll(async () => {
    app = await startTestApp({ now: NOON + 30 * MINUTE, journeys: [TEST_JOURNEY + TEST_VARIANTS] });
    await app.take(history(seed, NOON));
  });
  afterAll(() => app[Symbol.asyncDispose]());
  const casesOn = async (list: ListRef): Promise<Set<string>> => {
    const found = new Set<string>();
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page: ListPage = await app.list(list, { limit: 200, ...(cursor === undefined ? {} : { cursor }) });
      for (const row of page.rows) found.add(`${row.customer} ${row.caseId}`);
      cursor = page.next;
    }
    return found;
  };
  const instants = [undefined, NOON - 20 * MINUTE, NOON - 26 * HOUR - 7 * MINUTE, NOON - 61 * HOUR] as const;

  it.each(instants)('of the funnel opens a list of that length, and the sums add up (to=%s)', async (to) => {
    for (const by of ['channel', 'segment'] as const) {
      const view = await app.funnel({ journey: 'test', by, ...(to === undefined ? {} : { to }) });
      expect(view.total.entered).toBeGreaterThan(0);
      expect(imbalances(view)).toEqual([]);
      expect(await differing(app, numbersOfFunnel(view, to))).toEqual([]);
    }
  });

  it.each(instants)('of the heatmap opens a list of that length (to=%s)', async (to) => {
    for (const by of COLUMNS)
      for (const window of WINDOW_NAMES) {
        const view = await app.heat({ journey: 'test', window, by, ...(to === undefined ? {} : { to }) });
        expect(await differing(app, numbersOfHeat(view, { window, by, to }))).toEqual([]);
      }
  });

  it.each(instants)('of the journey opens a list of that length, of all cases and of each variant (to=%s)', async (to) => {
    const at = { journey: 'test', ...(to === undefined ? {} : { to }) };
    const all = await app.journey(at);
    expect(all.total.cases).toBeGreaterThan(0);
    expect(all.variants.map((variant) => variant.id)).toEqual(['gold', 'shop', 'base']);
    expect(await differing(app, numbersOfJourney(all, to))).toEqual([]);
    const parts: JourneyView[] = [];
    for (const { id: variant } of all.variants) {
      const view = await app.journey({ ...at, variant });
      parts.push(view);
      expect(await differing(app, numbersOfJourney(view, to))).toEqual([]);
      // By whom a visit was, and to whom a promise was made, is told by the case.
      const cases = await casesOn({ of: 'way', ...at, what: 'cases', variant });
      for (const stage of all.order) {
        const lists: ListRef[] = [
          { of: 'heat', ...at, stage, column: 'all', by: 'channel', window: '7d', variant },
          { of: 'promise', ...at, stage, what: 'made', variant },
        ];
        for (const list of lists) for (const one of await casesOn(list)) expect(cases).toContain(one);
      }
    }
    const sum = (of: (part: JourneyView) => number): number => parts.reduce((total, part) => total + of(part), 0);
    expect(all.order.reduce((visits, stage) => visits + (all.stages[stage]?.visits ?? 0), 0)).toBeGreaterThan(0);
    for (const stage of all.order) {
      expect(sum((part) => part.stages[stage]?.visits ?? NaN)).toBe(all.stages[stage]?.visits);
      for (const what of ['made', 'kept', 'late', 'broken'] as const)
        expect(sum((part) => part.stages[stage]?.promised[what] ?? NaN)).toBe(all.stages[stage]?.promised[what]);
    }
    for (const what of ['cases', 'deviating', 'planned', 'ownWay'] as const)
      expect(all.variants.reduce((sum, variant) => sum + variant.total[what], 0)).toBe(all.total[what]);
  });

  it('is shown again for a past instant exactly as it was shown then', async () => {
    const then = app.now;
    const parameters = { journey: 'test', by: 'channel' } as const;
    const funnelThen = await app.funnel(parameters);
    const heatThen = await app.heat({ ...parameters, window: '24h' });
    app.now = then + 2 * DAY + 3 * HOUR;
    await app.settled();
    const funnelNow = await app.funnel(parameters);
    const [funnelAgain, heatAgain] = [
      await app.funnel({ ...parameters, from: funnelThen.from, to: then }),
      await app.heat({ ...parameters, window: '24h', to: then }),
    ];
    const still = ({ position: _, ...rest }: FunnelView | HeatView): object => rest;
    expect(still(funnelAgain)).toEqual(still(funnelThen));
    expect(still(heatAgain)).toEqual(still(heatThen));
    expect(funnelNow.total).not.toEqual(funnelThen.total);
    expect(imbalances(funnelNow)).toEqual([]);
    expect(await differing(app, numbersOfFunnel(funnelNow, undefined))).toEqual([]);
  });

  it('of a past instant agrees with its list also right after an event came late', async () => {
    const to = NOON - 2 * HOUR;
    const cell = async (): Promise<number | undefined> => (await app.heat({ journey: 'test', window: '1h', to })).cells['look|web']?.n;
    const list: ListRef = { of: 'heat', journey: 'test', stage: 'look', column: 'web', by: 'channel', window: '1h', to };
    const before = await cell();
    await app.take([{ id: 'late-visit', customer: { customerId: 'C-late' }, type: 'page.viewed', occurredAt: to - MINUTE }]);
    expect((await app.list(list)).count).toBe((before ?? 0) + 1);
    expect(await cell()).toBe((before ?? 0) + 1);
  });
});

describe('the clock alone', () => {
  it('drops a case when its window has passed, marks it stuck before, and says so for each minute', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take([{ id: '1', customer: { customerId: 'C-1' }, type: 'page.viewed', occurredAt: NOON }]);
    const at = async (now: number): Promise<readonly unknown[]> => {
      app.now = now;
      await app.settled();
      const view = await app.funnel({ journey: 'test', from: NOON });
      return [view.total.inProgress, view.total.dropped, view.steps['look']?.occupancy, view.steps['look']?.stuck];
    };
    // A reading is exact up to the end of its minute.
    expect(await at(NOON + 6 * HOUR - MINUTE)).toEqual([1, 0, 1, 0]);
    expect(await at(NOON + 6 * HOUR)).toEqual([1, 0, 1, 1]);
    expect(await at(NOON + 2 * DAY - MINUTE)).toEqual([1, 0, 1, 1]);
    expect(await at(NOON + 2 * DAY)).toEqual([0, 1, 1, 1]);
    // Five days without activity, rounded up to whole days: it has left.
    expect(await at(NOON + 6 * DAY)).toEqual([0, 1, 0, 0]);
  });
});

describe('who is who', () => {
  it('puts what somebody did anonymously into their timeline once they are known', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take([{ id: '1', customer: { anonymousId: 'device-1' }, type: 'page.viewed', occurredAt: NOON - 3 * HOUR }]);
    const stranger = await personOf(app, 'device-1');
    expect((await app.timeline(stranger)).items).toHaveLength(1);
    await app.take([
      { id: '2', customer: { customerId: 'C-1', anonymousId: 'device-1' }, type: 'order.placed', occurredAt: NOON - 2 * HOUR },
      { id: '3', customer: { anonymousId: 'device-1' }, type: 'delivery.started', occurredAt: NOON - HOUR },
    ]);
    const known = await personOf(app, 'C-1');
    await expect
      .poll(async () => (await app.timeline(known)).items.map((i) => i.type), SOON)
      .toEqual(['delivery.started', 'order.placed', 'page.viewed']);
    expect(await personOf(app, 'device-1')).toBe(known);
    expect(await app.timeline(stranger)).toMatchObject({ movedTo: known, items: [] });
    expect((await app.funnel({ journey: 'test' })).steps['order']?.reached).toBe(1);
    expect((await app.status()).customers).toBe(1);
  });

  it('does not glue two people together because they used the same tablet', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take([
      { id: '1', customer: { customerId: 'C-1', anonymousId: 'tablet' }, type: 'page.viewed', occurredAt: NOON - 5 * HOUR },
      { id: '2', customer: { customerId: 'C-2', anonymousId: 'tablet' }, type: 'page.viewed', occurredAt: NOON - 4 * HOUR },
      { id: '3', customer: { customerId: 'C-1' }, type: 'order.placed', occurredAt: NOON - 3 * HOUR },
      { id: '4', customer: { anonymousId: 'tablet' }, type: 'error.shown', occurredAt: NOON - 2 * HOUR },
    ]);
    const [one, two] = [await personOf(app, 'C-1'), await personOf(app, 'C-2')];
    expect(one).not.toBe(two);
    const ids = async (customer: string): Promise<readonly unknown[]> => (await app.timeline(customer)).items.map((i) => i.type);
    expect(await ids(one)).toEqual(['order.placed', 'page.viewed']);
    expect(await ids(two)).toEqual(['page.viewed']);
    expect((await app.find('tablet')).hits.map((h) => h.customer)).toEqual(expect.arrayContaining([one, two]));
  });
});

describe('what sources do', () => {
  it('gives every number back when an event is taken back', async () => {
    await using app = await startTestApp({ now: NOON });
    const base = [
      { id: '1', customer: { customerId: 'C-1' }, type: 'page.viewed', occurredAt: NOON - 3 * HOUR },
      { id: '2', customer: { customerId: 'C-2' }, type: 'page.viewed', occurredAt: NOON - 3 * HOUR },
    ];
    await app.take(base);
    const numbers = async (): Promise<object> => {
      const [{ total, steps, open }, heat] = [await app.funnel({ journey: 'test' }), await app.heat({ journey: 'test', window: '7d' })];
      return { total, steps, open, cells: heat.cells };
    };
    const before = await numbers();
    await app.take([{ id: '3', customer: { customerId: 'C-1' }, type: 'order.placed', occurredAt: NOON - 2 * HOUR }]);
    await expect.poll(numbers, SOON).not.toEqual(before);
    await app.take([
      { id: '4', customer: { customerId: 'C-1' }, type: 'event.retracted', attributes: { eventId: '3' }, occurredAt: NOON - HOUR },
    ]);
    await expect.poll(numbers, SOON).toEqual(before);
    const items = (await app.timeline(await personOf(app, 'C-1'))).items;
    expect(items.map((i) => [i.type, i.retracted])).toContainEqual(['order.placed', true]);
  });

  it('shows every number as if a corrected event had been sent right', async () => {
    const right = { type: 'message.in', channel: 'phone', text: 'Still waiting, this is terrible', occurredAt: NOON - 2 * HOUR };
    const wrong = { type: 'page.viewed', channel: 'chat', text: 'thank you, great', occurredAt: NOON - 30 * MINUTE, topic: 'late' };
    const base = [{ id: '1', customer: { customerId: 'C-1' }, type: 'page.viewed', occurredAt: NOON - 3 * HOUR }];
    const shown = async (app: TestApp): Promise<object> => {
      const [{ total, steps, open }, heat] = [await app.funnel({ journey: 'test' }), await app.heat({ journey: 'test', window: '7d' })];
      const { items, header } = await app.timeline(await personOf(app, 'C-1'));
      const told = items.filter((i) => i.type !== 'event.corrected').map(({ corrected: _, ...rest }) => rest);
      return { total, steps, open, cells: heat.cells, told, line: header?.line };
    };
    await using plain = await startTestApp({ now: NOON });
    await plain.take([...base, { id: '2', customer: { customerId: 'C-1' }, ...right }]);
    await using app = await startTestApp({ now: NOON });
    await app.take([...base, { id: '2', customer: { customerId: 'C-1' }, ...wrong }]);
    const correction = { eventId: '2', fields: { ...right, topic: null } };
    await app.take([{ id: '3', customer: { customerId: 'C-1' }, type: 'event.corrected', attributes: correction }]);
    await expect.poll(() => shown(app), SOON).toEqual(await shown(plain));
    const { items } = await app.timeline(await personOf(app, 'C-1'));
    expect(items.map((i) => [i.type, i.corrected, i.emotion?.source ?? null])).toEqual([
      ['event.corrected', false, null],
      ['message.in', true, 'text'],
      ['page.viewed', false, null],
    ]);
  });

  it('keeps and shows what no journey knows, as unmapped', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take([
      {
        id: '1',
        customer: { customerId: 'C-1' },
        type: 'never.heard.of',
        touchpoint: 'Moon base',
        channel: 'outside',
        occurredAt: NOON - HOUR,
      },
    ]);
    const [item] = (await app.timeline(await personOf(app, 'C-1'))).items;
    expect(item).toMatchObject({ type: 'never.heard.of', touchpoint: null, touchpointName: 'Moon base', stage: null, channel: 'outside' });
    expect((await app.funnel({ journey: 'test' })).total.entered).toBe(0);
  });

  it('marks what came late, and puts it where it happened', async () => {
    await using app = await startTestApp({ now: NOON });
    await app.take([{ id: 'b', customer: { customerId: 'C-1' }, type: 'order.placed', occurredAt: NOON - MINUTE }]);
    app.now = NOON + 2 * HOUR;
    await app.take([{ id: 'a', customer: { customerId: 'C-1' }, type: 'page.viewed', occurredAt: NOON - HOUR }]);
    const { items } = await app.timeline(await personOf(app, 'C-1'));
    expect(items.map((i) => [i.type, i.late])).toEqual([
      ['order.placed', false],
      ['page.viewed', true],
    ]);
    const funnel = await app.funnel({ journey: 'test' });
    expect([funnel.steps['look']?.reached, funnel.steps['order']?.reached]).toEqual([1, 1]);
  });
});

describe('a customer with ten thousand events', () => {
  it('can be read page by page, complete and in order', async () => {
    await using app = await startTestApp({ now: NOON });
    const count = 10_000;
    for (let from = 0; from < count; from += 2500)
      await app.post(
        Array.from({ length: 2500 }, (_, i) => ({
          id: `e${from + i}`,
          customer: { customerId: 'C-1' },
          type: 'page.viewed',
          attributes: { n: from + i },
          occurredAt: NOON - (count - from - i) * 7 * MINUTE,
        })),
      );
    await app.settled();
    const customer = await personOf(app, 'C-1');
    const items: TimelineItem[] = [];
    let before: string | null = null;
    do {
      const page = await app.timeline(customer, { limit: 200, ...(before === null ? {} : { before }) });
      items.push(...page.items);
      before = page.next;
    } while (before !== null);
    expect(items.map((i) => i.attributes?.['n'])).toEqual(Array.from({ length: count }, (_, i) => count - 1 - i));
  }, 120_000);
});

interface FunnelCase {
  readonly id: string;
  readonly windowSeconds: number;
  readonly steps: readonly string[];
  readonly events: Readonly<Record<string, readonly (readonly [second: number, name: string])[]>>;
  readonly level: Readonly<Record<string, number>>;
}

/**
 * Funnel cases written by others. Where their definition may differ from ours: our window is inclusive (t - entry <= window) as theirs is; our
 * entry is the first event of the first step and is not reset, theirs is the best of all; no case in `ordered` mode tells the two apart.
 */
describe('a page that begins at what is no cursor', () => {
  it.each(['garbage', '0-0', '1795000000000-99999999999999999999', '1795000000000-1~soon'])('is refused: %s', async (before) => {
    await using app = await startTestApp({ now: NOON });
    await app.take([{ id: '1', customer: { customerId: 'C-1', accountId: 'ACME' }, type: 'page.viewed', occurredAt: NOON - MINUTE }]);
    const person = await personOf(app, 'C-1');
    const account = (await app.timeline(person)).header?.groups[0]?.account ?? '';
    const status = async (path: string, input: object, post = false): Promise<number> => {
      const text = JSON.stringify(input);
      const address = `${app.address}/api/trpc/${path}`;
      const asked = post
        ? fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body: text })
        : fetch(`${address}?input=${encodeURIComponent(text)}`);
      return (await asked).status;
    };
    expect([
      await status('customers.timeline', { customerId: person, before }),
      await status('accounts.timeline', { accountId: account, before }),
      await status('sources.quarantine.page', { filter: {}, before }, true),
    ]).toEqual([400, 400, 400]);
  });
});

describe('funnel cases of ClickHouse in ordered mode', () => {
  const { cases } = JSON.parse(readFileSync(projectFile('tests/fixtures/funnel-cases.json'), 'utf8')) as {
    readonly cases: readonly FunnelCase[];
  };

  /** A journey whose stages are the steps. A funnel has at least two, so a case of one step gets a second that nobody reaches. */
  function journeyOf(one: FunnelCase): string {
    const steps = one.steps.length > 1 ? one.steps : [...one.steps, 'never'];
    const stages = steps.map((step) => `  - {id: s${step}, name: {customer: Step ${step}, internal: Step ${step}}}`).join('\n');
    const touchpoints = steps
      .map((step) => `  - {id: t${step}, name: Step ${step}, stage: s${step}, owner: Test, channel: web, match: [{type: "step.${step}"}]}`)
      .join('\n');
    return `journey: ${one.id}\nname: {customer: ${one.id}, internal: ${one.id}}\ngoal: It ends\nwindow: ${one.windowSeconds}s\nstages:\n${stages}\ntouchpoints:\n${touchpoints}\n`;
  }

  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ now: NOON, journeys: cases.map(journeyOf) });
    const begin = NOON - DAY;
    await app.take(
      cases.flatMap((one) =>
        Object.entries(one.events).flatMap(([user, events]) =>
          events.map(([second, name], i) => ({
            id: `${one.id}-${user}-${i}`,
            customer: { customerId: `${one.id}-${user}` },
            journey: one.id,
            caseId: `${one.id}-${user}`,
            type: `step.${name}`,
            occurredAt: begin + second * 1000,
          })),
        ),
      ),
    );
  });
  afterAll(() => app[Symbol.asyncDispose]());

  it.each(cases.map((one) => [one.id, one] as const))('%s', async (_, one) => {
    const levels: Record<string, number> = {};
    for (const user of Object.keys(one.level)) levels[await personOf(app, `${one.id}-${user}`)] = 0;
    for (const step of one.steps) {
      const { rows } = await app.list({ of: 'funnel', journey: one.id, stage: `s${step}`, what: 'reached' }, { limit: 200 });
      for (const row of rows) levels[row.customer] = (levels[row.customer] ?? 0) + 1;
    }
    const expected: Record<string, number> = {};
    for (const [user, level] of Object.entries(one.level)) expected[await personOf(app, `${one.id}-${user}`)] = level;
    expect(levels).toEqual(expected);
  });
});
