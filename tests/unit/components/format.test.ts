import { describe, expect, it } from 'vitest';
import { readChoice, readInstant, withFields } from '#lib/components/address.ts';
import {
  addingUp,
  ago,
  clock,
  coarse,
  count,
  duration,
  exact,
  iso,
  minuteOfDay,
  percent,
  percents,
  signed,
  words,
} from '#lib/components/format.ts';
import { place, readZone } from '#lib/components/zone.ts';
import { shortcutReader } from '#lib/components/shortcuts.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('figures', () => {
  it('are grouped, and signed with a true minus', () => {
    expect(count(1204)).toBe('1,204');
    expect(signed(-3)).toBe('−3');
    expect(signed(14)).toBe('+14');
    expect(signed(0.4)).toBe('±0');
  });
  it('never round a part up to the whole, nor something down to nothing', () => {
    expect(percent(999, 1000)).toBe('99\u00a0%');
    expect(percent(1000, 1000)).toBe('100\u00a0%');
    expect(percent(4, 1000)).toBe('0.4\u00a0%');
    expect(percent(0, 1000)).toBe('0\u00a0%');
    expect(percent(5, 0)).toBe('–');
  });
  it('of parts add up to the figure of their total, a pull downwards included', () => {
    expect(addingUp([1.04, 1.04, 1.04], 3.12)).toEqual([1.1, 1, 1]);
    expect(addingUp([12.27, 7.22, -0.04, -3.25], 16.2)).toEqual([12.3, 7.2, 0, -3.3]);
    expect(addingUp([0.05, 0.05], 0.1)).toEqual([0.1, 0]);
    expect(addingUp([0.5025, 0.5025], 1.005, 2)).toEqual([0.51, 0.5]);
    expect(addingUp([], 0)).toEqual([]);
  });
  it('of shares add up to 100 per cent, and none reads as nothing or as all', () => {
    expect(percents([1, 1, 1])).toEqual(['34\u00a0%', '33\u00a0%', '33\u00a0%']);
    expect(percents([995, 0, 5])).toEqual(['99.5\u00a0%', '0\u00a0%', '0.5\u00a0%']);
    expect(percents([9_999, 1])).toEqual(['99.99\u00a0%', '0.01\u00a0%']);
    expect(percents([0, 0])).toEqual(['–', '–']);
  });
});

describe('lengths of time', () => {
  it.each([
    [400, '0.4\u00a0s'],
    [45_000, '45\u00a0s'],
    [3 * MINUTE + 5_000, '3\u00a0min 5\u00a0s'],
    [42 * MINUTE + 40_000, '43\u00a0min'],
    [2 * HOUR + 10 * MINUTE, '2\u00a0h 10\u00a0min'],
    [DAY - 1, '24\u00a0h'],
    [3 * DAY + 4 * HOUR, '3\u00a0d 4\u00a0h'],
    [45 * DAY, '45\u00a0d'],
    [-5, '0\u00a0s'],
  ])('%d ms reads %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
  it('are one unit where they are ages, and tell the past from the future', () => {
    expect(coarse(41 * HOUR)).toBe('41\u00a0h');
    expect(ago(0, 3 * MINUTE)).toBe('3\u00a0min ago');
    expect(ago(2 * HOUR, 0)).toBe('in 2\u00a0h');
    expect(ago(0, 900)).toBe('just now');
  });
});

describe('instants', () => {
  const at = Date.UTC(2026, 10, 20, 13, 32, 7);
  it('are shown in the asked zone and name it where they are whole', () => {
    expect(clock(at, 'Europe/Berlin')).toBe('14:32:07');
    expect(exact(at, 'Europe/Berlin')).toBe('20 Nov 2026, 14:32:07 CET');
    expect(iso(at)).toBe('2026-11-20T13:32:07Z');
  });
  it('are written in the zone that the reader’s browser has told, if that is one', () => {
    place.follow(() => readZone('asia/tokyo'));
    expect(clock(at)).toBe('22:32:07');
    expect(exact(at, 'Europe/Berlin')).toContain('14:32:07');
    place.follow(() => undefined);
    expect(readZone('europe/berlin')).toBe('Europe/Berlin');
    for (const none of [undefined, '', 'Europe/Nowhere', '+01:00', 'UTC; Path=/', 'A'.repeat(65)]) expect(readZone(none)).toBeUndefined();
  });
  it('name their day where it is another than today', () => {
    const now = Date.UTC(2026, 10, 21, 8);
    expect(minuteOfDay(now - HOUR, now, 'Europe/Berlin')).toBe('08:00');
    expect(minuteOfDay(at, now, 'Europe/Berlin')).toBe('Fri 14:32');
    expect(minuteOfDay(at, now + 9 * DAY, 'Europe/Berlin')).toBe('20 Nov, 14:32');
  });
  it('come out of an address as ISO or milliseconds, and nothing else does', () => {
    expect(readInstant('2026-11-20T13:32:07Z')).toBe(at);
    expect(readInstant(String(at))).toBe(at);
    expect(readInstant('now')).toBeUndefined();
    expect(readInstant('yesterday-ish')).toBeUndefined();
    expect(readInstant(null)).toBeUndefined();
  });
});

describe('addresses', () => {
  it('change only the named fields', () => {
    const url = new URL('http://x/heat?j=broadband&w=1h&cell=a%7Cb');
    expect(withFields(url, { w: '4h', cell: null })).toBe('/heat?j=broadband&w=4h');
    expect(withFields(url, { j: null, w: null, cell: null })).toBe('/heat');
  });
  it('accept only the choices there are', () => {
    expect(readChoice('owner', ['channel', 'owner'], 'channel')).toBe('owner');
    expect(readChoice('<script>', ['channel', 'owner'], 'channel')).toBe('channel');
  });
  it('names become words', () => {
    expect(words('orderId')).toBe('Order id');
    expect(words('where_is_it')).toBe('Where is it');
  });
});

describe('keys', () => {
  it('go somewhere after g, but only right after it', () => {
    const done: string[] = [];
    const read = shortcutReader({
      go: (path) => done.push(path),
      find: () => done.push('find'),
      pause: () => done.push('pause'),
      help: () => done.push('help'),
    });
    expect([read('g', 0), read('h', 500)]).toEqual([true, true]);
    expect([read('g', 1_000), read('h', 3_000)]).toEqual([true, false]);
    expect([read('/', 4_000), read('p', 4_100), read('?', 4_200), read('x', 4_300)]).toEqual([true, true, true, false]);
    expect([read('g', 5_000), read('p', 5_100)]).toEqual([true, false]);
    expect(done).toEqual(['/heat', 'find', 'pause', 'help']);
  });
});
