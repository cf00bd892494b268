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
});
