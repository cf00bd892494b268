import { describe, expect, it } from 'vitest';
import { KeptRow, NOWHERE_ELSE } from '#server/domain/kernel/row.ts';
import type { Row } from '#server/domain/kernel/row.ts';

const row = (change: Partial<Row> = {}): Row => ({
  list: 'visits:j:1',
  score: 7,
  member: ['v', 1],
  bookings: [
    ['N|j|1|a', 1, 10, 10, 1],
    ['N|j|1|b', 2, 10, 12, -1],
  ],
  trail: { cell: 'H|j|1|a', points: [{ minute: 3, values: [1, 4] }] },
  also: NOWHERE_ELSE,
  ...change,
});
const TEXT = '["p","v",1]';
const kept = new KeptRow(row(), TEXT);

describe('a row that is kept to be compared with', () => {
  it('given that the same row is made again, when they are compared, then the kept one may stay', () => {
    expect(kept.isAs(row(), TEXT)).toBe(true);
    expect(new KeptRow(row({ trail: null, bookings: [] }), TEXT).isAs(row({ trail: null, bookings: [] }), TEXT)).toBe(true);
  });

  it.each<[string, Row]>([
    ['list', row({ list: 'visits:j:2' })],
    ['place on the list', row({ score: 8 })],
    ['number of bookings', row({ bookings: row().bookings.slice(1) })],
    ['cell of a booking', row({ bookings: [['N|j|1|c', 1, 10, 10, 1], ...row().bookings.slice(1)] })],
    ['sum of a booking', row({ bookings: [['N|j|1|a', 1, 10, 10, 2], ...row().bookings.slice(1)] })],
    ['minute of a booking', row({ bookings: [['N|j|1|a', 1, 10, 11, 1], ...row().bookings.slice(1)] })],
    ['trail', row({ trail: null })],
    ['cell of the trail', row({ trail: { cell: 'H|j|1|b', points: [{ minute: 3, values: [1, 4] }] } })],
    ['minute of the trail', row({ trail: { cell: 'H|j|1|a', points: [{ minute: 4, values: [1, 4] }] } })],
    ['values of the trail', row({ trail: { cell: 'H|j|1|a', points: [{ minute: 3, values: [1, 5] }] } })],
    [
      'length of the trail',
      row({
        trail: {
          cell: 'H|j|1|a',
          points: [
            { minute: 3, values: [1, 4] },
            { minute: 5, values: [] },
          ],
        },
      }),
    ],
    ['places on other lists', row({ also: [{ list: 'queue:1', score: 1, member: ['v'] }] })],
  ])('given another %s, when they are compared, then it does not stay', (_, other) => {
    expect(kept.isAs(other, TEXT)).toBe(false);
  });

  it('given other words on the list, when they are compared, then it does not stay', () => {
    expect(kept.isAs(row(), '["p","v",2]')).toBe(false);
  });
});
