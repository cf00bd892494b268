import { describe, expect, it } from 'vitest';
import { surgeOf } from '#server/domain/view/wall.ts';

describe('a surge of contacts on the wall', () => {
  it('is what chance does not explain', () => {
    expect([surgeOf(9, 5), surgeOf(12, 5), surgeOf(40, 5), surgeOf(150, 100), surgeOf(7, 0)]).toEqual([1, 1, 8, 1.5, null]);
  });
});
