import type { FaultCode } from '#lib/contract/fault.ts';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { FromProjector, ProjectorWork, ToProjector } from './projector-worker.ts';
import type { Log } from './platform/log.ts';
import type { Commit } from './projector/projector.ts';

/**
 * Memory for short-lived values of one thread, MB: a commit's worth several times over. Four times as much made no event cheaper, and each look
 * through it longer.
 */
const YOUNG_MB = 96;
/** Beyond this, threads wait for the store, and each has packages and definitions of its own in memory. */
const MOST_THREADS = 4;

/** Who is told what the threads do. */
export interface ThreadListener {
  readonly onCommit: (commit: Commit) => void;
  readonly onFailure: (code?: FaultCode) => void;
  /** the connection of a thread to the store came back */
  readonly onReconnect: () => void;
  readonly log: Log;
}

/** What projects: here, or in threads of its own. */
export interface Projecting {
  wake(partitions: Iterable<number>): void;
  stop(): Promise<void>;
}

/** How many threads project: one per core, where there are partitions for them. */
export function threadsFor(partitions: number, cores = availableParallelism()): number {
  return Math.max(1, Math.min(partitions, cores, MOST_THREADS));
}

/** Projects in threads of their own, so that doors and pages do not wait for it. The partitions are dealt out among the threads. */
export function projectInThreads(
  program: string,
  work: Omit<ProjectorWork, 'share'>,
  told: ThreadListener & { readonly threads: number },
): Projecting {
  const { threads, log } = told;
  let stopping = false;
  const wake = (partitions: Iterable<number>, except = -1): void => {
    const shares = Array.from({ length: threads }, (): number[] => []);
    for (const partition of partitions) shares[partition % threads]?.push(partition);
    shares.forEach((share, i) => {
      if (share.length > 0 && i !== except) workers[i]?.worker.postMessage({ wake: share } satisfies ToProjector);
    });
  };
  const workers = Array.from({ length: threads }, (_, index) => {
    const workerData: ProjectorWork = { ...work, share: { index, of: threads } };
    const worker = new Worker(program, { workerData, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    const ended = new Promise<void>((resolve) => worker.on('exit', () => resolve()));
    worker.on('message', (message: FromProjector) => {
      if ('failed' in message) told.onFailure(message.failed ?? undefined);
      if ('reconnected' in message) told.onReconnect();
      if (!('committed' in message)) return;
      told.onCommit(message.committed);
      wake(message.committed.told, index);
    });
    // Nothing is lost: what was not committed is still in the log. A new process begins from there.
    worker.on('error', (error) => {
      log.fatal({ err: error }, 'the projector ended');
      if (!stopping) throw error;
    });
    return { worker, ended };
  });
  return {
    wake: (partitions) => wake(partitions),
    async stop() {
      stopping = true;
      for (const { worker } of workers) worker.postMessage({ stop: true } satisfies ToProjector);
      await Promise.all(workers.map(({ ended }) => ended));
    },
  };
}
