import { Worker } from 'node:worker_threads';
import type { App } from './app.ts';
import type { Config } from './config.ts';
import type { DemoWork, FromDemo, ToDemo } from './demo-worker.ts';
import type { Log } from './platform/log.ts';
import type { DemoMark } from './simulator/sender.ts';
import { keys } from './redis/keys.ts';
import { DEMO_FUNNELS } from './simulator/funnels.ts';

const FIELD = 'mark';

export interface DemoOptions {
  readonly app: App;
  readonly config: Config;
  readonly address: string;
  readonly log: Log;
  /** the worker's program: built, or as the development server loads it */
  readonly program: string | URL;
  /** told how much of the history is in */
  readonly onProgress: (loaded: number, total: number) => void;
}

/**
 * Runs the synthetic demo against the public door, in a thread of its own so that the pages stay quick while history is told.
 * Its place is kept in the store: a second start goes on where the first was.
 */
export async function startDemo(options: DemoOptions): Promise<{ stop(): Promise<void> }> {
  const { app, config, log } = options;
  // Before any history: they are counted as it comes, and nothing has to be folded again.
  await app.offerFunnels(DEMO_FUNNELS);
  const kept = await app.redis.hGet(keys.demo(), FIELD);
  const resumeFrom = kept === null || kept === undefined ? null : (JSON.parse(kept) as DemoMark);
  app.setDemo({ on: true, loaded: resumeFrom?.sent ?? 0, total: resumeFrom?.total ?? 0 });
  const work: DemoWork = { address: options.address, writeKey: app.keys.first, seed: config.demoSeed, resumeFrom };
  const worker = new Worker(options.program, { workerData: work });
  const tell = (message: ToDemo): void => worker.postMessage(message);
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', () => resolve());
    worker.on('error', (error) => log.error({ err: error }, 'the demo stopped'));
  });
  worker.on('message', (message: FromDemo) => {
    if ('progress' in message) {
      app.setDemo({ on: true, loaded: message.progress[0], total: message.progress[1] });
      options.onProgress(...message.progress);
    } else if ('mark' in message) {
      const keep = app.redis.hSet(keys.demo(), FIELD, JSON.stringify(message.mark));
      void keep.catch((error: unknown) => log.warn({ err: error }, 'the place of the demo was not kept')).then(() => tell({ kept: true }));
    } else if ('rejected' in message) {
      const [first] = message.rejected;
      log.warn({ count: message.rejected.length, code: first?.code, field: first?.field }, 'the door refused demo events');
    } else if (message.error !== undefined) log.error({ reason: message.error }, 'the demo stopped');
  });
  return {
    async stop() {
      tell({ stop: true });
      await ended;
    },
  };
}
