import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { Fault } from '#lib/contract/index.ts';
import type { Problem } from './value-rules.ts';

/** What could not be used, one JSON line each: `{row, column, value, reason}`. */
export interface Report {
  write(problems: readonly Problem[]): Promise<void>;
  /** lines written by this run */
  readonly lines: number;
  close(): Promise<void>;
}

function lineOf({ row, column, value, reason }: Problem): string {
  return `${JSON.stringify({ row, column, value, reason })}\n`;
}

/**
 * Opens a report file, readable by its owner only: it holds values as they came.
 * @param append adds to what an earlier run of the same import wrote
 */
export async function openReport(file: string, append: boolean): Promise<Report> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const stream = createWriteStream(file, { flags: append ? 'a' : 'w', mode: 0o600 });
  await once(stream, 'open');
  let lines = 0;
  let failure: Error | undefined;
  stream.on('error', (error) => {
    failure = error;
  });
  return {
    async write(problems) {
      if (problems.length === 0) return;
      if (failure !== undefined) throw new Fault('store_full', `${file} cannot be written: ${failure.message}`, { cause: failure });
      lines += problems.length;
      if (!stream.write(problems.map(lineOf).join(''))) await once(stream, 'drain');
    },
    get lines() {
      return lines;
    },
    async close() {
      if (failure !== undefined) return;
      stream.end();
      await finished(stream);
    },
  };
}
