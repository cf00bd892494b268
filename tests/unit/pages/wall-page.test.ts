import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ask, statusOf } from '#lib/api/ask.ts';
import { Fault } from '#lib/contract/fault.ts';
import type { WallTile } from '#lib/contract/views.ts';
import { pulseOfView, type Pulse } from '#lib/live/pulse.ts';
import { firstEventLine } from '../../../src/routes/(console)/first-event.ts';
import { nextNightlyReload, orbitOf, wallHealthOf, wantsReload } from '../../../src/routes/wall/now/wall-health.ts';
import { tileChange, tileValue } from '../../../src/routes/wall/now/wall-words.ts';

const MINUTE = 60_000;
const live: Pulse = { sinceStartMs: 60 * MINUTE, connected: true, beatAgeMs: 400, asOf: 0, lagMs: 0, full: false, retryInMs: null };

describe('an unattended wall', () => {
  it('says reconnecting after three seconds and stale after ten, whatever the socket says', () => {
    expect(wallHealthOf(live, true)).toBe('live');
    expect(wallHealthOf({ ...live, beatAgeMs: 3_500 }, true)).toBe('reconnecting');
    expect(wallHealthOf({ ...live, connected: false, retryInMs: 900 }, true)).toBe('reconnecting');
    expect(wallHealthOf({ ...live, beatAgeMs: 10_500, connected: false, retryInMs: 900 }, true)).toBe('stale');
    expect(wallHealthOf({ ...live, lagMs: 10_500 }, true)).toBe('stale');
    expect(wallHealthOf(live, false)).toBe('reconnecting');
  });
  it('counts from when it came where no beat ever followed: connecting, stale after ten seconds, a fresh page after five minutes', () => {
    const unheard: Pulse = { ...live, connected: false, beatAgeMs: null, asOf: null };
    expect(wallHealthOf({ ...unheard, sinceStartMs: 2_000 }, false)).toBe('starting');
    expect(wallHealthOf({ ...unheard, sinceStartMs: 2_000, retryInMs: 900 }, false)).toBe('reconnecting');
    expect(wallHealthOf({ ...unheard, sinceStartMs: 10_500 }, false)).toBe('stale');
    expect(wallHealthOf({ ...unheard, sinceStartMs: 10_500, retryInMs: 900 }, false)).toBe('stale');
    expect(wantsReload({ ...unheard, sinceStartMs: 4 * MINUTE })).toBe(false);
    expect(wantsReload({ ...unheard, sinceStartMs: 5 * MINUTE + 1 })).toBe(true);
  });
  it('whose view is refused again and again while beats come is stale after ten seconds, and wants a fresh page after five minutes', () => {
    const health = (untoldMs: number) => wallHealthOf(pulseOfView(live, untoldMs), false);
    expect([health(2_000), health(3_500), health(10_500)]).toEqual(['reconnecting', 'reconnecting', 'stale']);
    expect(wantsReload(pulseOfView(live, 4 * MINUTE))).toBe(false);
    expect(wantsReload(pulseOfView(live, 5 * MINUTE + 1))).toBe(true);
  });
  it('wants a fresh page only after five minutes without a beat', () => {
    expect(wantsReload({ ...live, beatAgeMs: 4 * MINUTE })).toBe(false);
    expect(wantsReload({ ...live, beatAgeMs: 5 * MINUTE + 1 })).toBe(true);
  });
  it('reloads at night, not all screens at once, and never in the past', () => {
    const noon = new Date(2026, 10, 20, 12).getTime();
    expect(nextNightlyReload(noon, 0)).toBe(new Date(2026, 10, 21, 4).getTime());
    expect(nextNightlyReload(noon, 1)).toBe(new Date(2026, 10, 21, 4, 30).getTime());
    const three = new Date(2026, 10, 20, 3).getTime();
    expect(nextNightlyReload(three, 0)).toBe(new Date(2026, 10, 20, 4).getTime());
  });
  it('moves its picture by at most eight pixels, and does move it', () => {
    const places = Array.from({ length: 12 }, (_, index) => orbitOf(index * MINUTE));
    expect(Math.max(...places.flatMap(({ x, y }) => [Math.abs(x), Math.abs(y)]))).toBe(8);
    expect(new Set(places.map(({ x, y }) => `${x},${y}`)).size).toBeGreaterThan(8);
  });
});

describe('a tile', () => {
  const tile: WallTile = { id: 'kept', name: 'Promises kept', value: 91.24, unit: '%', change: -3, n: 100, status: 'normal' };
  it('shows a number in few signs, and a dash where it cannot be told', () => {
    expect(tileValue(tile)).toBe('91.2');
    expect(tileValue({ ...tile, id: 'open', unit: '', value: 1842 })).toBe('1,842');
    expect(tileValue({ ...tile, id: 'open', unit: '', value: 234_567 })).toBe('235k');
    expect(tileValue({ ...tile, id: 'open', unit: '', value: 123_456_789 })).toBe('123.5M');
    expect(tileValue({ ...tile, id: 'valence', unit: '', value: -0.214 })).toBe('−0.21');
    expect(tileValue({ ...tile, value: null })).toBe('–');
  });
  it('says what the change is against', () => {
    expect(tileChange(tile)).toBe('−3 pts vs last week');
    expect(tileChange({ ...tile, change: null })).toBeNull();
  });
});

describe('the first event’s line', () => {
  it('names the real address and reads the key from where it is kept, never holding it', () => {
    expect(firstEventLine('http://127.0.0.1:4070', '/data/key')).toContain(
      'curl -sS http://127.0.0.1:4070/v1/events -H "authorization: Bearer $(cat /data/key)"',
    );
    expect(firstEventLine('http://127.0.0.1:4070', "/my data/it's")).toContain("$(cat '/my data/it'\\''s')");
  });

  it.each(['my-secret-key-0123', 'shop:my-secret-key-0123', 'shop:my-secret-key-0123,web:other-key-0123456'])(
    'sends with the key, or the first of those that the operator set: %s',
    (WRITE_KEY) => {
      const [, said = ''] = /-H ("authorization.*?") -H/.exec(firstEventLine('http://x', null)) ?? [];
      expect(execFileSync('/bin/sh', ['-c', `printf %s ${said}`], { env: { ...process.env, WRITE_KEY } }).toString()).toBe(
        'authorization: Bearer my-secret-key-0123',
      );
    },
  );
});

describe('what the API refuses', () => {
  it('becomes the matching page, also where the fault is the cause', async () => {
    expect(statusOf(new Fault('not_found', 'x'))).toBe(404);
    expect(statusOf(new Error('x', { cause: new Fault('store_unavailable', 'x') }))).toBe(503);
    expect(statusOf(Object.assign(new Error('x'), { code: 'BAD_REQUEST' }))).toBe(400);
    await expect(ask(Promise.reject(new Fault('not_found', 'x')))).rejects.toMatchObject({ status: 404 });
  });
  it('stays a fault where it is one of ours', async () => {
    const fault = new Error('bug');
    expect(statusOf(fault)).toBeUndefined();
    await expect(ask(Promise.reject(fault))).rejects.toBe(fault);
  });
});
