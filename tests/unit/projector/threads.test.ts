import { describe, expect, it } from 'vitest';
import { threadsFor } from '#server/projector-threads.ts';

describe('the threads that project', () => {
  it('are as many as there are cores', () => {
    expect(threadsFor(8, 2)).toBe(2);
    expect(threadsFor(8, 3)).toBe(3);
  });

  it('are never more than there are partitions, nor than are of use', () => {
    expect(threadsFor(1, 16)).toBe(1);
    expect(threadsFor(64, 64)).toBe(4);
  });

  it('are at least one, whatever the machine says of itself', () => {
    expect(threadsFor(8, 0)).toBe(1);
  });
});
