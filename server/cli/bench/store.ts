import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import { infoField } from '#server/redis/probe.ts';

const TICKS_PER_SECOND = 100;
const MICROS = 1_000_000;

/** CPU time a process has used so far, us; NaN where the system does not tell. */
export function cpuMicrosOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets and may hold blanks and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * MICROS) / TICKS_PER_SECOND;
  } catch {
    return Number.NaN;
  }
}

/** What the server says of itself. */
export interface ServerUse {
  /** CPU time used so far, us */
  readonly cpuMicros: number;
  /** bytes of memory in use */
  readonly memory: number;
}

/** Reads CPU and memory of the server. */
export async function serverUse(redis: Redis): Promise<ServerUse> {
  const [cpu, memory] = await Promise.all([redis.info('cpu'), redis.info('memory')]);
  const seconds = Number(infoField(cpu, 'used_cpu_user')) + Number(infoField(cpu, 'used_cpu_sys'));
  return { cpuMicros: seconds * MICROS, memory: Number(infoField(memory, 'used_memory')) };
}

const POLL_MS = 20;

/** Has the server write down what it is told, or not. Waits until its file is whole: before, it refuses to end. */
export async function writeDown(redis: Redis, isOn: boolean): Promise<void> {
  await redis.configSet('appendonly', isOn ? 'yes' : 'no');
  if (isOn) await rewritten(redis);
}

/** Waits until the server does not write its file anew. */
export async function rewritten(redis: Redis): Promise<void> {
  for (;;) {
    const info = await redis.info('persistence');
    if (infoField(info, 'aof_rewrite_in_progress') === '0' && infoField(info, 'aof_rewrite_scheduled') === '0') return;
    await pause(POLL_MS);
  }
}

/** How far the store's events have come. */
export interface Counts {
  readonly accepted: number;
  readonly projected: number;
}

/** Counts accepted and projected events over all partitions. */
export async function countsOf(redis: Redis, partitions: number): Promise<Counts> {
  const stats = await Promise.all(Array.from({ length: partitions }, (_, p) => redis.hmGet(keys.stat(p), ['accepted', 'projected'])));
  const sum = (place: number): number => stats.reduce((total, stat) => total + Number(stat[place] ?? 0), 0);
  return { accepted: sum(0), projected: sum(1) };
}

/** Whether every message between partitions has been taken in. */
export async function mailIsRead(redis: Redis, partitions: number): Promise<boolean> {
  const places = Array.from({ length: partitions }, (_, p) => p);
  const cursors = await Promise.all(places.map((p) => redis.hGetAll(keys.cursors(p))));
  const unread = await Promise.all(
    places.flatMap((from) =>
      places.map(async (to) => {
        const cursor = cursors[to]?.[String(from)];
        const rest = await redis.xRange(keys.outbox(from, to), cursor === undefined ? '-' : `(${cursor}`, '+', { COUNT: 1 });
        return (rest ?? []).length;
      }),
    ),
  );
  return unread.every((count) => count === 0);
}
