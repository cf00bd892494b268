import { hash } from 'node:crypto';
import type { QuarantineCounts, QuarantineEntry, QuarantineFilter, QuarantineGroup, QuarantinePage } from '#lib/contract/index.ts';
import type { StoredEvent } from '#server/domain/event/event.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import type { QuarantineLimits, QuarantineWrite } from '#server/redis/scripts.ts';
import type { Refused } from './log.ts';

/** Refused events kept; older ones make room, and a counter says how many. */
const QUARANTINE_LIMITS: QuarantineLimits = { entries: 20_000, bytes: 67_108_864 };
/** Events of one call: keeps the script short. */
const CALL_EVENTS = 100;
/** Entries looked through for one page of a filtered list. */
const LOOK_THROUGH = 2_000;
const PAGE = 500;
const GAP = '\0';
const SHAPES: readonly NonNullable<Refused['shape']>[] = ['cloudevents', 'segment', 'entry'];

/** A refused event as it is kept, with what is needed to send it in again. */
export interface KeptEvent extends QuarantineEntry {
  readonly shape: Refused['shape'];
  readonly requestKey: string | undefined;
  readonly browser: boolean;
  readonly strip: string | undefined;
  readonly keyName: string | undefined;
}

const places = () => ({
  stream: keys.quarantine(),
  stat: keys.quarantineStat(),
  seen: keys.quarantineSeen(),
  groups: keys.quarantineGroups(),
});

/** How the door read it, as far as that is not the usual way. */
function readAsOf({ browser, strip, keyName }: Refused): Readonly<Record<string, string>> {
  return {
    ...(browser === true ? { browser: '1' } : {}),
    ...(strip === undefined ? {} : { strip }),
    ...(keyName === undefined ? {} : { keyName }),
  };
}

function writeOf(refused: Refused): QuarantineWrite {
  const { source, received, code, message, raw, shape = '', requestKey = '', cut } = refused;
  // The name of a field comes from its sender, and the gap parts the names in a group's.
  const field = refused.field.replaceAll(GAP, '\ufffd');
  const readAs = readAsOf(refused);
  const fields = {
    source,
    received: String(received),
    field,
    code,
    message,
    raw,
    shape,
    requestKey,
    ...readAs,
    ...(cut === true ? { cut: '1' } : {}),
  };
  return {
    // A sender that repeats its batch repeats its bad events; each is kept once.
    digest: hash('sha256', [source, shape, requestKey, raw, ...Object.entries(readAs).flat()].join(GAP), 'hex').slice(0, 32),
    group: [source, field, code].join(GAP),
    bytes: Object.values(fields).reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    fields,
  };
}

/** How an accepted event is shown that could not be taken in after all. */
export function refusalOf({ event, reason }: { readonly event: StoredEvent; readonly reason: string }): Refused {
  const { source, received, at, who, id, type, touchpoint, channel, text, attributes } = event;
  const customer = Object.fromEntries(who.map(([kind, value]) => [kind, value]));
  const raw = JSON.stringify({ id, type, touchpoint, channel, occurredAt: at, text, attributes, customer });
  return { source, received, field: 'customer', code: 'too_many_events', message: `The event was put aside: ${reason}.`, raw };
}

/**
 * Keeps refused events, each once however often it is sent.
 * @throws what the store throws
 */
export async function keepRefused(redis: Redis, refused: readonly Refused[], limits: QuarantineLimits = QUARANTINE_LIMITS): Promise<void> {
  for (let i = 0; i < refused.length; i += CALL_EVENTS)
    await redis.keepRefused(places(), limits, refused.slice(i, i + CALL_EVENTS).map(writeOf));
}

function entryOf(id: string, fields: Readonly<Record<string, string>>): KeptEvent {
  const {
    source = '',
    received = '0',
    field = '',
    code = '',
    message = '',
    raw = '',
    shape,
    requestKey,
    browser,
    strip,
    keyName,
    cut,
  } = fields;
  return {
    id,
    source,
    received: Number(received),
    field,
    code,
    message,
    raw,
    cut: cut === '1',
    shape: SHAPES.find((one) => one === shape),
    requestKey: requestKey === undefined || requestKey === '' ? undefined : requestKey,
    browser: browser === '1',
    strip,
    keyName,
  };
}

function matches(entry: QuarantineEntry, { source, field, code }: QuarantineFilter): boolean {
  return (
    (source === undefined || entry.source === source) &&
    (field === undefined || entry.field === field) &&
    (code === undefined || entry.code === code)
  );
}

/** Reads and empties what was refused. */
export interface Quarantine {
  counts(): Promise<QuarantineCounts>;
  /** all of them, or those of one source; most frequent first */
  groups(source?: string): Promise<readonly QuarantineGroup[]>;
  /** newest first; may be shorter than asked, and still go on */
  page(filter: QuarantineFilter, options: { readonly before?: string | undefined; readonly limit: number }): Promise<QuarantinePage>;
  /** oldest first, all that match */
  each(filter: QuarantineFilter): AsyncGenerator<readonly KeptEvent[]>;
  /** @returns how many were there */
  release(ids: readonly string[]): Promise<number>;
}

/** Opens the store's quarantine. Every method throws what the store throws. */
export function openQuarantine(redis: Redis, limits: QuarantineLimits = QUARANTINE_LIMITS): Quarantine {
  return {
    async counts() {
      const [kept, stat] = await Promise.all([redis.xLen(keys.quarantine()), redis.hGetAll(keys.quarantineStat())]);
      const { bytes = '0', again = '0', dropped = '0' } = stat;
      return {
        kept,
        bytes: Number(bytes),
        again: Number(again),
        dropped: Number(dropped),
        mostKept: limits.entries,
        mostBytes: limits.bytes,
      };
    },
    async groups(only) {
      const all = Object.entries(await redis.hGetAll(keys.quarantineGroups())).map(([name, count]) => {
        const [source = '', field = '', code = ''] = name.split(GAP);
        return { source, field, code, count: Number(count) };
      });
      return all
        .filter(({ source }) => only === undefined || source === only)
        .sort((a, b) => b.count - a.count || (a.source < b.source ? -1 : 1));
    },
    async page(filter, { before, limit }) {
      const entries: KeptEvent[] = [];
      let from = before === undefined ? '+' : `(${before}`;
      for (let looked = 0; looked < LOOK_THROUGH;) {
        const read = (await redis.xRevRange(keys.quarantine(), from, '-', { COUNT: PAGE })) ?? [];
        for (const { id, message } of read) {
          const entry = entryOf(id, message);
          from = `(${id}`;
          if (matches(entry, filter)) entries.push(entry);
          if (entries.length === limit) return { entries, next: id };
        }
        looked += read.length;
        if (read.length < PAGE) return { entries, next: null };
      }
      return { entries, next: from.slice(1) };
    },
    async *each(filter) {
      for (let from = '-'; ;) {
        const read = (await redis.xRange(keys.quarantine(), from, '+', { COUNT: PAGE })) ?? [];
        const last = read.at(-1);
        if (last === undefined) return;
        from = `(${last.id}`;
        const found = read.map(({ id, message }) => entryOf(id, message)).filter((entry) => matches(entry, filter));
        if (found.length > 0) yield found;
      }
    },
    async release(ids) {
      return ids.length === 0 ? 0 : redis.releaseRefused(places(), [...ids]);
    },
  };
}
