import type { Booking } from '#server/domain/kernel/counters.ts';
import { decodeDeltas } from '#server/domain/kernel/counters.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';

const DAY_MINUTES = 1440;
const PAGE = 500;
const NUMBERS = 5;
/** Field that tells up to which changes entry the sums reach; the other fields are chunks, one per cube and day of the anchor. */
const AT = 'at';
const MOST = 2 ** 31 - 1;

/** Packs bookings: a table of cells, then five 32-bit integers a booking. */
export function encodeChunk(bookings: Iterable<Booking>): Buffer {
  const cells = new Map<string, number>();
  const numbers: number[] = [];
  for (const [cell, measure, anchor, booked, delta] of bookings) {
    let index = cells.get(cell);
    if (index === undefined) cells.set(cell, (index = cells.size));
    // A sum too large for one entry is kept as several; they add up again.
    for (let rest = delta; rest !== 0;) {
      const part = Math.max(-MOST, Math.min(MOST, rest));
      numbers.push(index, measure, anchor, booked, part);
      rest -= part;
    }
  }
  const table = Buffer.from(JSON.stringify([...cells.keys()]));
  const head = Buffer.alloc(4);
  head.writeUInt32LE(table.length);
  return Buffer.concat([head, table, Buffer.from(Int32Array.from(numbers).buffer)]);
}

/** Reads what `encodeChunk` packed. */
export function* decodeChunk(chunk: Buffer): Generator<Booking> {
  const length = chunk.readUInt32LE(0);
  const cells = JSON.parse(chunk.subarray(4, 4 + length).toString()) as string[];
  const bytes = chunk.subarray(4 + length);
  const numbers = new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  for (let i = 0; i + NUMBERS <= numbers.length; i += NUMBERS)
    yield [cells[numbers[i] ?? 0] ?? '', numbers[i + 1] ?? 0, numbers[i + 2] ?? 0, numbers[i + 3] ?? 0, numbers[i + 4] ?? 0];
}

function chunkOf(booking: Booking): string {
  return `${booking[0].charAt(0)}:${Math.floor(booking[2] / DAY_MINUTES)}`;
}

/** Adds bookings by place; zero sums vanish. */
function merge(into: Map<string, [string, number, number, number, number]>, bookings: Iterable<Booking>): void {
  for (const [cell, measure, anchor, booked, delta] of bookings) {
    const place = `${cell} ${measure} ${anchor} ${booked}`;
    const known = into.get(place);
    if (known === undefined) into.set(place, [cell, measure, anchor, booked, delta]);
    else if (known[4] + delta === 0) into.delete(place);
    else known[4] += delta;
  }
}

/** The store's own client type with replies as buffers for the chunks. */
async function readChunk(redis: Redis, partition: number, chunk: string): Promise<Buffer | null> {
  const text = await redis.hGet(keys.sums(partition), chunk);
  return text === null || text === undefined ? null : Buffer.from(text, 'base64');
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
  const fresh = new Map<string, Booking[]>();
  for (const entry of entries)
    for (const booking of decodeDeltas(entry.message['d'] ?? '{}')) {
      const chunk = chunkOf(booking);
      const list = fresh.get(chunk);
      if (list === undefined) fresh.set(chunk, [booking]);
      else list.push(booking);
    }
  const write = new Map<string, string>();
  for (const [chunk, bookings] of fresh) {
    const merged = new Map<string, [string, number, number, number, number]>();
    const stored = await readChunk(redis, partition, chunk);
    if (stored !== null) merge(merged, decodeChunk(stored));
    merge(merged, bookings);
    write.set(chunk, encodeChunk(merged.values()).toString('base64'));
  }
  // Two rounds of grace: a reader that follows the feed is never overtaken by the trimming. The write is refused where another process, which
  // took this one for dead or the other way round, has taken the same entries in: they would count twice.
  const written = await redis.checkpointSums({ sumsKey: key, changesKey: keys.changes(partition), from: at, to: last.id }, write);
  return written ? entries.length : 0;
}

/** The stored sums of a partition, and the changes entry they reach. */
export async function readSums(redis: Redis, partition: number): Promise<{ readonly at: string; readonly bookings: Iterable<Booking> }> {
  const found = await redis.hGetAll(keys.sums(partition));
  const at = found[AT] ?? '0-0';
  function* all(): Generator<Booking> {
    for (const [field, value] of Object.entries(found)) if (field !== AT) yield* decodeChunk(Buffer.from(value, 'base64'));
  }
  return { at, bookings: all() };
}
