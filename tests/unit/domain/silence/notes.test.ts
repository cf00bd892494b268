import { describe, expect, it } from 'vitest';
import { barrierEntry, barrierNotes, isPlaceOf } from '#server/domain/silence/notes.ts';

const note = { journey: 'broadband', place: 'touchpoint:check_in', barrier: 'Mails bounce', owner: 'Care', reviewAt: 5 };
const published = (id: string, body: unknown) => ({ kind: 'note' as const, id, body, by: 'Ada', at: 7, revision: '1-0' });

describe('notes on silent places', () => {
  it('say who wrote them when, and come back under their place', () => {
    const { id, body } = barrierEntry(note);
    expect([...barrierNotes([published(id, body)], 'broadband').values()]).toEqual([
      { place: 'touchpoint:check_in', barrier: 'Mails bounce', owner: 'Care', reviewAt: 5, by: 'Ada', at: 7 },
    ]);
  });

  it('belong to one journey, and other notes are none of them', () => {
    const { id, body } = barrierEntry(note);
    expect(barrierNotes([published(id, body), published('something:else', { text: 'x' })], 'service-desk').size).toBe(0);
  });

  it('are taken back by an empty one', () => {
    expect(barrierEntry({ ...note, barrier: '' }).body).toBeNull();
  });

  it('stand at a touchpoint or a square of the journey, in whatever version, and nowhere else', () => {
    const versions = [
      { stages: [{ id: 'look' }], touchpoints: [{ id: 'page' }] },
      { stages: [{ id: 'see' }], touchpoints: [{ id: 'film' }] },
    ];
    const isPlace = (place: string): boolean => isPlaceOf(versions, place);
    expect(
      ['touchpoint:page', 'touchpoint:film', 'cell:channel:look|web', 'cell:owner:see|Field: North|East'].filter(isPlace),
    ).toHaveLength(4);
    expect(
      ['page', 'touchpoint:', 'touchpoint:look', 'cell:look|web', 'cell:colour:look|web', 'cell:channel:buy|web'].filter(isPlace),
    ).toEqual([]);
  });
});
