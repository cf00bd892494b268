import { isUtf8 } from 'node:buffer';
import { inBytes } from '#server/redis/client.ts';
import type { Redis } from '#server/redis/client.ts';
import { isOfOtherType } from '#server/redis/faults.ts';
import { keys } from '#server/redis/keys.ts';

/** One entry of the stream for producers of the house: its id, and the fields as written. */
export interface InboxEntry {
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
  /** a field is no UTF-8: of what cannot be read, U+FFFD stands there */
  readonly garbled?: boolean;
}

/** Stands in a text for every byte that is no UTF-8; rarely somebody means it. */
const UNREADABLE = '\ufffd';

/** The stream `throughline:in`: producers append, we read behind a cursor and trim only what lies behind it. */
export interface InboxStream {
  /** the last entry taken in; empty: none yet */
  cursor(): Promise<string>;
  /** entries behind a cursor, oldest first */
  read(cursor: string, count: number): Promise<readonly InboxEntry[]>;
  /** moves the cursor. @returns false where another process moved it meanwhile */
  advance(from: string, to: string): Promise<boolean>;
  /** entries that wait; null: what has the stream's name in the store is something else */
  waiting(): Promise<number | null>;
}

/** Opens the stream. Every method throws what the store throws. */
export function openInbox(redis: Redis): InboxStream {
  async function isGarbled(id: string, fields: InboxEntry['fields']): Promise<boolean> {
    if (!Object.values(fields).some((text) => text.includes(UNREADABLE))) return false;
    const [entry] = (await inBytes(redis).xRange(keys.inbox(), id, id)) ?? [];
    return !Object.values(entry?.message ?? {}).every(isUtf8);
  }

  return {
    cursor: async () => (await redis.get(keys.inboxCursor())) ?? '',
    async read(cursor, count) {
      const read = (await redis.xRange(keys.inbox(), cursor === '' ? '-' : `(${cursor}`, '+', { COUNT: count })) ?? [];
      return Promise.all(read.map(async ({ id, message }) => ({ id, fields: message, garbled: await isGarbled(id, message) })));
    },
    advance: (from, to) => redis.advanceInbox({ stream: keys.inbox(), cursor: keys.inboxCursor() }, { from, to }),
    async waiting() {
      try {
        return await redis.xLen(keys.inbox());
      } catch (error) {
        if (isOfOtherType(error)) return null;
        throw error;
      }
    },
  };
}
