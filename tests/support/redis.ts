import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cacheFolder, HOW_TO_GET_REDIS, locateRedis } from '#server/redis/locate.mjs';
import { serverArguments } from '#server/redis/settings.ts';

const READY_WITHIN_MS = 20_000;

/** A real server of one test file's own. */
export type TestRedis = {
  /** `unix://...`, for `createClient({ url })` */
  readonly url: string;
  readonly socketPath: string;
  /** the folder with its append-only file */
  readonly dir: string;
  /** never set: it listens on a unix socket only */
  readonly port?: number;
  /** SIGKILL; resolves when the process is gone. The files stay. */
  kill9(): Promise<void>;
  /** kills it if it still runs, and starts it again on the same files; resolves when it has loaded them */
  restart(): Promise<void>;
  /** the same, but reads its files with a pause at each of their commands; resolves as soon as it has begun to */
  restartSlowly(pauseMicroseconds: number): Promise<void>;
  /** ends it and removes its folder */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * Starts a private redis-server with the product's own settings in a new temporary folder. Resolves when it answers (60 to 200 ms).
 * @param options `fsync: 'no'` for tests that need many writes and kill nothing; default `always`, as in the product
 */
export async function startTestRedis(options: { readonly fsync?: 'always' | 'no' } = {}): Promise<TestRedis> {
  const binary = locateRedis({
    bin: process.env.REDIS_SERVER_BIN || undefined,
    searchPath: process.env.PATH,
    cacheDir: cacheFolder(process.env),
  });
  if (binary === undefined) throw new Error(`These tests need a Redis server. ${HOW_TO_GET_REDIS}`);
  const dir = await mkdtemp(join(tmpdir(), 'throughline-test-'));
  const socketPath = join(dir, 'redis.sock');
  const arguments_ = serverArguments({ socketPath, dir, fsync: options.fsync ?? 'always' });

  let child = await launch(binary, arguments_, socketPath);
  const kill9 = () => end(child, 'SIGKILL');
  const stop = async () => {
    await kill9();
    await rm(dir, { recursive: true, force: true });
  };
  return {
    url: `unix://${socketPath}`,
    socketPath,
    dir,
    kill9,
    async restart() {
      await kill9();
      child = await launch(binary, arguments_, socketPath);
    },
    async restartSlowly(pauseMicroseconds) {
      await kill9();
      child = await launch(binary, [...arguments_, '--key-load-delay', String(pauseMicroseconds)], socketPath, isThere);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function launch(
  binary: string,
  arguments_: readonly string[],
  socketPath: string,
  isUp: (socketPath: string) => Promise<boolean> = answers,
): Promise<ChildProcess> {
  const child = spawn(binary, arguments_, { stdio: 'ignore' });
  // A test file that ends without stop() must not leave a server behind.
  const last = () => child.kill('SIGKILL');
  process.once('exit', last);
  child.once('exit', () => process.off('exit', last));
  const started = Date.now();
  while (!(await isUp(socketPath))) {
    if (child.exitCode !== null || Date.now() - started > READY_WITHIN_MS) {
      const log = await readFile(join(socketPath, '..', 'redis.log'), 'utf8').catch(() => '');
      child.kill('SIGKILL');
      throw new Error(`The test's Redis did not start (${binary}): ${log.slice(-600)}`);
    }
    await pause(10);
  }
  return child;
}

/** True when the server answers PONG; LOADING counts as not yet. */
function answers(socketPath: string): Promise<boolean> {
  return tried(socketPath, (socket, done) => {
    socket.setTimeout(1000, () => done(false));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (chunk) => done(chunk.toString().startsWith('+PONG')));
  });
}

/** True when the server takes a connection, whatever it then says. */
function isThere(socketPath: string): Promise<boolean> {
  return tried(socketPath, (socket, done) => void socket.once('connect', () => done(true)));
}

/** What a connection comes to; false where there is none. */
function tried(socketPath: string, look: (socket: Socket, done: (value: boolean) => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const done = (value: boolean) => {
      socket.destroy();
      resolve(value);
    };
    socket.once('error', () => done(false));
    look(socket, done);
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}
