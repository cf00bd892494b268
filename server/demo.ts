import type { DemoMark } from '#server/simulator/sender.ts';
import type { App } from './app.ts';
import type { Config } from './config.ts';
import type { Clock } from './platform/clock.ts';
import type { Log } from './platform/log.ts';
import { keys } from './redis/keys.ts';
import { runDemo } from './simulator/sender.ts';

const FIELD = 'mark';

export interface DemoOptions {
  readonly app: App;
  readonly config: Config;
  readonly address: string;
  readonly clock: Clock;
  readonly log: Log;
  /** told how much of the history is in */
  readonly onProgress: (loaded: number, total: number) => void;
}

/** Runs the synthetic demo against the public door. Its place is kept in the store, so a second start goes on where the first was. */
export function startDemo(options: DemoOptions): { stop(): Promise<void> } {
  const { app, config, log } = options;
  const abort = new AbortController();
  const key = keys.demo();
  const keep = async (mark: DemoMark): Promise<void> => {
    await app.redis.hSet(key, FIELD, JSON.stringify(mark));
  };
  const show = (loaded: number, total: number): void => {
    app.setDemo({ on: true, loaded, total });
    options.onProgress(loaded, total);
  };
  async function run(): Promise<void> {
    const kept = await app.redis.hGet(key, FIELD);
    const mark = kept === null || kept === undefined ? null : (JSON.parse(kept) as DemoMark);
    app.setDemo({ on: true, loaded: mark?.sent ?? 0, total: mark?.total ?? 0 });
    await runDemo({
      address: options.address,
      writeKey: app.keys.first,
      seed: config.demoSeed,
      clock: options.clock,
      signal: abort.signal,
      resumeFrom: mark,
      onProgress: show,
      onMark: keep,
      onHistoryDone: keep,
      onRejected: (rejected) => log.warn({ count: rejected.length, code: rejected[0]?.code, field: rejected[0]?.field }, 'the door refused demo events'),
    });
  }
  const running = run().catch((error: unknown) => {
    if (!abort.signal.aborted) log.error({ err: error }, 'the demo stopped');
  });
  return {
    async stop() {
      abort.abort();
      await running;
    },
  };
}
