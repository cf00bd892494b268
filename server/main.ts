import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Fault } from '#lib/contract/index.ts';
import type { SystemStatus } from '#lib/contract/index.ts';
import { startApp } from './app.ts';
import { prepareHandlerEnvironment, readConfig } from './config.ts';
import type { Config } from './config.ts';
import { startDemo } from './demo.ts';
import { systemClock } from './platform/clock.ts';
import { collectWithOneThread } from './platform/collector.ts';
import { projectFile } from './platform/files.ts';
import { createLog } from './platform/log.ts';
import type { Log } from './platform/log.ts';
import { endWithSource } from './platform/piped.ts';
import { knownFault } from './redis/faults.ts';
import { chooseStore } from './store.ts';

type PageHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** A stop that takes longer says so: whoever pressed Ctrl-C would think that it was not heard. */
const SILENT_STOP_MS = 1000;
/** What is closed gets this long: a store that hangs would keep the product from ever ending, and what was accepted is kept without it. */
const CLOSE_MS = 8000;

const say = (words: string): void => void process.stdout.write(`${words}\n`);

function versionOf(): string {
  const file = JSON.parse(readFileSync(projectFile('package.json'), 'utf8')) as { version: string };
  return file.version;
}

/** The pages that were built into `build/`; they are a bundle of their own. */
async function pages(): Promise<PageHandler> {
  prepareHandlerEnvironment();
  const module = (await import(pathToFileURL(join(projectFile('build'), 'handler.js')).href)) as { handler: PageHandler };
  return module.handler;
}

/** Prints progress on one line of a terminal, or now and then in a file. */
function progress(words: string): (loaded: number, total: number) => void {
  let shown = -1;
  return (loaded, total) => {
    const percent = total === 0 ? 0 : Math.floor((100 * loaded) / total);
    if (percent === shown || (!process.stdout.isTTY && percent % 20 !== 0)) return;
    shown = percent;
    process.stdout.write(process.stdout.isTTY ? `\r  ${words} ${percent} %${percent === 100 ? '\n' : ''}` : `  ${words} ${percent} %\n`);
  };
}

/** What becomes of an accepted event when the store crashes. */
const KEPT: Readonly<Record<SystemStatus['durability'], string>> = {
  'fsync-always': 'accepted means fsync-always',
  'fsync-everysec': 'accepted means fsync-everysec, a crash of the store may take the last second',
  none: 'accepted is not fsynced, a crash of the store may take it',
  unknown: 'whether accepted is fsynced the store does not say',
};

/** What a person can act on is said in a sentence; anything else is a fault of ours and shown whole. */
function tell(error: unknown): void {
  const known = knownFault(error);
  const isTheirs = known !== undefined && known.code !== 'internal';
  const words = isTheirs ? known.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`\n${words}\n`);
}

/** Closes one part, and gives up where that takes too long. @throws what closing threw */
async function closeWithin(close: () => Promise<void>, ms: number): Promise<void> {
  const waiting = new AbortController();
  const isLate = pause(ms, true, { signal: waiting.signal }).catch(() => false);
  const done = close().finally(() => waiting.abort());
  if (await Promise.race([done.then(() => false), isLate]))
    throw new Fault(
      'store_unavailable',
      `It was not closed within ${ms / 1000} s: the store does not answer. Nothing that was accepted is lost.`,
    );
}

async function run(config: Config): Promise<void> {
  collectWithOneThread();
  const log = createLog(config.logLevel);
  const closing: (() => Promise<void>)[] = [];
  let stopping = false;
  let mayEndAtOnce = false;
  const stop = async (code: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      mayEndAtOnce = true;
      // Who did not ask for the end was told why it comes.
      if (code === 0)
        say('\n  Stopping as soon as what was begun is written. Once more ends it at once: nothing that was accepted is lost.');
    }, SILENT_STOP_MS).unref();
    for (const close of closing.reverse())
      await closeWithin(close, CLOSE_MS).catch((error: unknown) => log.error({ err: error }, 'closing failed'));
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      // One Ctrl-C may arrive twice: from the terminal, and passed on by npm.
      if (mayEndAtOnce) process.exit(1);
      void stop(0);
    });

  const fail = (error: unknown): void => {
    tell(error);
    void stop(1);
  };
  // What was started before the start failed is stopped again: a refused setting leaves no Redis server behind.
  await serve({ config, log, closing, fail }).catch(fail);
}

/** What a start needs; whatever it starts is put among `closing`. */
interface Start {
  readonly config: Config;
  readonly log: Log;
  readonly closing: (() => Promise<void>)[];
  readonly fail: (fault: Fault) => void;
}

async function serve({ config, log, closing, fail }: Start): Promise<void> {
  const store = await chooseStore(config, log, fail);
  closing.push(() => store.stop());
  const app = await startApp({
    config,
    address: store.address,
    isStoreFull: () => store.isFull(),
    onStoreExchanged: fail,
    clock: systemClock,
    log,
    version: versionOf(),
    projectorProgram: join(projectFile('build'), 'projector-worker.js'),
  });
  closing.push(() => app.close());
  if (config.role === 'projector') return say('Throughline projects. Stop with Ctrl-C.');

  const handler = await pages();
  const http = createServer((request, response) => {
    request.headers['x-forwarded-proto'] ??= 'http';
    if (app.handle(request, response)) return;
    endWithSource(response, (cause) => log.warn({ err: cause }, 'a built file could not be sent'));
    handler(request, response);
  });
  app.attach(http, 'refused');
  await new Promise<void>((resolve, reject) => {
    http.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new Fault(
          'bad_config',
          cause.code === 'EADDRINUSE'
            ? `PORT: ${config.port} is already in use. Choose another: PORT=${config.port === 4071 ? 4072 : 4071} npm start`
            : `HOST, PORT: ${cause.message}`,
          { cause },
        ),
      ),
    );
    http.listen(config.port, config.host, resolve);
  });
  closing.push(async () => {
    http.close();
    http.closeAllConnections();
    return Promise.resolve();
  });
  const bound = http.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : config.port;
  const address = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`;
  if (app.keys.made) say(`\n  Write key (shown once; kept in ${config.dataDir}/write-key):\n  ${app.keys.first}\n`);
  const status = await app.status();
  say(`  Throughline ${status.version} · ${KEPT[status.durability]} · ${config.demo ? 'SYNTHETIC DEMO DATA' : 'no demo data'}`);
  say(`\n  Open ${address}\n`);
  if (config.demo) {
    const program = join(projectFile('build'), 'demo-worker.js');
    const demo = await startDemo({ app, config, address, log, program, onProgress: progress('loading nine weeks of synthetic history') });
    closing.push(() => demo.stop());
  }
}

try {
  await run(readConfig());
} catch (error) {
  tell(error);
  process.exit(1);
}
