import type { Fault } from '#lib/contract/index.ts';
import type { Config } from './config.ts';
import type { Log } from './platform/log.ts';
import type { RedisAddress } from './redis/client.ts';
import { startEmbedded } from './redis/embedded.ts';

export interface ChosenStore {
  readonly address: RedisAddress;
  /** Whether it is known to have no room: it is away until there is some. */
  isFull(): boolean;
  /** Ends what was started for it; a store that others run goes on. */
  stop(): Promise<void>;
}

/** The store that the configuration names; where it names none, a private one in the data folder, which is started. @throws Fault with what to do */
export async function chooseStore(config: Config, log: Log, onGiveUp?: (fault: Fault) => void): Promise<ChosenStore> {
  const { redisUrl, dataDir, redisServerBin: bin, searchPath, cacheHome } = config;
  if (redisUrl !== undefined) return { address: { url: redisUrl }, isFull: () => false, stop: () => Promise.resolve() };
  const embedded = await startEmbedded({ dataDir, bin, searchPath, cacheHome, log, ...(onGiveUp && { onGiveUp }) });
  return { address: { socketPath: embedded.socketPath }, isFull: () => embedded.full, stop: () => embedded.stop() };
}
