import { describe, expect, it } from 'vitest';
import { chipOf } from '#lib/live/chip.ts';
import { dataAgeMs, livenessOf, pulseOfView, retryDelayMs, type Pulse } from '#lib/live/pulse.ts';

const live: Pulse = {
  sinceStartMs: 3_600_000,
  connected: true,
  beatAgeMs: 400,
  asOf: Date.UTC(2026, 10, 20, 14, 32, 7),
  lagMs: 420,
  full: false,
  retryInMs: null,
};

describe('a page never looks more alive than it is', () => {
  it('is live while beats come and nothing waits to be counted', () => {
    expect(livenessOf(live)).toBe('live');
  });
  it('says reconnecting once three beats are missed', () => {
    expect(livenessOf({ ...live, beatAgeMs: 3_000 })).toBe('live');
    expect(livenessOf({ ...live, beatAgeMs: 3_001 })).toBe('reconnecting');
  });
  it('says stale after ten seconds without a beat, although the socket claims to be up', () => {
    expect(livenessOf({ ...live, beatAgeMs: 10_001 })).toBe('stale');
  });
  it('says stale when accepted events are ten seconds behind, although beats come', () => {
    expect(livenessOf({ ...live, lagMs: 10_001 })).toBe('stale');
  });
  it('says offline while it waits for the next attempt', () => {
    expect(livenessOf({ ...live, connected: false, retryInMs: 2_000 })).toBe('offline');
  });
  it('says stale ten seconds after it came where no beat ever followed', () => {
    expect(livenessOf({ ...live, beatAgeMs: null, asOf: null, sinceStartMs: 10_001 })).toBe('stale');
  });
  it('is not live before its first beat, nor while a view waits for its snapshot', () => {
    expect(livenessOf({ ...live, beatAgeMs: null, sinceStartMs: 500 })).toBe('connecting');
    expect(livenessOf({ ...live, beatAgeMs: null, sinceStartMs: null })).toBe('connecting');
    expect(livenessOf(live, false)).toBe('reconnecting');
  });
  it('takes a view for as old as the last word about it, although beats come', () => {
    const asOf = live.asOf ?? 0;
    expect(pulseOfView(live, 0)).toBe(live);
    const refused = pulseOfView(live, 12_400);
    expect(livenessOf(refused, false)).toBe('stale');
    expect(dataAgeMs(refused)).toBe(12_400);
    expect(refused.asOf).toBe(asOf - 12_000);
    expect(livenessOf(pulseOfView(live, 3_500), false)).toBe('reconnecting');
    expect(pulseOfView({ ...live, beatAgeMs: 60_000 }, 59_500)).toMatchObject({ beatAgeMs: 60_000, asOf });
  });
});

describe('the live chip', () => {
  const shown = { pulse: live, view: { paused: false, missed: 0, synced: true }, pastAt: null, pausedAt: null };
  it('says that the store is full, not that it is still counting, until there is room again', () => {
    const behind = { ...live, lagMs: 12_000 };
    expect(chipOf({ ...shown, pulse: behind })).toMatchObject({ kind: 'stale', detail: 'still counting events' });
    expect(chipOf({ ...shown, pulse: { ...behind, full: true } })).toMatchObject({ kind: 'stale', detail: 'the store is full: make room' });
    expect(chipOf({ ...shown, pulse: { ...live, beatAgeMs: 12_000, full: true } }).detail).toBe('the store is full: make room');
  });
  it('tells the instant and the lag while live', () => {
    const chip = chipOf(shown);
    expect(chip.kind).toBe('live');
    expect(chip.detail).toMatch(/^as of \d\d:\d\d:07 · lag 0\.4\u00a0s$/);
  });
  it('says connecting, not reconnecting, of a view that waits for its first snapshot, and nothing better of a lost connection', () => {
    const opening = { paused: false, missed: 0, synced: false, opening: true };
    expect(chipOf({ ...shown, view: opening }).kind).toBe('connecting');
    expect(chipOf({ ...shown, view: { ...opening, opening: false } }).kind).toBe('reconnecting');
    expect(chipOf({ ...shown, view: opening, pulse: { ...live, beatAgeMs: 4_000 } }).kind).toBe('reconnecting');
  });
  it('tells since when a view is refused, and says stale ten seconds on, however often the server beats', () => {
    const refused = { paused: false, missed: 0, synced: false, untoldMs: 7_400 };
    expect(chipOf({ ...shown, view: refused })).toMatchObject({ kind: 'reconnecting' });
    expect(chipOf({ ...shown, view: refused }).detail).toMatch(/^data of \d\d:\d\d:00$/);
    expect(chipOf({ ...shown, view: { ...refused, untoldMs: 180_000 } })).toMatchObject({ kind: 'stale', word: 'STALE 3\u00a0min' });
    expect(chipOf({ ...shown, view: { ...refused, opening: true, untoldMs: 180_000 } }).kind).toBe('stale');
  });
  it('counts what a pause holds back', () => {
    const chip = chipOf({ ...shown, view: { paused: true, missed: 214, synced: true }, pausedAt: live.asOf });
    expect(chip).toMatchObject({ kind: 'paused', word: 'PAUSED' });
    expect(chip.detail).toContain('+214 changes');
  });
  it('does not hide a lost connection behind a pause', () => {
    const chip = chipOf({ ...shown, pulse: { ...live, beatAgeMs: 20_000 }, view: { paused: true, missed: 0, synced: true } });
    expect(chip.detail).toContain('stale');
  });
  it('shows the age of stale data and the wait before the next attempt', () => {
    expect(chipOf({ ...shown, pulse: { ...live, beatAgeMs: 120_000 } }).word).toBe('STALE 2\u00a0min');
    expect(chipOf({ ...shown, pulse: { ...live, connected: false, retryInMs: 3_200 } }).detail).toContain('retry in 4\u00a0s');
    expect(chipOf({ ...shown, pulse: { ...live, connected: false, retryInMs: 0 } }).detail).toMatch(/· connecting$/);
  });
  it('never calls a past instant live', () => {
    expect(chipOf({ ...shown, pastAt: live.asOf })).toMatchObject({ kind: 'past', word: 'PAST' });
  });
});

describe('trying again', () => {
  it('waits longer each time, never more than five seconds, and not in step with other tabs', () => {
    expect(retryDelayMs(0, 1)).toBe(500);
    expect(retryDelayMs(2, 1)).toBe(2_000);
    expect(retryDelayMs(40, 1)).toBe(5_000);
    expect(retryDelayMs(2, 0)).toBeLessThan(retryDelayMs(2, 1));
  });
});
