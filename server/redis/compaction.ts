import { setTimeout as pause } from 'node:timers/promises';
import { infoField } from './probe.ts';

/** How often a server is looked at. */
const LOOK_MS = 10_000;
/** A file that is shorter is left as it is: it is read again in a second. */
const LEAST_BYTES = 64 * 1024 * 1024;
/** Share of its time that a server may be at work and still count as quiet. */
const QUIET_SHARE = 0.1;
/** Looks for which a file is left alone once it was to be written anew, whatever came of it. */
const RESTING_LOOKS = 60;

/** What a server says of its append-only file, and of itself. */
export type FileReading = {
  /** length of the file, bytes */
  readonly fileBytes: number;
  /** memory in use, bytes: about what the file would be at most if it were written anew */
  readonly memoryBytes: number;
  /** processor time used since the server started, s */
  readonly cpuSeconds: number;
  /** it is being written anew */
  readonly isRewriting: boolean;
  /** free bytes of the disk it lies on */
  readonly freeBytes: number;
};

/** Reads INFO (sections persistence, memory and cpu). */
export function fileReading(info: string, freeBytes: number): FileReading {
  const number = (name: string): number => Number(infoField(info, name) ?? 0);
  return {
    fileBytes: number('aof_current_size'),
    memoryBytes: number('used_memory'),
    cpuSeconds: number('used_cpu_user') + number('used_cpu_sys'),
    isRewriting: number('aof_rewrite_in_progress') !== 0 || number('aof_rewrite_scheduled') !== 0,
    freeBytes,
  };
}

/**
 * Whether an append-only file should be written anew now: it has become longer than what it holds, and the server is quiet. Writing it anew forks the
 * server, and from then on each page of its memory costs a copy when it is first written to: under load that holds up every answer for seconds.
 * Where the disk has less room left than the file is long, it cannot wait for a quiet time.
 * @param before the look before this one; undefined: there was none
 * @param elapsedSeconds between the two
 */
export function isDue(now: FileReading, before: FileReading | undefined, elapsedSeconds: number, leastBytes = LEAST_BYTES): boolean {
  if (now.isRewriting || now.fileBytes < Math.max(leastBytes, now.memoryBytes)) return false;
  if (now.freeBytes < now.fileBytes) return true;
  if (before === undefined) return false;
  const workedSeconds = now.cpuSeconds - before.cpuSeconds;
  // Less than before: it is another server, started since, and how busy that one is will be known at the next look.
  return workedSeconds >= 0 && workedSeconds <= QUIET_SHARE * elapsedSeconds;
}

/** How a file is kept short; what a test replaces. */
export type CompactionOptions = {
  readonly lookMs?: number;
  readonly leastBytes?: number;
};

/** What is asked of a server. */
export type CompactedServer = {
  /** undefined: it does not answer */
  read(): Promise<FileReading | undefined>;
  rewrite(): Promise<void>;
};

/** Looks after a server's append-only file until the signal. Never fails: a server that is away is looked at again. */
export async function keepCompact(server: CompactedServer, signal: AbortSignal, options: CompactionOptions = {}): Promise<void> {
  const { lookMs = LOOK_MS, leastBytes = LEAST_BYTES } = options;
  let before: FileReading | undefined;
  let resting = 0;
  for (;;) {
    try {
      await pause(lookMs, undefined, { signal, ref: false });
    } catch {
      return;
    }
    const now = await server.read();
    const due = now !== undefined && resting-- <= 0 && isDue(now, before, lookMs / 1000, leastBytes);
    before = now;
    if (!due) continue;
    resting = RESTING_LOOKS;
    await server.rewrite();
  }
}
