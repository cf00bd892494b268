import { describe, expect, test } from 'vitest';
import type { VisitWhy } from '#lib/contract/index.ts';
import { emptyState } from '#server/domain/customer/state.ts';
import { compareEvents } from '#server/domain/event/event.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import { whyVisits } from '#server/domain/view/why.ts';
import { streamId } from '#server/domain/event/event.ts';
import { excessOf } from '#server/domain/friction/again.ts';
import { event } from '../../../support/events.ts';
import { TEST_JOURNEY, blueprintsFrom } from '../../../support/world.ts';

const BASE = Date.UTC(2026, 9, 1, 9);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const context = { blueprints: blueprintsFrom(TEST_JOURNEY) };
/** Long after everything. */
const LATER = BASE + 60 * DAY;

type Told = readonly [id: string, at: number, type: string, rest?: Partial<StoredEvent>];

/** The events of one customer, `at` in ms after the beginning; web unless said otherwise. */
function told(list: readonly Told[]): StoredEvent[] {
  return list.map(([id, at, type, rest]) => event(id, { customerId: 'C' }, { at: BASE + at, type, ...rest })).sort(compareEvents);
}

function why(events: readonly StoredEvent[], at = LATER): readonly VisitWhy[] {
  return whyVisits({ events, from: emptyState(), context, at });
}

/** Of the visit in a channel: per component how severe, and by ids which events make it. */
function found(list: readonly Told[], channel = 'web', at = LATER): Record<string, readonly [severity: number, events: readonly string[]]> {
  const events = told(list);
  const ids = new Map(events.map((one) => [streamId(one), one.id]));
  const visit = why(events, at).findLast((one) => one.channel === channel);
  const parts = visit?.parts.filter(({ component }) => component !== 'dead_end') ?? [];
  return Object.fromEntries(
    parts.map((part) => [part.component, [Math.round(part.severity * 1000) / 1000, part.events.map((id) => ids.get(id) ?? id)] as const]),
  );
}
const PAGE: Told = ['page', 0, 'page.viewed'];
const click = (id: string, at: number, attributes: Record<string, unknown> = {}): Told => [
  id,
  at,
  'element.clicked',
  { attributes: { element: 'button#buy', x: 10, y: 10, ...attributes } },
];

describe('rage clicks', () => {
  test('three clicks on one element within a second and 30 px are one burst, however long it goes on', () => {
    const burst = [click('a', 5000), click('b', 5300), click('c', 5900), click('d', 6500), click('e', 7200)];
    expect(found([PAGE, ...burst])).toEqual({ rage_click: [0.5, ['a', 'b', 'c']] });
  });
  test('a pause ends the burst, and another one counts again', () => {
    const again = [5000, 5300, 5600, 9000, 9300, 9600].map((at, i) => click(`c${i}`, at));
    expect(found([PAGE, ...again])['rage_click']?.[0]).toBe(0.75);
  });
  test.each([
    ['too slowly', [click('a', 5000), click('b', 5600), click('c', 6200)]],
    ['far apart', [click('a', 5000), click('b', 5300, { x: 90 }), click('c', 5600, { y: 90 })]],
    ['on different elements', [click('a', 5000), click('b', 5300, { element: 'a.help' }), click('c', 5600)]],
    ['to select text', ['a', 'b', 'c'].map((id, i) => click(id, 5000 + 200 * i, { selection: true }))],
    ['on a stepper', ['a', 'b', 'c'].map((id, i) => click(id, 5000 + 200 * i, { stepper: true }))],
  ])('not those %s', (_, clicks) => {
    expect(found([PAGE, ...clicks])).toEqual({});
  });
});

