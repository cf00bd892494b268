import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const processSchema = z.object({ pid: z.number(), identity: z.string() });
const recordSchema = z.object({
  /** who wrote the record, unlike every other writing */
  token: z.string(),
  /** the app that started or took over the server */
  owner: processSchema,
  /** the server; null while it is being started */
  server: processSchema.nullable(),
  socketPath: z.string(),
});

/** A process that can be told from a later one with the same number. */
export type ProcessMark = z.infer<typeof processSchema>;
/** Who may run a server on a directory. */
export type LockRecord = z.infer<typeof recordSchema>;
/** A record and the exact bytes it was read from, so that only these are ever broken. */
export type LockReading = { readonly record: LockRecord | undefined; readonly bytes: string };

/** The mark of a running process, or undefined when there is none of that number (a zombie counts as gone). */
export function markOf(pid: number): ProcessMark | undefined {
  const identity = process.platform === 'linux' ? linuxIdentity(pid) : portableIdentity(pid);
  return identity === undefined ? undefined : { pid, identity };
}

/** True while that very process runs, and not merely one that was given its number after a reboot or in a new container. */
export function isAlive(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.identity === mark.identity;
}

/** Reads the lock file; undefined when there is none. A file that is no record is a broken lock: its record is undefined. */
export async function readLock(path: string): Promise<LockReading | undefined> {
  const bytes = await readFile(path, 'utf8').catch(() => undefined);
  if (bytes === undefined) return undefined;
  return { record: recordSchema.safeParse(parseJson(bytes)).data, bytes };
}

/**
 * Takes the lock. A stale one is first renamed away and compared with what was judged stale, because another starter may have replaced it in the meantime.
 * @param stale the reading that was judged stale, or undefined when there was no lock
 * @returns false when somebody else was faster
 */
export async function takeLock(path: string, record: LockRecord, stale: LockReading | undefined): Promise<boolean> {
  if (stale !== undefined && !(await breakLock(path, stale.bytes))) return false;
  const fresh = await writeBeside(path, record);
  const taken = await link(fresh, path).then(yes, no);
  await rm(fresh, { force: true });
  return taken;
}

/** Replaces the record of a lock that the caller holds. */
export async function updateLock(path: string, record: LockRecord): Promise<void> {
  await rename(await writeBeside(path, record), path);
}

/** Removes the lock if it is the caller's. */
export async function releaseLock(path: string, token: string): Promise<void> {
  const reading = await readLock(path);
  if (reading?.record?.token === token) await rm(path, { force: true });
}

async function breakLock(path: string, judged: string): Promise<boolean> {
  const grave = `${path}.${randomUUID()}`;
  if (!(await rename(path, grave).then(yes, no))) return false;
  const same = (await readFile(grave, 'utf8')) === judged;
  if (!same) await link(grave, path).catch(no);
  await rm(grave, { force: true });
  return same;
}

/** Written whole under another name: a reader must never see half a record. */
async function writeBeside(path: string, record: LockRecord): Promise<string> {
  const fresh = `${path}.${randomUUID()}`;
  await writeFile(fresh, JSON.stringify(record), { mode: 0o600 });
  return fresh;
}

/** Start time since boot, and which boot: equal only for the same process. */
function linuxIdentity(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field is the command in brackets and may hold blanks and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  if (state === 'Z' || state === 'X') return undefined;
  return `${readText('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}-${startTicks ?? ''}`;
}

function portableIdentity(pid: number): string | undefined {
  try {
    const [state = 'Z', ...started] = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(/\s+/);
    return state.startsWith('Z') ? undefined : started.join(' ');
  } catch {
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const yes = () => true;
const no = () => false;
