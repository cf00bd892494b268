import { describe, expect, it } from 'vitest';
import { placesShown } from '../../../src/routes/(console)/funnel/saved/words.ts';

const places = (many: number) => Array.from({ length: many }, (_, i) => ({ touchpoint: `t${i}`, name: `T${i}`, count: many - i }));
const sum = (counts: readonly { readonly count: number }[]): number => counts.reduce((all, { count }) => all + count, 0);

describe('where attempts went after they were dropped', () => {
  it('is told place by place, and of the places not named how many they are and what they come to: the parts add up to the whole', () => {
    const { shown, more, attempts } = placesShown(places(14));
    expect([shown.length, more, attempts]).toEqual([10, 4, 1 + 2 + 3 + 4]);
    expect(sum(shown) + attempts).toBe(sum(places(14)));
  });
  it('leaves nothing to add where all are named', () => {
    expect(placesShown(places(10))).toEqual({ shown: places(10), more: 0, attempts: 0 });
  });
});
