import { describe, expect, it } from 'vitest';
import { merged } from '#server/redis/merged.ts';
import type { Command } from '#server/redis/scripts.ts';

describe('the commands of a commit, merged', () => {
  it('gathers what belongs to one key, taking away before adding', () => {
    const commands: Command[] = [
      ['ZADD', 'list', '1', 'a'],
      ['ZREM', 'list', 'a'],
      ['HSET', 'node', 'x', '1'],
      ['ZADD', 'list', '2', 'b'],
      ['HSET', 'node', 'y', '2'],
      ['HDEL', 'node', 'z'],
    ];
    expect(merged(commands)).toEqual([
      ['HDEL', 'node', 'z'],
      ['ZREM', 'list', 'a'],
      ['HSET', 'node', 'x', '1', 'y', '2'],
      ['ZADD', 'list', '1', 'a', '2', 'b'],
    ]);
  });

  it('writes plain strings together, and leaves a SET with options alone', () => {
    const held: Command = ['SET', 'hold', 'token', 'PX', '1000'];
    expect(merged([['SET', 'a', '1'], held, ['SET', 'b', '2']])).toEqual([held, ['MSET', 'a', '1', 'b', '2']]);
  });

  it('keeps the order of everything else', () => {
    const commands: Command[] = [
      ['DEL', 'stream'],
      ['XADD', 'stream', '1-1', 'e', 'first'],
      ['XADD', 'stream', '1-2', 'e', 'second'],
    ];
    expect(merged(commands)).toEqual(commands);
  });

  it('leaves the words it was given as they were', () => {
    const commands: Command[] = [
      ['HSET', 'node', 'x', '1'],
      ['HSET', 'node', 'y', '2'],
    ];
    const before = structuredClone(commands);
    merged(commands);
    expect(commands).toEqual(before);
  });
});
