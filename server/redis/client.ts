import { setTimeout as pause } from 'node:timers/promises';
import { createClient, ErrorReply, RESP_TYPES } from 'redis';
import { Fault, thrownWords } from '#lib/contract/index.ts';
import { scripts } from './scripts.ts';

/** Where the store is: a redis:// URL or the path of a unix socket. */
export interface RedisAddress {
  readonly url?: string | undefined;
  readonly socketPath?: string | undefined;
}

/** The client's default of 5 s counts the time before a command is written: a long pipeline would fail for no reason. */
const NO_TIMEOUT: object = { timeout: undefined };

/**
 * Bytes that the client hands to the system at a stretch. By default it stops after 16 KB and waits for the socket to have sent them: a commit
 * of 500 events came in fifty pieces, with a turn of the event loop for each.
 */
const WRITE_AT_ONCE: object = { writableHighWaterMark: 4 * 1024 * 1024 };

/** A store that is there has taken a further connection by then, or is busy. */
const CONNECTS_WITHIN_MS = 1000;
/** One that is busy is waited for so many times as long. */
const MOST_WAITS = 5;
/** A store that is back is found this soon, however long it was away. */
const LONGEST_PAUSE_MS = 500;
/** A store that has never answered is asked again for this long. */
const FIRST_ATTEMPTS_MS = 3000;
/** How often one that reads its files is asked whether it has read them. */
const LOADING_PAUSE_MS = 250;

/** @param answered whether the store has ever answered: then it will come back, else its address may be wrong */
function make(address: RedisAddress, answered: () => boolean, onError: (error: Error) => void) {
  const begun = performance.now();
  const reconnectStrategy = (attempt: number, cause: Error): number | false => {
    if (!answered() && (performance.now() - begun > FIRST_ATTEMPTS_MS || cause instanceof ErrorReply)) return false;
    return Math.min(50 * 2 ** attempt, LONGEST_PAUSE_MS) + Math.floor((attempt * 37) % 50);
  };
  const settings = { ...WRITE_AT_ONCE, connectTimeout: 2000, reconnectStrategy };
  const socket = address.socketPath === undefined ? settings : { ...settings, path: address.socketPath, tls: false as const };
  const client = createClient({
    ...(address.url === undefined ? {} : { url: address.url }),
    socket,
    scripts: scripts(),
    disableOfflineQueue: true,
    commandsQueueMaxLength: 100_000,
    commandOptions: NO_TIMEOUT,
  });
  // Without a listener an error event ends the process; the client reconnects by itself.
  client.on('error', onError);
  return client;
}

/** The one kind of client the product uses: RESP3, our scripts as commands, no offline queue (a lost store is said at once). */
export type Redis = ReturnType<typeof make>;

/** The same connection with answers as the bytes that are stored: text hides what is no UTF-8. */
export function inBytes(redis: Redis) {
  return redis.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
}

/** An address without what is secret in it. */
function shown({ socketPath, url = '' }: RedisAddress): string {
  return socketPath ?? url.replace(/\/\/[^/]*@/, '//');
}

/** A server that waits for another protocol than ours says nothing at all. */
function protocolHint({ url = '' }: RedisAddress): string {
  return /^rediss:/i.test(url) ? ' Does it speak TLS at this port? Where it does not, the address begins with redis://.' : '';
}

/** Whether the store would answer a command: one that still reads its files lets everybody in and then says so. */
async function hasLoaded(client: Redis): Promise<boolean> {
  try {
    await client.ping();
    return true;
  } catch (error) {
    if (error instanceof ErrorReply && error.message.startsWith('LOADING')) return false;
    throw error;
  }
}

/**
 * Connects to the store, and waits for it where it still reads its files, however long that takes. From then on the client comes back by itself whenever the store does.
 * @param onError hears once of each break, not of every attempt to come back; once of not being let in again; and once of a store that still reads its files
 * @throws Fault `store_unavailable` with what to do, where nobody answers within seconds or we are not let in
 */
export async function connect(address: RedisAddress, onError: (error: Error) => void = () => undefined): Promise<Redis> {
  let answered = false;
  let broken = false;
  let refused = false;
  const client = make(
    address,
    () => answered,
    (error) => {
      const isRefusal = error instanceof ErrorReply;
      if (answered && (!broken || (isRefusal && !refused))) onError(error);
      broken = answered;
      refused ||= isRefusal;
    },
  );
  client.on('ready', () => (broken = refused = false));
  try {
    await client.connect();
    for (let told = false; !(await hasLoaded(client)); told = true) {
      if (!told) onError(new Fault('store_unavailable', `The store at ${shown(address)} still reads its files. It is waited for.`));
      await pause(LOADING_PAUSE_MS);
    }
  } catch (cause) {
    if (client.isOpen) client.destroy();
    const words = thrownWords(cause);
    throw new Fault(
      'store_unavailable',
      cause instanceof ErrorReply
        ? `The store at ${shown(address)} does not let us in: ${words}`
        : `The store does not answer at ${shown(address)} (${words}). Is the Redis server running?${protocolHint(address)}`,
      { cause },
    );
  }
  answered = true;
  return client;
}

/**
 * A second connection to the same store: for what the server remembers per connection. Its errors show in the commands that fail: those of a store that
 * is away, too, for whoever waited for it to come back could not be stopped.
 */
export async function another(redis: Redis): Promise<Redis> {
  const client = redis.duplicate();
  client.on('error', () => undefined);
  const connected = client.connect().catch(() => undefined);
  for (let waits = 0; waits === 0 || (!client.isReady && redis.isReady && waits < MOST_WAITS); waits++)
    await Promise.race([connected, pause(CONNECTS_WITHIN_MS, undefined, { ref: false })]);
  return client;
}
