import { describe, expect, it } from 'vitest';
import { speech } from '#lib/messages/say.svelte.ts';
import { groupText, placeText, placesShown } from '../../../src/routes/(console)/funnel/saved/words.ts';

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

describe('the groups of a breakdown, and where customers went', () => {
  it('have names in the reader’s language where the funnel names them; values read as they came', () => {
    speech.choose('de');
    expect(['other', 'unknown', 'not reached', 'mixed', 'gold'].map((key) => groupText(key, 'segment'))).toEqual([
      ...['übrige', 'unbekannt', 'nicht erreicht', 'gemischt', 'gold'],
    ]);
    expect(groupText('phone', 'channel')).toBe('Telefon');
    expect(placeText({ touchpoint: '', name: 'not heard of again', count: 1 })).toBe('nichts mehr gehört');
    expect(placeText({ touchpoint: 'chat', name: 'Chat', count: 1 })).toBe('Chat');
    speech.choose('en');
  });
});
