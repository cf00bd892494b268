import { describe, expect, it } from 'vitest';
import { namedDots, type NamedDot } from '../../../src/routes/(console)/moments/named-dots.ts';

const dot = (id: string, x: number, y: number, name = 'Order form'): NamedDot => ({ id, name, x, y });
const namesOf = (...dots: readonly NamedDot[]) => [...namedDots(dots, dots, 350)];

describe('the names on the map of pain and gain', () => {
  it('stand at the right of their dots, at the left where the field ends, and nowhere where there is no room', () => {
    expect(namesOf(dot('a', 10, 10))).toEqual([['a', 'right']]);
    expect(namesOf(dot('a', 95, 10))).toEqual([['a', 'left']]);
    expect(namesOf(dot('a', 50, 10, 'A name of well over thirty letters'))).toEqual([]);
  });
  it('find more room on a wider field, and less on a telephone', () => {
    const wide = [dot('a', 40, 10, 'Message on social media')];
    expect([...namedDots(wide, wide, 1000)]).toEqual([['a', 'right']]);
    expect([...namedDots(wide, wide, 230)]).toEqual([]);
  });
  it('lie upon no other dot: the name gives way', () => {
    expect(namesOf(dot('a', 40, 10), dot('b', 50, 12))).toEqual([
      ['a', 'left'],
      ['b', 'right'],
    ]);
    expect(namesOf(dot('a', 40, 10), dot('b', 50, 12), dot('c', 30, 8), dot('d', 72, 10)).map(([id]) => id)).not.toContain('a');
  });
  it('lie upon no other name, and those that come first have it', () => {
    expect(namesOf(dot('a', 10, 10), dot('b', 55, 14))).toEqual([
      ['a', 'right'],
      ['b', 'right'],
    ]);
    expect(namesOf(dot('a', 20, 50), dot('b', 61, 50), dot('c', 99, 50))).toEqual([
      ['a', 'right'],
      ['b', 'right'],
    ]);
  });
  it('are six at most', () => {
    expect(namesOf(...[0, 1, 2, 3, 4, 5, 6, 7].map((i) => dot(String(i), 10, 10 * i)))).toHaveLength(6);
  });
});
