import { describe, expect, it } from 'vitest';
import { formatList } from '#lib/contract/format-list.ts';
import { parseList } from '#lib/contract/list.ts';
import type { ListPage } from '#lib/contract/views.ts';
import { ListState } from '#lib/components/list-state.svelte.ts';

function pageOf(list: string, from: number, size: number, count: number): ListPage {
  const rows = Array.from({ length: size }, (_, index) => ({
    customer: 'c',
    caseId: `${list}-${from + index}`,
    at: 0,
    stage: 's',
    channel: 'web' as const,
    segment: 'consumer',
    friction: null,
    valence: null,
  }));
  return { list, count, position: { at: 1, live: true }, rows, next: from + size < count ? String(from + size) : null };
}

describe('the list behind a number', () => {
  it('carries its own count and grows page by page until it has it', async () => {
    const list = new ListState(({ list, cursor }) =>
      Promise.resolve(pageOf(list, Number(cursor ?? 0), cursor === undefined ? 50 : 20, 70)),
    );
    await list.open('a');
    expect([list.head?.count, list.rows.length, list.more]).toEqual([70, 50, true]);
    await list.loadMore();
    expect([list.rows.length, list.more]).toEqual([70, false]);
  });
  it('says that the hardest come first where they do, and the newest where nothing is hard', async () => {
    const list = new ListState(({ list }) => {
      const page = pageOf(list, 0, 2, 2);
      const friction = { visits: 40, easy: 0, cases: null }[list] ?? null;
      return Promise.resolve({ ...page, rows: page.rows.map((row) => ({ ...row, friction })) });
    });
    const said: boolean[] = [];
    for (const name of ['visits', 'easy', 'cases']) {
      await list.open(name);
      said.push(list.hardestFirst);
    }
    expect(said).toEqual([true, false, false]);
  });
  it('ignores the answer to a list that is no longer open', async () => {
    const waiting: ((page: ListPage) => void)[] = [];
    const list = new ListState(() => new Promise((resolve) => waiting.push(resolve)));
    const slow = list.open('a');
    const quick = list.open('b');
    waiting[1]?.(pageOf('b', 0, 1, 1));
    waiting[0]?.(pageOf('a', 0, 2, 2));
    await Promise.all([slow, quick]);
    expect(list.rows.map(({ caseId }) => caseId)).toEqual(['b-0']);
    expect(list.busy).toBe(false);
  });
  it('says so when it could not be fetched', async () => {
    const list = new ListState(() => Promise.reject(new Error('away')));
    await list.open('a');
    expect([list.failed, list.isGone, list.head]).toEqual([true, false, null]);
  });
  it.each([
    ['NOT_FOUND', true],
    ['BAD_REQUEST', true],
    ['SERVICE_UNAVAILABLE', false],
  ])('knows whether another attempt can help where the answer was %s', async (code, isHopeless) => {
    const list = new ListState(() => Promise.reject(Object.assign(new Error(code), { data: { code } })));
    await list.open('a');
    expect([list.failed, list.isHopeless]).toEqual([true, isHopeless]);
  });
  it('says so when what it was made of is gone, until another list is opened', async () => {
    const gone = Object.assign(new Error('gone'), { data: { code: 'NOT_FOUND' } });
    const list = new ListState(({ list }) => (list === 'a' ? Promise.reject(gone) : Promise.resolve(pageOf(list, 0, 1, 1))));
    await list.open('a');
    expect([list.failed, list.isGone, list.busy]).toEqual([true, true, false]);
    await list.open('b');
    expect([list.failed, list.isGone, list.head?.count]).toEqual([false, false, 1]);
  });
  it('is named by a text that reads back as the same list', () => {
    const ref = { of: 'funnel', journey: 'b & d', stage: 'order', what: 'dropped', from: 1, segment: 'vip' } as const;
    expect(parseList(formatList(ref))).toEqual(ref);
  });
});
