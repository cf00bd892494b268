import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import { decodeMessages } from '../messages.ts';
import type { Message } from '../messages.ts';

/** Entries of one page of a stream. */
const PAGE = 500;

/** What one partition told another, and the other has not taken in yet. */
export async function* unread(redis: Redis, from: number, to: number): AsyncGenerator<Message> {
  const cursor = (await redis.hGet(keys.cursors(to), String(from))) ?? '0-0';
  for (let start = `(${cursor}`; ;) {
    const page = (await redis.xRange(keys.outbox(from, to), start, '+', { COUNT: PAGE })) ?? [];
    for (const { message } of page) yield* decodeMessages(message['m'] ?? '[]');
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return;
    start = `(${last.id}`;
  }
}
