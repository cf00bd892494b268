import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { Fault, thrownWords } from '#lib/contract/index.ts';

const progressSchema = z.object({
  /** rows that have arrived, counted in sorted order */
  arrived: z.int().min(0),
  /** all rows have arrived */
  complete: z.boolean(),
  /** rows of the file, and how many of them could not be sent */
  rows: z.int().min(0),
  refused: z.int().min(0),
});

/** How far an import has come. */
export type Progress = z.infer<typeof progressSchema>;

/**
 * What tells one import from another: the bytes of the file, and everything that decides what becomes of them.
 * @throws Fault `bad_request` where the file cannot be read
 */
export async function digestOf(file: string, ...others: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const other of others) hash.update(other).update('\0');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  } catch (cause) {
    throw new Fault('bad_request', `${file} cannot be read: ${thrownWords(cause)}`, { cause });
  }
  return hash.digest('hex').slice(0, 24);
}

/** Reads how far an import has come; null where it never began or the file cannot be trusted: duplicates are refused by the door anyway. */
export async function readProgress(file: string): Promise<Progress | null> {
  try {
    const parsed = progressSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Replaces the progress in one step, so that a crash leaves the old or the new. */
export async function writeProgress(file: string, progress: Progress): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, JSON.stringify(progress), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
