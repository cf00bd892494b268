import { createClient } from 'redis';
import { Fault } from '#lib/contract/index.ts';
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

function make(address: RedisAddress, onError: (error: Error) => void) {
  const reconnectStrategy = (attempt: number): number => Math.min(50 * 2 ** attempt, 1000) + Math.floor((attempt * 37) % 50);
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

/** Connects to the store. @throws Fault `store_unavailable` with what to do */
export async function connect(address: RedisAddress, onError: (error: Error) => void = () => undefined): Promise<Redis> {
  const client = make(address, onError);
  try {
    await client.connect();
  } catch (cause) {
    throw new Fault(
      'store_unavailable',
      `The store does not answer at ${address.socketPath ?? address.url ?? '(no address)'}. Is the Redis server running?`,
      { cause },
    );
  }
  return client;
}

/** A second connection to the same store: for what the server remembers per connection. Its errors show in the commands that fail. */
export async function another(redis: Redis): Promise<Redis> {
  const client = redis.duplicate();
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
