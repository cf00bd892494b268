import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { projectFile } from '#server/platform/files.ts';
import { untilQuiet } from './quiet.ts';

const POLL_MS = 25;
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 20_000;
/** Environment of the child beside what a test gives: enough to find a Redis server, and nothing of the caller's own settings. */
const KEPT_VARIABLES = ['PATH', 'HOME', 'REDIS_SERVER_BIN', 'XDG_CACHE_HOME'] as const;
/** The key that the product under test takes. */
export const PRODUCT_KEY = 'wk_product_test_0123456789';

/** What a door answered: the status, what it says about trying again, and the body. */
export interface DoorAnswer {
  readonly status: number;
  /** `Retry-After`; null where absent */
  readonly retryAfter: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The built product, running as a process of its own on a loopback port of its own. */
export interface Product {
  /** `http://127.0.0.1:<port>`; the same after `start` again */
  readonly address: string;
  readonly dataDir: string;
  /** of its private Redis server */
  readonly socketPath: string;
  readonly pid: number;
  /** what it has printed so far, over all starts */
  readonly output: () => string;
  /** false once the process has ended */
  readonly running: () => boolean;
  /** process number of the private Redis server that its data folder names; undefined: none is noted */
  redisPid(): Promise<number | undefined>;
  /** SIGKILL for the app alone; its Redis server stays. Resolves when the process is gone. */
  kill9(): Promise<void>;
  /** starts it again on the same folder and port; resolves when it is ready */
  start(): Promise<void>;
  /** ends it in order (SIGTERM), its Redis server too; resolves with the exit code */
  stop(): Promise<number | null>;
  /** posts events to `/v1/events` @throws where nobody answers or the connection breaks */
  send(events: readonly object[]): Promise<DoorAnswer>;
  /** calls a procedure @throws with the answer where it is no success */
  trpc<Answer>(path: string, input?: unknown): Promise<Answer>;
  /** resolves when everything accepted has been projected, in all partitions */
  settled(): Promise<void>;
  /** ends everything that was started and removes the folder */
  [Symbol.asyncDispose](): Promise<void>;
}

/** How to start the product. */
export interface ProductOptions {
  /** variables on top of the test's own */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts the built product in a new temporary folder, empty (`DEMO=off`), and waits until it is ready.
 * @throws where there is no build, or it does not get ready, with what it printed
 */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const main = projectFile('build/main.js');
  if (!existsSync(main)) throw new Error('These tests need the built product: npm run build');
  const dataDir = await mkdtemp(join(tmpdir(), 'throughline-product-'));
  let printed = '';
  let port = 0;
  let child = launch();

  function launch(): ChildProcess {
    const kept = Object.fromEntries(KEPT_VARIABLES.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
    const started = spawn(process.execPath, [main], {
      cwd: dataDir,
      env: {
        ...kept,
        DEMO: 'off',
        WRITE_KEY: PRODUCT_KEY,
        LOG_LEVEL: 'warn',
        ...options.env,
        DATA_DIR: dataDir,
        PORT: String(port),
        HOST: '127.0.0.1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hear = (chunk: Buffer): void => void (printed += chunk.toString());
    started.stdout.on('data', hear);
    started.stderr.on('data', hear);
    const last = (): void => void started.kill('SIGKILL');
    process.once('exit', last);
    started.once('exit', () => process.off('exit', last));
    return started;
  }

  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const address = (): string => `http://127.0.0.1:${port}`;

  async function untilReady(from: number): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    for (;;) {
      if (!running() || Date.now() > deadline) throw new Error(`The product did not get ready:\n${printed.slice(from)}`);
      const found = /Open http:\/\/127\.0\.0\.1:(\d+)/.exec(printed.slice(from))?.[1];
      if (found !== undefined) {
        port = Number(found);
        const ok = await fetch(`${address()}/readyz`).then(
          (answer) => answer.ok,
          () => false,
        );
        if (ok) return;
      }
      await pause(POLL_MS);
    }
  }

  async function redisPid(): Promise<number | undefined> {
    const text = await readFile(join(dataDir, 'redis', 'server.lock'), 'utf8').catch(() => '');
    if (text === '') return undefined;
    const lock = JSON.parse(text) as { readonly server?: { readonly pid: number } | null };
    return lock.server?.pid;
  }

  async function ended(signal: NodeJS.Signals): Promise<number | null> {
    if (!running()) return child.exitCode;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await gone;
    clearTimeout(late);
    return child.exitCode;
  }

  async function trpc<Answer>(path: string, input?: unknown): Promise<Answer> {
    const query = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`;
    const answer = await fetch(`${address()}/api/trpc/${path}${query}`);
    const body = (await answer.json()) as { readonly result?: { readonly data: Answer } };
    if (!answer.ok || body.result === undefined)
      throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(body).slice(0, 500)}`);
    return body.result.data;
  }

  const product: Product = {
    get address() {
      return address();
    },
    dataDir,
    socketPath: join(dataDir, 'redis', 'redis.sock'),
    get pid() {
      return child.pid ?? 0;
    },
    output: () => printed,
    running,
    redisPid,
    async kill9() {
      await ended('SIGKILL');
    },
    async start() {
      const from = printed.length;
      child = launch();
      await untilReady(from);
    },
    stop: () => ended('SIGTERM'),
    async send(events) {
      const answer = await fetch(`${address()}/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${PRODUCT_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify(events),
        signal: AbortSignal.timeout(30_000),
      });
      const body = (await answer.json()) as Record<string, unknown>;
      return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body };
    },
    trpc,
    async settled() {
      const { partitions } = await trpc<{ readonly partitions: number }>('system.status');
      await untilQuiet({ socketPath: product.socketPath }, partitions);
    },
    async [Symbol.asyncDispose]() {
      await ended('SIGTERM');
      const left = await redisPid();
      if (left !== undefined) killIfAlive(left);
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  try {
    await untilReady(0);
  } catch (error) {
    await product[Symbol.asyncDispose]();
    throw error;
  }
  return product;
}

/** Ends a server that a killed app left behind. */
function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