describe('dead clicks', () => {
  const dead = click('a', 5000, { clickable: true });
  test('a click where something should come, and nothing does for three seconds, by the clock alone', () => {
    expect(found([PAGE, dead])).toEqual({ dead_click: [0.206, ['a']] });
    expect(found([PAGE, dead], 'web', BASE + 5000)).toEqual({ dead_click: [0.206, ['a']] });
    expect(found([PAGE, click('a', 58 * SECOND, { clickable: true })], 'web', BASE + 59 * SECOND)).toEqual({});
    expect(found([PAGE, dead, click('b', 20_000)])).toEqual({ dead_click: [0.206, ['a']] });
  });
  test.each(['page.viewed', 'page.changed', 'error.shown', 'order.placed'])('not where %s follows', (type) => {
    expect(found([PAGE, dead, ['b', 7000, type, { channel: 'web' }]])['dead_click']).toBeUndefined();
  });
  test('another click is no answer', () => {
    expect(found([PAGE, dead, click('b', 6500), ['c', 9000, 'page.changed']])).toEqual({ dead_click: [0.206, ['a']] });
  });
});

describe('errors', () => {
  test('an error that is shown always counts, and names the click that met it', () => {
    const shown: Told = ['e', 5600, 'error.shown', { channel: 'web' }];
    expect(found([PAGE, click('a', 5000), shown])).toEqual({ error: [0.5, ['a', 'e']] });
    expect(found([PAGE, click('a', 1000), shown])).toEqual({ error: [0.5, ['e']] });
  });
  test('an error that is only thrown counts within a second of a click', () => {
    expect(found([PAGE, click('a', 5000), ['e', 5900, 'error.thrown']])).toEqual({ error: [0.5, ['a', 'e']] });
    expect(found([PAGE, click('a', 5000), ['e', 6100, 'error.thrown']])).toEqual({});
  });
});

describe('pages', () => {
  const page = (id: string, at: number, url: string): Told => [id, at, 'page.viewed', { attributes: { url } }];
  test('back within five seconds is half a step back', () => {
    const views = [page('a', 0, '/list'), page('b', 30 * SECOND, '/item'), page('c', 33 * SECOND, '/list')];
    expect(found(views)).toEqual({ backtrack: [0.293, ['a', 'b', 'c']] });
    expect(found([...views.slice(0, 2), page('c', 36 * SECOND, '/list')])).toEqual({});
  });
  test('the same page three times in fifteen seconds goes round in circles', () => {
    const views = ['a', 'b', 'c'].map((id, i) => page(id, 6000 * i, '/list'));
    expect(found(views)).toEqual({ backtrack: [0.5, ['a', 'b', 'c']] });
    expect(found(['a', 'b', 'c'].map((id, i) => page(id, 8000 * i, '/list')))).toEqual({});
  });
});

describe('giving up', () => {
  const form = (id: string, at: number, what: string): Told => [id, at, `form.${what}`, { attributes: { form: 'order' }, channel: 'web' }];
  test('a form that is begun and left lying is given up when the visit is over, by the clock alone', () => {
    expect(found([PAGE, form('f', MINUTE, 'started')])).toEqual({ abandon: [1, ['f']] });
    expect(found([PAGE, form('f', MINUTE, 'started')], 'web', BASE + 30 * MINUTE)).toEqual({});
    expect(found([PAGE, form('f', MINUTE, 'started'), form('g', 2 * MINUTE, 'submitted')])).toEqual({});
    expect(found([PAGE, form('f', MINUTE, 'started'), ['o', 3 * MINUTE, 'order.placed']])).toEqual({});
  });
  test('a call that is over before anybody answered', () => {
    const queued: Told = ['q', MINUTE, 'contact.queued', { channel: 'phone', topic: 'bill' }];
    const ended = (rest: Partial<StoredEvent>): Told => ['e', 2 * MINUTE, 'contact.ended', { channel: 'phone', topic: 'bill', ...rest }];
    expect(found([PAGE, queued, ended({})], 'phone')).toEqual({ abandon: [1, ['q', 'e']] });
    expect(found([PAGE, queued, ended({ outcome: 'resolved' })], 'phone')).toEqual({});
    expect(found([PAGE, queued, ['a', 90 * SECOND, 'contact.answered', { channel: 'phone' }], ended({})], 'phone')).toEqual({});
  });
});

describe('waiting', () => {
  test('is held against the standard of the touchpoint, with the events between which it lasted', () => {
    const call = { channel: 'phone' } as const;
    const waited = found([PAGE, ['q', MINUTE, 'contact.queued', call], ['a', 7 * MINUTE, 'contact.answered', call]], 'phone');
    expect(waited).toEqual({ wait: [0.8, ['q', 'a']] });
  });
});

