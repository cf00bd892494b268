import { describe, expect, it, vi } from 'vitest';
import type { Patch } from '#lib/contract/live.ts';
import type { Feed, Listener } from '#lib/live/feed.ts';
import { LiveView } from '#lib/live/live-view.svelte.ts';
import { applyPatch } from '#lib/live/patch.ts';

interface View {
  readonly total: number;
  readonly cells: Readonly<Record<string, number>>;
}
const request = { view: 'heat', params: { journey: 'broadband', window: '1h' } } as const;
const first: View = { total: 1, cells: { a: 1 } };

/** A feed that the test plays by hand. */
function handFeed() {
  const heard: { listener?: Listener; again: number; stopped: number } = { again: 0, stopped: 0 };
  const feed: Feed = {
    follow: (_request, listener) => {
      heard.listener = listener;
      return { again: () => (heard.again += 1), stop: () => (heard.stopped += 1) };
    },
  };
  const snapshot = (seq: number, data: View, epoch = 'e') => heard.listener?.snapshot({ ok: true, room: 'r', epoch, seq, at: 0, data });
  const patch = (seq: number, change: Partial<Patch> = {}) =>
    heard.listener?.patch({ room: 'r', epoch: 'e', seq, at: 0, set: { total: seq }, merge: {}, ...change });
  return { feed, heard, snapshot, patch };
}

function opened() {
  const hand = handFeed();
  const view = new LiveView<View>(hand.feed, first);
  const stop = view.open(request, first);
  return { ...hand, view, stop };
}

describe('a patch', () => {
  it('replaces what it sets, changes only the entries it names, and removes those that are null', () => {
    const view = { total: 1, cells: { a: 1, b: 2, c: 3 } };
    expect(applyPatch(view, { set: { total: 5 }, merge: { cells: { b: 9, c: null } } })).toEqual({ total: 5, cells: { a: 1, b: 9 } });
    expect(view).toEqual({ total: 1, cells: { a: 1, b: 2, c: 3 } });
  });
});

describe('a live view', () => {
  it('shows the first paint until the snapshot comes, and does not call it synchronised', () => {
    const { view, snapshot } = opened();
    expect(view.data).toEqual(first);
    expect(view.synced).toBe(false);
    snapshot(7, { total: 7, cells: {} });
    expect(view.data.total).toBe(7);
    expect(view.synced).toBe(true);
  });
  it('applies patches in order and drops those it already has', () => {
    const { view, snapshot, patch } = opened();
    snapshot(7, { total: 7, cells: {} });
    patch(8);
    patch(8, { set: { total: 99 } });
    patch(3, { set: { total: 99 } });
    expect(view.data.total).toBe(8);
  });
  it('asks for the whole view again on a gap and on another server, and counts nothing meanwhile', () => {
    const gap = opened();
    gap.snapshot(7, { total: 7, cells: {} });
    gap.patch(9);
    gap.patch(10);
    expect(gap.heard.again).toBe(1);
    expect(gap.view.data.total).toBe(7);
    expect(gap.view.synced).toBe(false);
    gap.snapshot(12, { total: 12, cells: {} });
    expect(gap.view.data.total).toBe(12);

    const other = opened();
    other.snapshot(7, { total: 7, cells: {} });
    other.patch(8, { epoch: 'f' });
    expect(other.heard.again).toBe(1);
    expect(other.view.data.total).toBe(7);
  });
  it('keeps receiving while paused, shows nothing of it, counts it, and catches up at once', () => {
    const { view, snapshot, patch } = opened();
    snapshot(7, { total: 7, cells: {} });
    view.togglePause();
    patch(8);
    patch(9);
    expect(view.data.total).toBe(7);
    expect(view.missed).toBe(2);
    view.togglePause();
    expect(view.data.total).toBe(9);
    expect(view.missed).toBe(0);
  });
  it('is not synchronised while the connection is lost', () => {
    const { view, snapshot, heard } = opened();
    snapshot(7, { total: 7, cells: {} });
    heard.listener?.lost();
    expect(view.synced).toBe(false);
    expect(view.data.total).toBe(7);
  });
  it('counts for how long it has not been told, from the first word it missed until the whole view comes', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { view, snapshot, patch, heard, stop } = opened();
    vi.advanceTimersByTime(400);
    expect(view.untoldMs).toBe(400);
    snapshot(7, { total: 7, cells: {} });
    vi.advanceTimersByTime(60_000);
    expect(view.untoldMs).toBe(0);
    patch(9);
    vi.advanceTimersByTime(3_000);
    heard.listener?.lost();
    heard.listener?.refused('not_found', 'gone');
    vi.advanceTimersByTime(9_000);
    expect(view.untoldMs).toBe(12_000);
    snapshot(12, { total: 12, cells: {} });
    expect(view.untoldMs).toBe(0);
    heard.listener?.lost();
    stop();
    vi.advanceTimersByTime(1_000);
    expect(view.untoldMs).toBe(0);
    vi.useRealTimers();
  });
  it('is not synchronised while it is refused, though it was: what it shows may be no more', () => {
    const { view, snapshot, heard } = opened();
    snapshot(7, { total: 7, cells: {} });
    heard.listener?.refused('not_found', 'There is no such funnel.');
    expect([view.synced, view.refusal]).toEqual([false, 'There is no such funnel.']);
    snapshot(8, { total: 8, cells: {} });
    expect([view.synced, view.refusal]).toEqual([true, null]);
  });
  it('follows nothing where a past instant is shown, and stops when told', () => {
    const past = handFeed();
    new LiveView<View>(past.feed, first).open(null, first);
    expect(past.heard.listener).toBeUndefined();
    const { stop, heard } = opened();
    stop();
    expect(heard.stopped).toBe(1);
  });
});
