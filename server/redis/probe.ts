import { createClient } from 'redis';
import { Fault } from '#lib/contract/fault.ts';

const OLDEST_MAJOR = 7;
const ANSWER_WITHIN_MS = 2000;

/** What a server on a unix socket says of itself. */
export type ProbedServer = {
  /** false while it still loads its files */
  readonly ready: boolean;
  readonly pid: number;
  /** the folder it writes to */
  readonly dir: string;
  /** its INFO, section server */
  readonly info: string;
};

/** Asks the server on a socket who it is; undefined when nobody answers there. */
export async function probeServer(socketPath: string): Promise<ProbedServer | undefined> {
  return withClient(socketPath, async (client) => {
    const [info, dir] = await Promise.all([client.info(), client.configGet('dir')]);
    const pid = Number(infoField(info, 'process_id'));
    return { ready: infoField(info, 'loading') === '0', pid, dir: dir['dir'] ?? '', info };
  });
}

/** Asks the server on a socket to write everything and end. Resolves when it has answered or hung up; it may still take a moment to be gone. */
export async function shutDownServer(socketPath: string): Promise<void> {
  await withClient(socketPath, (client) => client.sendCommand(['SHUTDOWN']));
}

/** What the server on a socket says of its append-only file, its memory and its processor time; undefined when it does not answer. */
export async function probeFile(socketPath: string): Promise<string | undefined> {
  return withClient(socketPath, (client) => client.sendCommand<string>(['INFO', 'persistence', 'memory', 'cpu']));
}

/** Asks the server on a socket to write its append-only file anew, which it does beside its work. */
export async function rewriteFile(socketPath: string): Promise<void> {
  await withClient(socketPath, (client) => client.bgRewriteAof());
}

/** One field of an INFO answer. */
export function infoField(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
}

/**
 * Refuses a server that lacks what the scripts need (Redis 7.0; every Valkey reports at least 7.2).
 * @param info its INFO answer, section server
 * @throws Fault `bad_config` that names the version
 */
export function requireVersion(info: string): void {
  const version = infoField(info, 'redis_version') ?? 'unknown';
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return;
  throw new Fault(
    'bad_config',
    `The Redis server has version ${version}, but at least ${OLDEST_MAJOR}.0 is needed. Install a newer Redis, or any Valkey.`,
  );
}

/**
 * Refuses a server that makes room by forgetting: it would take customers away without a word.
 * @param info its INFO answer, section memory
 * @throws Fault `bad_config` with what to do
 */
export function requireKeeping(info: string): void {
  const policy = infoField(info, 'maxmemory_policy') ?? 'noeviction';
  if (!policy.startsWith('allkeys') || infoField(info, 'maxmemory') === '0') return;
  throw new Fault(
    'bad_config',
    `The Redis server forgets customers when its memory is full (maxmemory-policy ${policy}). Set maxmemory-policy noeviction, then start again.`,
  );
}

/**
 * Refuses a replica: it takes no writes, and what was written to one that does would be overwritten.
 * @param info its INFO answer, section replication
 * @throws Fault `bad_config` with what to do
 */
export function requireMaster(info: string): void {
  if (infoField(info, 'role') !== 'slave') return;
  throw new Fault(
    'bad_config',
    `The Redis server is a replica of ${infoField(info, 'master_host') ?? '?'}:${infoField(info, 'master_port') ?? '?'}, which alone takes what is written. Name that one in REDIS_URL, then start again.`,
  );
}

async function withClient<Answer>(
  socketPath: string,
  ask: (client: ReturnType<typeof makeClient>) => Promise<Answer>,
): Promise<Answer | undefined> {
  const client = makeClient(socketPath);
  try {
    await client.connect();
    return await ask(client);
  } catch {
    return undefined;
  } finally {
    client.destroy();
  }
}

function makeClient(socketPath: string) {
  const client = createClient({
    socket: { path: socketPath, tls: false, connectTimeout: ANSWER_WITHIN_MS, socketTimeout: ANSWER_WITHIN_MS, reconnectStrategy: false },
    disableOfflineQueue: true,
  });
  // Without a listener an error event ends the process; the rejected call already tells.
  client.on('error', () => undefined);
  return client;
}