describe('repeated information', () => {
  const asked = (id: string, at: number, field: string): Told => [id, at, 'info.asked', { attributes: { field }, channel: 'phone' }];
  const call: Told = ['c', MINUTE, 'contact.answered', { channel: 'phone' }];
  test('what was told or asked before in the case is asked again', () => {
    const told: Told = ['t', 2 * MINUTE, 'form.submitted', { attributes: { fields: ['meter', 'address'] }, channel: 'web' }];
    expect(found([PAGE, call, told, asked('a', 3 * MINUTE, 'address')], 'phone')).toEqual({ repeat_info: [0.5, ['t', 'a']] });
    expect(found([PAGE, call, asked('a', 3 * MINUTE, 'meter'), asked('b', 9 * MINUTE, 'meter')], 'phone')['repeat_info']?.[0]).toBe(0.5);
  });
  test('who somebody is may be asked again another day', () => {
    const identified = (id: string, at: number): Told => [id, at, 'contact.identified', { channel: 'phone' }];
    expect(found([PAGE, call, identified('a', 2 * MINUTE), identified('b', 8 * MINUTE)], 'phone')['repeat_info']?.[0]).toBe(0.5);
    expect(found([PAGE, call, identified('a', 2 * MINUTE), identified('b', 2 * DAY)], 'phone')).toEqual({});
  });
});

describe('changing the channel', () => {
  const failed: Told = ['f', MINUTE, 'selfservice.failed', { channel: 'web', topic: 'bill' }];
  const call = (at: number, topic = 'bill'): Told => ['c', at, 'contact.answered', { channel: 'phone', topic }];
  test('after an attempt that failed is forced, and blamed on the visit in which it failed', () => {
    expect(found([PAGE, failed, call(2 * HOUR)])).toEqual({ failed_self_service: [0.5, ['f']], forced_switch: [1, ['f', 'c']] });
  });
  test.each([
    ['a day later', [failed, call(26 * HOUR)]],
    ['about something else', [failed, call(2 * HOUR, 'moving')]],
    ['after it worked in the end', [failed, ['s', 2 * MINUTE, 'selfservice.succeeded', { channel: 'web', topic: 'bill' }], call(HOUR)]],
    ['by us', [failed, ['c', HOUR, 'contact.answered', { channel: 'phone', topic: 'bill', attributes: { direction: 'outbound' } }]]],
    ['where nothing had failed', [['i', MINUTE, 'message.in', { channel: 'chat', topic: 'bill' }], call(HOUR)]],
  ] satisfies [string, Told[]][])('%s is not', (_, rest) => {
    for (const channel of ['web', 'chat', 'phone']) expect(found([PAGE, ...rest], channel)['forced_switch']).toBeUndefined();
  });
});

