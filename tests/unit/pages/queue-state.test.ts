import { describe, expect, it } from 'vitest';
import { QUEUE_REASONS } from '#lib/contract/queue-choices.ts';
import type { QueueReason } from '#lib/contract/queue-choices.ts';
import type { QueueItem, QueueView } from '#lib/contract/queue.ts';
import { QueueState } from '../../../src/routes/(console)/queue/queue-state.svelte.ts';

const itemOf = (id: string): QueueItem => ({
  id,
  customer: id,
  name: null,
  number: null,
  item: id,
  reason: 'stuck',
  from: 0,
  severity: 'watch',
  journey: 'test',
  caseId: '',
  stage: 'look',
  kind: null,
  owner: null,
  segment: 'all',
  channel: 'web',
  factors: [],
  value: null,
  by: null,
  since: null,
});
const viewOf = (ids: readonly string[], aside: QueueView['aside'] = {}): QueueView => ({
  position: { at: 0, live: true },
  count: ids.length,
  items: ids.map(itemOf),
  incidents: [],
  aside,
  byReason: Object.fromEntries(QUEUE_REASONS.map((reason) => [reason, 0])) as Record<QueueReason, number>,
  owners: [],
  segments: [],
});

describe('a list that somebody is in', () => {
  it('keeps its rows where they are, and tells what is put aside from what no longer waits', async () => {
    const state = new QueueState(() => Promise.resolve(viewOf(['b', 'd'], { a: 900 })), viewOf(['a', 'b', 'c']));
    await state.refresh(() => true);
    expect(state.rows.map(({ item, over, asideUntil }) => [item.id, over, asideUntil])).toEqual([
      ['a', true, 900],
      ['b', false, null],
      ['c', true, null],
    ]);
    expect(state.fresh).toBe(1);
    state.show();
    expect(state.rows.map(({ item }) => item.id)).toEqual(['b', 'd']);
  });
  it('shows its most pressing rows and more on demand, and takes nothing that moves up behind what is done for new', async () => {
    const ids = Array.from({ length: 100 }, (_, i) => `row ${i}`);
    let waiting = ids;
    const state = new QueueState(() => Promise.resolve(viewOf(waiting)), viewOf(ids));
    expect([state.rows.length, state.hasMore]).toEqual([12, true]);
    expect([await state.more(), state.rows.length]).toEqual([36, 36]);
    waiting = ids.slice(1).concat('far down');
    await state.refresh(() => true);
    expect([state.rows[0]?.over, state.rows.length, state.fresh]).toEqual([true, 36, 0]);
    waiting = ['on top', ...waiting];
    await state.refresh(() => true);
    expect([state.rows[0]?.item.id, state.fresh]).toEqual(['row 0', 1]);
    state.show();
    expect(state.rows[0]?.item.id).toBe('on top');
    for (const _ of ids.slice(36)) await state.more();
    expect([state.rows.length, state.hasMore]).toEqual([101, false]);
    expect(new QueueState(() => Promise.resolve(viewOf(ids)), viewOf(ids), 60).rows.length).toBe(60);
  });

  it('reaches the last of hundreds, and moves nothing while it fetches what is below', async () => {
    let waiting = Array.from({ length: 450 }, (_, i) => `row ${i}`);
    const asked: number[] = [];
    const answer = (most: number): QueueView => ({ ...viewOf(waiting.slice(0, most)), count: waiting.length });
    const fetch = (most: number) => Promise.resolve((asked.push(most), answer(most)));
    const state = new QueueState(fetch, answer(200));
    while (state.rows.length < 180) await state.more();
    expect(asked).toEqual([]);
    waiting = ['on top', ...waiting.slice(1)];
    while (state.hasMore) await state.more();
    expect(state.rows.map(({ item }) => item.id)).toEqual(Array.from({ length: 450 }, (_, i) => `row ${i}`));
    await state.refresh(() => true);
    expect([state.rows[0]?.over, state.rows.length, state.fresh]).toEqual([true, 450, 1]);
    state.show();
    expect(state.rows.map(({ item }) => item.id)).toEqual(waiting);
  });
});
