import { parentPort, workerData } from 'node:worker_threads';
import type { IngestAnswer } from '#lib/contract/index.ts';
import type { DemoMark } from './simulator/sender.ts';
import { runDemo } from './simulator/sender.ts';

/** What the worker is given to begin with. */
export interface DemoWork {
  readonly address: string;
  readonly writeKey: string;
  readonly seed: number;
  readonly resumeFrom: DemoMark | null;
}

/** What it tells. A mark waits for `kept` before it goes on. */
export type FromDemo =
  | { readonly progress: readonly [loaded: number, total: number] }
  | { readonly mark: DemoMark }
  | { readonly rejected: IngestAnswer['rejected'] }
  | { readonly stopped: true; readonly error?: string };
export type ToDemo = { readonly kept: true } | { readonly stop: true };

const port = parentPort;
if (port !== null) {
  const work = workerData as DemoWork;
  const abort = new AbortController();
  const waiting: (() => void)[] = [];
  const tell = (message: FromDemo): void => port.postMessage(message);
  port.on('message', (message: ToDemo) => {
    if ('kept' in message) waiting.shift()?.();
    else abort.abort();
  });
  const keep = (mark: DemoMark): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      tell({ mark });
    });
  try {
    await runDemo({
      ...work,
      clock: () => Date.now(),
      signal: abort.signal,
      onProgress: (loaded, total) => tell({ progress: [loaded, total] }),
      onMark: keep,
      onHistoryDone: keep,
      onRejected: (rejected) => tell({ rejected }),
    });
    tell({ stopped: true });
  } catch (error) {
    tell({ stopped: true, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
  port.close();
}
