import { describe, expect, it } from 'vitest';
import { fileReading, isDue, keepCompact } from '#server/redis/compaction.ts';
import type { FileReading } from '#server/redis/compaction.ts';

const MB = 1024 * 1024;
const reading = (changes: Partial<FileReading> = {}): FileReading => ({
  fileBytes: 300 * MB,
  memoryBytes: 200 * MB,
  cpuSeconds: 50,
  isRewriting: false,
  freeBytes: 9000 * MB,
  ...changes,
});

describe('an append-only file is written anew', () => {
  const quiet = reading({ cpuSeconds: 50 - 1 });
  const busy = reading({ cpuSeconds: 50 - 1.1 });

  it('when it is longer than what it holds, and the server was at work for a tenth of the time at most', () => {
    expect(isDue(reading(), quiet, 10)).toBe(true);
    expect(isDue(reading(), busy, 10)).toBe(false);
    expect(isDue(reading({ fileBytes: 200 * MB - 1 }), quiet, 10)).toBe(false);
  });

  it('not before two looks tell how busy the server is', () => {
    expect(isDue(reading(), undefined, 10)).toBe(false);
  });

  it('not by comparing with a server that has been started again since', () => {
    expect(isDue(reading({ cpuSeconds: 3 }), reading({ cpuSeconds: 50 }), 10)).toBe(false);
    expect(isDue(reading({ cpuSeconds: 3 }), reading({ cpuSeconds: 2.5 }), 10)).toBe(true);
  });

  it('not while it is being written anew', () => {
    expect(isDue(reading({ isRewriting: true }), quiet, 10)).toBe(false);
  });

  it('not where it is short', () => {
    expect(isDue(reading({ fileBytes: 64 * MB - 1, memoryBytes: MB }), quiet, 10)).toBe(false);
    expect(isDue(reading({ fileBytes: 64 * MB, memoryBytes: MB }), quiet, 10)).toBe(true);
  });

  it('however busy the server is, where the disk has less room left than the file is long', () => {
    expect(isDue(reading({ freeBytes: 300 * MB - 1 }), busy, 10)).toBe(true);
    expect(isDue(reading({ freeBytes: 300 * MB - 1 }), undefined, 10)).toBe(true);
    expect(isDue(reading({ freeBytes: 300 * MB - 1, fileBytes: 100 * MB }), busy, 10)).toBe(false);
  });
});

describe('what a server says of its file', () => {
  it('is read from its INFO', () => {
    const info = [
      'aof_current_size:1234',
      'used_memory:99',
      'used_cpu_sys:1.5',
      'used_cpu_user:2.25',
      'aof_rewrite_in_progress:0',
      'aof_rewrite_scheduled:1',
    ];
    expect(fileReading(info.join('\r\n'), 7)).toEqual({
      fileBytes: 1234,
      memoryBytes: 99,
      cpuSeconds: 3.75,
      isRewriting: true,
      freeBytes: 7,
    });
  });
});

describe('who keeps a file short', () => {
  /** Looks as often as there are answers. @returns the places of the looks after which the file was to be written anew */
  async function looks(answers: readonly (FileReading | undefined)[]): Promise<number[]> {
    const ended = new AbortController();
    const rewrites: number[] = [];
    let at = -1;
    await keepCompact(
      {
        read: () => {
          at++;
          if (at === answers.length - 1) ended.abort();
          return Promise.resolve(answers[at]);
        },
        rewrite: () => {
          rewrites.push(at);
          return Promise.resolve();
        },
      },
      ended.signal,
      { lookMs: 0 },
    );
    return rewrites;
  }

  it('leaves it alone for a while after each try, so that what stays long is not written anew all the time', async () => {
    expect(await looks(Array.from({ length: 130 }, () => reading()))).toEqual([1, 62, 123]);
  });

  it('begins to compare anew with a server that was away', async () => {
    expect(await looks([reading(), undefined, reading(), reading()])).toEqual([3]);
  });
});
