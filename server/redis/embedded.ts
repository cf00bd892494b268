import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { access, chmod, constants, readFile, realpath, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Fault, thrownWords } from '#lib/contract/fault.ts';
import { MINUTE } from '#lib/contract/time.ts';
import { makeFolder } from '#server/platform/files.ts';
import {
  isAlive,
  markOf,
  readLock,
  releaseLock,
  takeLock,
  updateLock,
  type LockReading,
  type LockRecord,
  type ProcessMark,
} from './directory-lock.ts';
import { fileReading, keepCompact, type CompactionOptions, type FileReading } from './compaction.ts';
import { cacheFolder, HOW_TO_GET_REDIS, locateRedis, ownTemporaryFolder, serverVersion } from './locate.mjs';
import { probeFile, probeServer, requireVersion, rewriteFile, shutDownServer, type ProbedServer } from './probe.ts';
import { explainRefusal } from './refusal.ts';
import { serverArguments } from './settings.ts';

const POLL_MS = 25;
const WATCH_MS = 500;
/** how long another app may take to bring up the server whose directory it holds */
const OTHER_STARTER_MS = 30_000;
/** a server may have been spawned by an app that was killed before it could note the number: it answers within this time */
const UNNOTED_SERVER_MS = 500;
const LOADING_NOTICE_MS = 5000;
const SHUTDOWN_MS = 60_000;
const RESTARTS = 5;
const RESTART_WINDOW_MS = 10 * MINUTE;
const FIRST_BACK_OFF_MS = 200;
/** Free bytes of the disk below which a server is not started again: it would end at one of the next writes. */
const LEAST_ROOM = 4 * 1024 * 1024;
const ROOM_LOOK_MS = 1000;
/** bytes of a unix socket's path that every system takes, without the closing zero */
const LONGEST_SOCKET_PATH = process.platform === 'linux' ? 107 : 103;

/** Where messages of the embedded server go. */
export type EmbeddedLog = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

export type EmbeddedOptions = {
  /** the installation's data folder; the server's files go to its subfolder `redis` */
  readonly dataDir: string;
  /** server binary; default: look for one */
  readonly bin?: string | undefined;
  /** PATH, to look along */
  readonly searchPath?: string | undefined;
  /** folder of the user's caches, default ~/.cache */
  readonly cacheHome?: string | undefined;
  readonly log: EmbeddedLog;
  /** free bytes of the disk that holds a folder; replaced in tests */
  readonly roomIn?: (dir: string) => Promise<number>;
  /** when its file is written anew; replaced in tests */
  readonly compaction?: CompactionOptions;
  /** called once when the server keeps ending and is not started any more */
  readonly onGiveUp?: (fault: Fault) => void;
};

/** The private server of one data folder. */
export type EmbeddedRedis = {
  /** `unix://...`, for `createClient({ url })` */
  readonly url: string;
  readonly socketPath: string;
  /** process number of the server that runs now */
  readonly pid: number;
  /** true when a server was already running on this folder */
  readonly adopted: boolean;
  /** true while the server is not started again because its disk is full */
  readonly full: boolean;
  /** Ends the server with everything written, unless the app that started it still runs. Resolves when it is gone. Safe to call twice. */
  stop(): Promise<void>;
};

type Place = { readonly dir: string; readonly socketPath: string; readonly lockPath: string };
type Running = {
  readonly mark: ProcessMark;
  readonly child: ChildProcess | undefined;
  readonly owned: boolean;
  readonly socketPath: string;
};