describe('contacting again', () => {
  const contact = (id: string, at: number, topic?: string): Told => [
    id,
    at,
    'contact.ended',
    { channel: 'phone', outcome: 'done', ...(topic === undefined ? {} : { topic }) },
  ];
  const firstOf = (list: readonly Told[]): VisitWhy | undefined => why(told(list)).findLast((one) => one.channel === 'phone');
  test('about the same is blamed on the earlier visit, with both events', () => {
    const parts = firstOf([PAGE, contact('a', HOUR, 'bill'), contact('b', 2 * DAY, 'bill')])?.parts;
    expect(parts?.find((part) => part.component === 'repeat_contact')).toMatchObject({
      severity: 0.5,
      events: [expect.any(String), expect.any(String)],
    });
    expect(firstOf([PAGE, contact('a', HOUR, 'bill'), contact('b', 2 * DAY, 'moving')])?.parts.map((p) => p.component)).not.toContain(
      'repeat_contact',
    );
  });
  test('where nobody says about what, only the excess over the customer’s own habit counts', () => {
    const severity = (list: readonly Told[]): number | undefined =>
      firstOf(list)?.parts.find((part) => part.component === 'repeat_contact')?.severity;
    expect(severity([PAGE, contact('a', HOUR), contact('b', 2 * DAY)])).toBeCloseTo(1 - 2 ** -Math.exp(-7 / 28), 3);
    expect(severity([PAGE, contact('a', HOUR), contact('b', 9 * DAY)])).toBeUndefined();
    expect(severity([PAGE, contact('a', HOUR), contact('b', 2 * DAY, 'bill')])).toBeUndefined();
  });

  test('an event that was taken back makes nobody known for longer, so that their habit is the same without it', () => {
    const list: readonly Told[] = [
      ['look', 0, 'page.viewed'],
      ['one', 5 * HOUR, 'contact.ended', { channel: 'phone' }],
      ['two', 6 * HOUR, 'contact.ended', { channel: 'chat' }],
    ];
    const wrong: readonly Told[] = [
      ['wrong', -300 * DAY, 'page.viewed'],
      ['back', -299 * DAY, 'event.retracted', { attributes: { eventId: 'wrong' } }],
    ];
    const plain = found(list, 'phone');
    expect(plain['repeat_contact']?.[1]).toEqual(['one', 'two']);
    expect(found([...wrong, ...list], 'phone')).toEqual(plain);
    expect(found([['early', -300 * DAY, 'page.viewed'], ...list], 'phone')).not.toEqual(plain);
  });
  test('the more often somebody comes anyway, the less it says', () => {
    const seldom = excessOf({ contacts: 0, knownMs: 300 * DAY }, 7 * DAY);
    const often = excessOf({ contacts: 100, knownMs: 300 * DAY }, 7 * DAY);
    expect(seldom).toBeCloseTo(Math.exp(-7 / 328), 3);
    expect(often).toBeCloseTo(Math.exp((-7 * 101) / 328), 3);
    expect(excessOf({ contacts: -1, knownMs: -5 }, 7 * DAY)).toBe(excessOf({ contacts: 0, knownMs: 0 }, 7 * DAY));
  });
});

describe('coming back to a closed case', () => {
  const order = [PAGE, ['x', HOUR, 'order.cancelled', { caseId: 'K1' }]] as const satisfies readonly Told[];
  test('within the time of repeat contacts opens it again', () => {
    const back: Told = ['c', 3 * HOUR, 'contact.answered', { channel: 'phone', caseId: 'K1' }];
    expect(found([...order, back], 'phone')).toEqual({ reopen: [0.5, ['x', 'c']] });
    expect(found([...order, ['c', 9 * DAY, 'contact.answered', { channel: 'phone', caseId: 'K1' }]], 'phone')).toEqual({});
    expect(found([...order, ['m', 3 * HOUR, 'message.out', { channel: 'phone', caseId: 'K1' }]], 'phone')).toEqual({});
  });
});

describe('a dead end', () => {
  const deadEnds = (list: readonly Told[], at = LATER): number[] =>
    why(told(list), at).flatMap((visit) => visit.parts.filter((part) => part.component === 'dead_end').map((part) => part.severity));
  test('is found by the clock where nothing the journey allows follows within the standard time, and averted by what comes before', () => {
    expect(deadEnds([PAGE], BASE + 5 * HOUR)).toEqual([]);
    expect(deadEnds([PAGE], BASE + 8 * HOUR)).toEqual([1]);
    expect(deadEnds([PAGE, ['o', 5 * HOUR, 'order.placed'], ['d', 6 * HOUR, 'delivery.arrived']])).toEqual([]);
  });
  test('weighs on the visit of the last event, and stays there when the case goes on after all', () => {
    const [last, first] = why(told([PAGE, ['o', 10 * HOUR, 'order.placed'], ['d', 11 * HOUR, 'delivery.arrived']])).slice(-2);
    expect(first?.parts.map((part) => part.component)).toContain('dead_end');
    expect(last?.parts.map((part) => part.component)).not.toContain('dead_end');
  });
  test('is said by an outcome', () => {
    expect(deadEnds([PAGE, ['c', MINUTE, 'contact.ended', { channel: 'phone', outcome: 'none' }]], BASE + HOUR)).toEqual([1]);
  });
});
