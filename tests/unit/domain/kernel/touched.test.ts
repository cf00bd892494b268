import { describe, expect, it } from 'vitest';
import { Touched } from '#server/domain/kernel/row.ts';
import type { Row } from '#server/domain/kernel/row.ts';

const row = (score: number) => (): Row => ({ list: 'l', score, member: [], bookings: [], trail: null, also: [] });

describe('a row that turns out never to have been', () => {
  it('goes where it was there before, and leaves no trace where it was not', () => {
    const touched = new Touched();
    touched.change('old', row(1));
    touched.vanish('old');
    touched.begin('new', row(2));
    touched.vanish('new');
    expect([...touched.changes()]).toEqual([['old', { before: row(1)(), after: null }]]);
    expect(touched.rows().size).toBe(0);
  });

  it('may come back, and is compared with what it was', () => {
    const touched = new Touched();
    touched.change('old', row(1));
    touched.vanish('old');
    touched.begin('old', row(3));
    touched.replace('old', row(4));
    expect([...touched.rows()]).toEqual([['old', { before: row(1)(), after: row(4)() }]]);
  });
});
