import type { FaultCode } from '#lib/contract/fault.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { Log, LogLevel } from './platform/log.ts';
import type { Commit } from './projector/projector.ts';
import type { RedisAddress } from './redis/client.ts';
import { PublishedContexts } from './definitions/contexts.ts';
import { Definitions } from './definitions/definitions.ts';
import { readerOf } from './emotion/load.ts';
import { loadRules } from './identity/load.ts';
import { systemClock } from './platform/clock.ts';
import { createLog } from './platform/log.ts';
import { Projection } from './projector/projection.ts';
import { connect } from './redis/client.ts';
import { storeFault } from './redis/faults.ts';

/** What the worker is given to begin with. */
export interface ProjectorWork {
  readonly address: RedisAddress;
  readonly partitions: number;
  readonly dataDir: string;
  readonly emotionUrl: string | undefined;
  readonly emotionModel: string | undefined;
  readonly emotionLanguages: readonly string[];
  readonly emotionLimitMs: number;
  readonly identityFile: string | undefined;
  readonly logLevel: LogLevel;
  /** which of so many threads it is: it has every partition whose number leaves this rest */
  readonly share: { readonly index: number; readonly of: number };
}

/** What it is told, and tells: what was committed, that a step failed, that its connection to the store came back. */
export type ToProjector = { readonly wake: readonly number[] } | { readonly stop: true };
export type FromProjector =
  { readonly committed: Commit } | { readonly failed: FaultCode | null } | { readonly reconnected: true } | { readonly stopped: true };

/** A store that goes away while a thread begins is asked again this often. */
const AGAIN_MS = 100;

/** Asks until the store answers: it may be killed while this thread begins, and then it comes back. @throws what is no fault of the store */
async function persistently<Result>(ask: () => Promise<Result>, log: Log): Promise<Result> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (storeFault(error).code !== 'store_unavailable') throw error;
      log.warn({ err: error }, 'the store does not answer a projector that begins');
      await pause(AGAIN_MS);
    }
  }
}

const port = parentPort;
if (port !== null) {
  const work = workerData as ProjectorWork;
  const log = createLog(work.logLevel);
  // A thread that is told to end before it has begun, as while the store is away, has nothing to give back. What it is woken for it finds by itself.
  const early = (message: ToProjector): void => {
    if ('stop' in message) process.exit();
  };
  port.on('message', early);
  const redis = await persistently(() => connect(work.address, (error) => log.warn({ err: error }, 'the store does not answer')), log);
  const tell = (message: FromProjector): void => port.postMessage(message);
  redis.on('ready', () => tell({ reconnected: true }));
  const definitions = new Definitions(redis);
  await persistently(() => definitions.start(), log);
  const projection = new Projection({
    redis,
    partitions: work.partitions,
    mine: (partition) => partition % work.share.of === work.share.index,
    contexts: new PublishedContexts(definitions),
    rules: loadRules(work.identityFile),
    ...(await readerOf(work, {
      clock: systemClock,
      onFault: (fault) => log.warn({ err: fault }, 'texts could not be read: their emotion stays unknown'),
    })),
    log,
    clock: systemClock,
    onCommit: (commit) => tell({ committed: commit }),
    onFailure: (code) => tell({ failed: code ?? null }),
  });
  projection.start();
  port.off('message', early);
  port.on('message', (message: ToProjector) => {
    if ('wake' in message) return projection.wake(message.wake);
    void projection.stop().then(() => {
      definitions.stop();
      redis.destroy();
      tell({ stopped: true });
      port.close();
    });
  });
}
