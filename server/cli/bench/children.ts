import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Config } from '#server/config.ts';
import { Fault } from '#lib/contract/index.ts';
import type { SendOrder, SendResult } from './generator.ts';

/** What `npm start` tells Node about its garbage collector (docs/adr/0058, 0067, 0073). */
export const NODE_FLAGS = [
  '--no-parallel-scavenge',
  '--no-concurrent-sweeping',
  '--no-parallel-compaction',
  '--no-parallel-pointer-update',
  '--concurrent-marking-max-worker-num=1',
  '--no-minor-gc-task',
  '--max-semi-space-size=64',
];

const READY_WITHIN_MS = 30_000;
const ENDS_WITHIN_MS = 8000;

/** A process that this one started, and ends. */
export interface Child {
  readonly pid: number;
  /** SIGTERM, then SIGKILL; resolves when it is gone */
  end(): Promise<void>;
}

/** Where processes are started from, and what they are given. */
export interface Nursery {
  readonly config: Config;
  /** folder of everything the run keeps */
  readonly folder: string;
  /** the built product */
  readonly mainScript: string;
  /** the built bench */
  readonly benchScript: string;
  readonly redisUrl: string;
  readonly writeKey: string;
  /** write CPU profiles of the product's processes here; null: do not */
  readonly profileFolder: string | null;
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
  await gone;
  clearTimeout(timer);
}

/** A parent that goes away takes its children along. */
function keptBy(child: ChildProcess): Child {
  const last = (): void => void child.kill('SIGKILL');
  process.once('exit', last);
  child.once('exit', () => process.off('exit', last));
  return { pid: child.pid ?? 0, end: () => endChild(child) };
}

/** Resolves with what the pattern found in a process's output. @throws Fault when the process ends or keeps silent */
function said(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let output = '';
    const give = (why: string): void => reject(new Fault('not_ready', `The product ${why}. It said:\n${output.slice(-2000)}`));
    const timer = setTimeout(() => give('did not start in time'), READY_WITHIN_MS);
    const look = (part: Buffer): void => {
      output = (output + part.toString()).slice(-20_000);
      const found = pattern.exec(output);
      if (found === null) return;
      clearTimeout(timer);
      resolve(found);
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('exit', () => {
      clearTimeout(timer);
      give('ended');
    });
  });
}

/** A process of the product in one role. `address` is empty for a projector. */
export interface ProductProcess extends Child {
  readonly role: Config['role'];
  readonly address: string;
}

/** Starts a process of the product on the bench's store; resolves when it says it is ready. */
export async function startProduct(nursery: Nursery, role: Config['role']): Promise<ProductProcess> {
  const { config, folder, redisUrl, writeKey, profileFolder } = nursery;
  const profile = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${join(profileFolder, role)}`];
  const env = {
    PATH: config.searchPath,
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: join(folder, 'data'),
    REDIS_URL: redisUrl,
    ROLE: role,
    PARTITIONS: String(config.partitions),
    DEMO: 'off',
    WRITE_KEY: writeKey,
    JOURNEYS: config.journeysDir,
    LOG_LEVEL: 'warn',
  };
  const child = spawn(process.execPath, [...NODE_FLAGS, ...profile, nursery.mainScript], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const kept = keptBy(child);
  try {
    const found = await said(child, role === 'projector' ? /Throughline projects/ : /Open (http:\S+)/);
    return { ...kept, role, address: found[1] ?? '' };
  } catch (error) {
    await kept.end();
    throw error;
  }
}

/** The process that sends events: not this one, so that what is measured has a client of its own. */
export interface Sender extends Child {
  send(order: SendOrder): Promise<SendResult>;
}

/** Starts the sending process. */
export async function startSender(nursery: Nursery): Promise<Sender> {
  const child = fork(nursery.benchScript, ['send'], {
    env: { PATH: nursery.config.searchPath },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const kept = keptBy(child);
  await once(child, 'message');
  return {
    ...kept,
    send: (order) =>
      new Promise((resolve, reject) => {
        const ended = (): void => reject(new Fault('internal', 'The sending process ended.'));
        child.once('exit', ended);
        child.once('message', (answer: { readonly result?: SendResult; readonly error?: string }) => {
          child.off('exit', ended);
          if (answer.result === undefined) reject(new Fault('internal', `The sending process failed: ${answer.error ?? '?'}`));
          else resolve(answer.result);
        });
        child.send(order);
      }),
  };
}
