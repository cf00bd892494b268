import type { BookingSink } from '#server/domain/kernel/counters.ts';
import { Deltas, readBookings } from '#server/domain/kernel/counters.ts';
import { Breath } from '#server/platform/breath.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import { DAY_MINUTES } from '#server/domain/kernel/time.ts';

const PAGE = 500;
/** Field that tells up to which changes entry the sums reach; the other fields are chunks, one per cube and day of the anchor. */
const AT = 'at';

/** Sums of one partition that are not stored yet, by chunk: one per cube and day of the anchor. */
class Chunks implements BookingSink {
  readonly all = new Map<string, Deltas>();
  #cell = '';
  /** where the last booking went: the next one mostly goes there too */
  #chunk: Deltas | undefined;
  #day = 0;
  #place = 0;

  cell(name: string): void {
    this.#cell = name;
    this.#chunk = undefined;
  }

  book(measure: number, anchor: number, booked: number, delta: number): void {
    const day = Math.floor(anchor / DAY_MINUTES);
    let chunk = day === this.#day ? this.#chunk : undefined;
    if (chunk === undefined) {
      chunk = this.#chunkOf(day);
      this.#place = chunk.cell(this.#cell);
      [this.#chunk, this.#day] = [chunk, day];
    }
    chunk.book(this.#place, measure, anchor, booked, delta);
  }

  #chunkOf(day: number): Deltas {
    const name = `${this.#cell.charAt(0)}:${day}`;
    let chunk = this.all.get(name);
    if (chunk === undefined) this.all.set(name, (chunk = new Deltas()));
    return chunk;
  }
}

/**
 * Folds the changes feed of one partition into its stored sums, then lets go of what an earlier round had already taken in. Run by the process
 * that projects the partition; readers find the sums at `at`, and the feed from there on.
 * @returns entries folded in; 0 where there were none, or another process was faster
 */
export async function checkpointSums(redis: Redis, partition: number, limit = 5000): Promise<number> {
  const key = keys.sums(partition);
  const at = (await redis.hGet(key, AT)) ?? '0-0';
  const entries: { readonly id: string; readonly message: Readonly<Record<string, string>> }[] = [];
  for (let from = `(${at}`; entries.length < limit;) {
    const page = (await redis.xRange(keys.changes(partition), from, '+', { COUNT: PAGE })) ?? [];
    entries.push(...page);
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) break;
    from = `(${last.id}`;
  }
  const last = entries.at(-1);
  if (last === undefined) return 0;
  const chunks = new Chunks();
  const breath = new Breath();
  for (const entry of entries) {
    readBookings(entry.message['d'] ?? '', chunks);
    await breath.take();
  }
  const write = new Map<string, string>();
  for (const [name, chunk] of chunks.all) {
    readBookings((await redis.hGet(key, name)) ?? '', chunks);
    await breath.take();
    write.set(name, chunk.encode());
    await breath.take();
  }
  // Two rounds of grace: a reader that follows the feed is never overtaken by the trimming. The write is refused where another process, which
  // took this one for dead or the other way round, has taken the same entries in: they would count twice.
  const written = await redis.checkpointSums({ sumsKey: key, changesKey: keys.changes(partition), from: at, to: last.id }, write);
  return written ? entries.length : 0;
}

/** The stored sums of a partition, to be read with `readBookings`, and the changes entry they reach. */
export async function readSums(redis: Redis, partition: number): Promise<{ readonly at: string; readonly chunks: readonly string[] }> {
  const { [AT]: at = '0-0', ...chunks } = await redis.hGetAll(keys.sums(partition));
  return { at, chunks: Object.values(chunks) };
}
