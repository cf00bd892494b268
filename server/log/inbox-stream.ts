import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';

/** One entry of the stream for producers of the house: its id, and the fields as written. */
export interface InboxEntry {
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The stream `throughline:in`: producers append, we read behind a cursor and trim only what lies behind it. */
export interface InboxStream {
  /** the last entry taken in; empty: none yet */
  cursor(): Promise<string>;
  /** entries behind a cursor, oldest first */
  read(cursor: string, count: number): Promise<readonly InboxEntry[]>;
  /** moves the cursor. @returns false where another process moved it meanwhile */
  advance(from: string, to: string): Promise<boolean>;
  waiting(): Promise<number>;
}

/** Opens the stream. Every method throws what the store throws. */
export function openInbox(redis: Redis): InboxStream {
  return {
    cursor: async () => (await redis.get(keys.inboxCursor())) ?? '',
    async read(cursor, count) {
      const read = (await redis.xRange(keys.inbox(), cursor === '' ? '-' : `(${cursor}`, '+', { COUNT: count })) ?? [];
      return read.map(({ id, message }) => ({ id, fields: message }));
    },
    advance: (from, to) => redis.advanceInbox({ stream: keys.inbox(), cursor: keys.inboxCursor() }, { from, to }),
    waiting: () => redis.xLen(keys.inbox()),
  };
}
