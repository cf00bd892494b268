import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Later } from '#server/live/later.ts';

interface Waiting {
  readonly minute: number;
  readonly place: number;
  readonly anchor: number;
  readonly delta: number;
}

const waiting: fc.Arbitrary<Waiting> = fc.record({
  minute: fc.integer({ min: 1, max: 12 }),
  place: fc.integer({ min: 0, max: 5_000_000 }),
  anchor: fc.integer({ min: 0, max: 40_000_000 }),
  delta: fc.integer({ min: -1e12, max: 1e12 }),
});

const sorted = (list: readonly (readonly number[])[]): string[] => list.map((one) => one.join(' ')).sort();

describe('what holds later', () => {
  it('given bookings that come while others are let go, when a minute comes, then it gives back what waits for it, each once, and nothing else', () => {
    const step = fc.oneof(fc.array(waiting, { maxLength: 30 }), fc.integer({ min: 1, max: 12 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const later = new Later();
        let model: Waiting[] = [];
        for (const one of steps) {
          if (typeof one !== 'number') {
            for (const { minute, place, anchor, delta } of one) later.add(minute, place, anchor, delta);
            model.push(...one);
            continue;
          }
          const given: number[][] = [];
          later.release(one, (...fields) => given.push(fields));
          const due = model.filter(({ minute }) => minute === one).map(({ place, anchor, delta }) => [place, anchor, delta]);
          expect(sorted(given)).toEqual(sorted(due));
          model = model.filter(({ minute }) => minute !== one);
          expect(later.minutes).toBe(new Set(model.map(({ minute }) => minute)).size);
        }
      }),
    );
  });

  it('given more than it had room for at first, when a minute comes, then all of it is there', () => {
    const later = new Later();
    for (let i = 0; i < 5000; i++) later.add(i % 7, i, i * 3, -i);
    let [count, sum] = [0, 0];
    for (let minute = 0; minute < 7; minute++)
      later.release(minute, (place, anchor, delta) => {
        count++;
        sum += place + anchor + delta * 4;
      });
    expect([count, sum, later.minutes]).toEqual([5000, 0, 0]);
  });

  it('given that what waits books again while it is let go, when it does, then nothing is lost', () => {
    const later = new Later();
    for (let i = 0; i < 10; i++) later.add(1, i, 0, 1);
    later.release(1, (place) => later.add(2, place, 0, 1));
    const given: number[] = [];
    later.release(2, (place) => given.push(place));
    expect(given.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