/**
 * Makes sure that exactly one server runs on the data folder: adopts the one that runs (an app that was killed leaves it behind), else starts one.
 * A server that ends unexpectedly is started again, at most 5 times in 10 minutes; one whose disk is full, as soon as there is room.
 * @throws Fault `bad_config` (no binary, too old, folder not writable), `store_full`, `store_unavailable` (damaged files; another app holds the folder)
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedRedis> {
  const place = await preparePlace(options.dataDir);
  const keeper = new Keeper(place, options);
  const first = await keeper.obtain();
  keeper.watch(first);
  return {
    url: `unix://${first.socketPath}`,
    socketPath: first.socketPath,
    adopted: first.child === undefined,
    get pid() {
      return keeper.pid;
    },
    get full() {
      return keeper.full;
    },
    stop: () => keeper.stop(),
  };
}

/** Holds one directory's server through its starts, adoptions and ends. */
class Keeper {
  readonly #place: Place;
  readonly #options: EmbeddedOptions;
  readonly #token = randomUUID();
  readonly #stopping = new AbortController();
  #running: Running | undefined;
  #full = false;
  #watching: Promise<void> = Promise.resolve();
  #compacting: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  constructor(place: Place, options: EmbeddedOptions) {
    this.#place = place;
    this.#options = options;
  }

  get pid(): number {
    return this.#running?.mark.pid ?? 0;
  }

  get full(): boolean {
    return this.#full;
  }

  /** Adopts or starts; resolves when the server has loaded its files. */
  async obtain(): Promise<Running> {
    const deadline = Date.now() + OTHER_STARTER_MS;
    for (;;) {
      const reading = await readLock(this.#place.lockPath);
      const found = await this.#findServer(reading?.record);
      if (found !== undefined) return this.#keep(await this.#adopt(found, reading));
      const started = await this.#tryStart(reading);
      if (started !== undefined) return this.#keep(started);
      if (Date.now() > deadline) throw heldElsewhere(this.#place.dir, reading?.record);
      await pause(POLL_MS, undefined, { signal: this.#stopping.signal });
    }
  }

  /** Looks after the server until `stop`. */
  watch(running: Running): void {
    this.#watching = this.#supervise(running).catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) this.#giveUp(error);
    });
    this.#compacting = keepCompact(
      { read: () => this.#readFile(), rewrite: () => this.#rewriteFile() },
      this.#stopping.signal,
      this.#options.compaction,
    );
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stopOnce();
    return this.#stopped;
  }

  async #stopOnce(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#watching, this.#compacting]);
    const running = this.#running;
    if (running?.owned !== true) return;
    await shutDownServer(running.socketPath);
    if (!(await goneWithin(running.mark, SHUTDOWN_MS))) {
      this.#options.log.error(
        { pid: running.mark.pid },
        'The Redis server did not end when asked; it is left running and the next start adopts it',
      );
      return;
    }
    await releaseLock(this.#place.lockPath, this.#token);
  }

  /** A server that belongs to another app is kept compact by that one. */
  async #readFile(): Promise<FileReading | undefined> {
    const running = this.#running;
    if (running?.owned !== true) return undefined;
    const info = await probeFile(running.socketPath);
    return info === undefined ? undefined : fileReading(info, await this.#roomIn());
  }

  async #rewriteFile(): Promise<void> {
    if (this.#running !== undefined) await rewriteFile(this.#running.socketPath);
  }

  #roomIn(): Promise<number> {
    return (this.#options.roomIn ?? freeBytes)(this.#place.dir);
  }

  #keep(running: Running): Running {
    this.#running = running;
    return running;
  }

  async #findServer(record: LockRecord | undefined): Promise<(ProbedServer & { readonly socketPath: string }) | undefined> {
    const socketPath = record?.socketPath ?? this.#place.socketPath;
    const server = await probeServer(socketPath);
    if (server === undefined) return undefined;
    if (server.dir !== this.#place.dir) {
      throw new Fault(
        'store_unavailable',
        `The Redis server on ${socketPath} writes to ${server.dir}, not to ${this.#place.dir}. Stop it (process ${server.pid}), then start again.`,
      );
    }
    return { ...server, socketPath };
  }

  async #adopt(server: ProbedServer & { readonly socketPath: string }, reading: LockReading | undefined): Promise<Running> {
    requireVersion(server.info);
    const mark = markOf(server.pid);
    if (mark === undefined)
      throw new Fault('store_unavailable', `The Redis server on ${this.#place.dir} ended while it was being adopted. Start again.`);
    await this.#untilLoaded(server.socketPath, mark);
    const owned = await this.#takeOver(mark, server.socketPath, reading);
    this.#options.log.info({ pid: server.pid, owned }, 'adopted the Redis server that was already running');
    return { mark, child: undefined, owned, socketPath: server.socketPath };
  }

  /** A server whose app is gone becomes ours to end; one whose app lives stays that app's. */
  async #takeOver(server: ProcessMark, socketPath: string, reading: LockReading | undefined): Promise<boolean> {
    const record = reading?.record;
    const mine = { ...this.#record(server), socketPath };
    if (record?.token === this.#token) return updateLock(this.#place.lockPath, mine).then(() => true);
    if (record !== undefined && isAlive(record.owner)) return false;
    return takeLock(this.#place.lockPath, mine, reading);
  }

  /** Starts a server if this directory is free; undefined when somebody else has it or was faster. */
  async #tryStart(reading: LockReading | undefined): Promise<Running | undefined> {
    const record = reading?.record;
    const mine = record?.token === this.#token;
    if (record?.server != null && isAlive(record.server)) return undefined;
    if (!mine && record !== undefined && isAlive(record.owner)) return undefined;
    if (!mine && !(await takeLock(this.#place.lockPath, this.#record(null), reading))) return undefined;
    if (!mine && reading !== undefined && (await this.#answersAfterAll())) return undefined;
    try {
      return await this.#spawn();
    } catch (error) {
      await releaseLock(this.#place.lockPath, this.#token);
      throw error;
    }
  }

  async #answersAfterAll(): Promise<boolean> {
    const until = Date.now() + UNNOTED_SERVER_MS;
    while (Date.now() < until) {
      if ((await probeServer(this.#place.socketPath)) !== undefined) return true;
      await pause(POLL_MS);
    }
    return false;
  }

  async #spawn(): Promise<Running> {
    const { dir, socketPath, lockPath } = this.#place;
    const binary = findBinary(this.#options);
    const logStart = await sizeOf(join(dir, 'redis.log'));
    // Detached: Ctrl-C reaches the app first, which needs the server to finish what it has accepted.
    const child = spawn(binary, serverArguments({ socketPath, dir, fsync: 'always' }), { cwd: dir, detached: true, stdio: 'ignore' });
    child.unref();
    // Without a listener a binary that cannot be run ends the app; the missing process number tells.
    child.on('error', () => undefined);
    const mark = child.pid === undefined ? undefined : markOf(child.pid);
    if (mark === undefined) throw await refusal(dir, logStart);
    await updateLock(lockPath, this.#record(mark));
    try {
      await this.#untilLoaded(socketPath, mark, () => refusal(dir, logStart));
    } catch (error) {
      await shutDownServer(socketPath);
      throw error;
    }
    return { mark, child, owned: true, socketPath };
  }

  async #untilLoaded(
    socketPath: string,
    mark: ProcessMark,
    whyGone: () => Promise<Fault> = () => Promise.resolve(endedEarly(this.#place.dir)),
  ): Promise<void> {
    let notice = Date.now() + LOADING_NOTICE_MS;
    for (;;) {
      const server = await probeServer(socketPath);
      if (server?.ready === true && server.pid === mark.pid) return requireVersion(server.info);
      if (!isAlive(mark)) throw await whyGone();
      if (Date.now() > notice) {
        this.#options.log.info({ pid: mark.pid }, 'The Redis server is still reading its files');
        notice = Date.now() + LOADING_NOTICE_MS;
      }
      await pause(POLL_MS);
    }
  }

  async #supervise(first: Running): Promise<void> {
    const { signal } = this.#stopping;
    let running: Running | undefined = first;
    let restarts: number[] = [];
    let lastFault: Fault | undefined;
    for (;;) {
      if (running !== undefined) await untilGone(running, signal);
      if (await this.#waitedForRoom(signal)) restarts = [];
      restarts = [...restarts.filter((at) => Date.now() - at < RESTART_WINDOW_MS), Date.now()];
      if (restarts.length > RESTARTS)
        throw new Fault(
          'store_unavailable',
          `The Redis server ended ${RESTARTS} times within 10 minutes. See ${this.#place.dir}/redis.log.${lastFault === undefined ? '' : ` ${lastFault.message}`}`,
          { cause: lastFault },
        );
      this.#options.log.warn(
        { pid: running?.mark.pid, restart: restarts.length },
        'The Redis server ended unexpectedly; starting it again',
      );
      await pause(FIRST_BACK_OFF_MS * 2 ** (restarts.length - 1), undefined, { signal });
      try {
        running = await this.obtain();
        lastFault = undefined;
      } catch (error) {
        // A server that ends again while it still reads its files is one more that ended, and no reason to give up at once.
        if (signal.aborted || !(error instanceof Fault)) throw error;
        running = undefined;
        lastFault = error;
      }
    }
  }

  /** A server that cannot write what it would acknowledge ends, and would end again however often it is started. @returns whether there was no room */
  async #waitedForRoom(signal: AbortSignal): Promise<boolean> {
    const { dir } = this.#place;
    const isFull = async (): Promise<boolean> => (await this.#roomIn()) < LEAST_ROOM;
    if (!(await isFull())) return false;
    this.#full = true;
    this.#options.log.error(
      { dir },
      'The disk that holds the data folder is full: events are refused until there is room. Free some space; nothing that was accepted is lost',
    );
    do await pause(ROOM_LOOK_MS, undefined, { signal });
    while (await isFull());
    this.#full = false;
    return true;
  }

  #giveUp(error: unknown): void {
    const fault =
      error instanceof Fault ? error : new Fault('store_unavailable', 'The Redis server could not be started again.', { cause: error });
    this.#options.log.error({ err: fault }, fault.message);
    this.#options.onGiveUp?.(fault);
  }

  #record(server: ProcessMark | null): LockRecord {
    const owner = markOf(process.pid) ?? { pid: process.pid, identity: '' };
    return { token: this.#token, owner, server, socketPath: this.#place.socketPath };
  }
}

async function preparePlace(dataDir: string): Promise<Place> {
  try {
    const wanted = join(dataDir, 'redis');
    makeFolder(wanted);
    await chmod(wanted, 0o700);
    const dir = await realpath(wanted);
    return { dir, socketPath: socketPathFor(dir), lockPath: join(dir, 'server.lock') };
  } catch (cause) {
    throw new Fault(
      'bad_config',
      `DATA_DIR=${dataDir} cannot be used as the data folder: it must be a folder that the user who starts the app may write.`,
      { cause },
    );
  }
}

/** The system cuts long socket paths, so a deep folder gets a socket in a private folder below the temporary one, named after the folder. */
function socketPathFor(dir: string): string {
  const near = join(dir, 'redis.sock');
  if (Buffer.byteLength(near) <= LONGEST_SOCKET_PATH) return near;
  return join(ownTemporaryFolder(), `${createHash('sha1').update(dir).digest('hex')}.sock`);
}

function findBinary({ bin, searchPath, cacheHome }: EmbeddedOptions): string {
  const binary = orBadConfig(() => locateRedis({ bin, searchPath, cacheDir: cacheFolder({ XDG_CACHE_HOME: cacheHome }) }));
  if (binary === undefined) throw new Fault('bad_config', `No Redis or Valkey server was found on this machine. ${HOW_TO_GET_REDIS}`);
  // Before it touches the files: an old server writes them in a way of its own.
  requireVersion(`redis_version:${/v=([\d.]+)/.exec(serverVersion(binary) ?? '')?.[1] ?? 'unknown'}`);
  return binary;
}

function orBadConfig<Value>(look: () => Value): Value {
  try {
    return look();
  } catch (cause) {
    throw new Fault('bad_config', thrownWords(cause), { cause });
  }
}

async function refusal(dir: string, logStart: number): Promise<Fault> {
  const path = join(dir, 'redis.log');
  const log = await readFile(path).catch(() => Buffer.alloc(0));
  // A server that may not write its log ends without a word.
  const mayWrite = await access(path, constants.W_OK).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
  return explainRefusal(dir, mayWrite ? log.subarray(logStart).toString('utf8') : `${path}: Permission denied`);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** What a disk cannot tell is not taken for full. */
async function freeBytes(dir: string): Promise<number> {
  return statfs(dir).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Infinity,
  );
}

function endedEarly(dir: string): Fault {
  return new Fault('store_unavailable', `The Redis server on ${dir} ended while it was reading its files. See ${dir}/redis.log.`);
}

function heldElsewhere(dir: string, record: LockRecord | undefined): Fault {
  const holder = record?.server ?? record?.owner;
  return new Fault(
    'store_unavailable',
    `Process ${holder?.pid ?? 'unknown'} holds ${dir}, but no Redis server answers there. Stop that process, then start again.`,
  );
}

/** Resolves when the server has ended. An adopted one is nobody's child here and is looked at twice a second. */
async function untilGone({ child, mark }: Running, signal: AbortSignal): Promise<void> {
  if (child !== undefined) return exitOf(child, signal);
  while (isAlive(mark)) await pause(WATCH_MS, undefined, { signal, ref: false });
}

function exitOf(child: ChildProcess, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abandon = () => reject(new Error('stopping'));
    if (signal.aborted) return abandon();
    signal.addEventListener('abort', abandon, { once: true });
    const ended = () => {
      signal.removeEventListener('abort', abandon);
      resolve();
    };
    if (child.exitCode !== null || child.signalCode !== null) return ended();
    child.once('exit', ended);
  });
}

async function goneWithin(mark: ProcessMark, milliseconds: number): Promise<boolean> {
  const until = Date.now() + milliseconds;
  while (isAlive(mark)) {
    if (Date.now() > until) return false;
    await pause(POLL_MS);
  }
  return true;
}
