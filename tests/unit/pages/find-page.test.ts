import { describe, expect, it } from 'vitest';
import type { FindAnswer } from '#lib/contract/find.ts';
import { FindState, nameIn, onlyHit } from '#lib/components/find/find-state.svelte.ts';
import { placeInFrame } from '../../../src/routes/embed/place.ts';

const hit = (customer: string): FindAnswer['hits'][number] => ({
  customer,
  matched: 'name',
  how: 'beginning',
  value: 'Ada',
  name: 'Ada',
  segment: null,
  events: 1,
  lastAt: 1,
});
const answer = (...hits: string[]): FindAnswer => ({ searched: [], hits: hits.map(hit), more: false });

describe('a search that follows what is typed', () => {
  it('keeps the answer to the latest words, whichever comes last', async () => {
    const waiting = new Map<string, (found: FindAnswer) => void>();
    const find = new FindState((q) => new Promise((resolve) => waiting.set(q, resolve)));
    const [first, second] = [find.ask('ad'), find.ask('ada')];
    waiting.get('ada')?.(answer('2'));
    expect(await second).toEqual(answer('2'));
    waiting.get('ad')?.(answer('1'));
    expect(await first).toBeNull();
    expect([find.answer, find.busy]).toEqual([answer('2'), false]);
  });

  it('does not ask again for what it has just answered, and says where nobody answers', async () => {
    let asked = 0;
    const find = new FindState((q) => {
      asked++;
      return q === 'down' ? Promise.reject(new Error('down')) : Promise.resolve(answer('1'));
    });
    await find.ask('ada');
    await find.ask(' ada ');
    expect(asked).toBe(1);
    expect([await find.ask('down'), find.failed]).toEqual([null, true]);
    find.clear();
    expect([find.answer, find.failed]).toEqual([null, false]);
  });
});

it('one person is opened without a choice, but not the first of many or one of more than are shown', () => {
  expect(onlyHit(answer('1'))?.customer).toBe('1');
  expect(onlyHit(answer('1', '2'))).toBeUndefined();
  expect(onlyHit({ ...answer('1'), more: true })).toBeUndefined();
});

it('the name of whoever’s page is open is read off the page, where there is one', () => {
  expect(nameIn({ story: { header: { name: 'Ada' } } })).toBe('Ada');
  for (const data of [{}, null, { story: { header: null } }, { story: { header: { name: null } } }]) expect(nameIn(data)).toBeNull();
});

it('a page in a frame leads to pages for frames, and says of all others that they open beside', () => {
  const place = (path: string): string | null => placeInFrame(new URL(path, 'http://here'));
  expect(place(`/c/${'a'.repeat(20)}?by=phone`)).toBe(`/embed/c/${'a'.repeat(20)}?by=phone`);
  expect([place('/c'), place('/pop'), place('/heat'), place('/c/else')]).toEqual(['/embed/pop', '/embed/pop', null, null]);
});
