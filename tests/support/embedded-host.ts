import process from 'node:process';
import { startEmbedded } from '#server/redis/embedded.ts';

/** An app that does nothing but run the embedded server of the folder in its first argument. Prints where it is, ends on a line from standard input. */
const [, , dataDir = '', bin] = process.argv;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

try {
  const server = await startEmbedded({ dataDir, bin, searchPath: process.env.PATH, cacheHome: process.env.XDG_CACHE_HOME, log: quiet });
  console.log(JSON.stringify({ url: server.url, pid: server.pid, adopted: server.adopted }));
  process.stdin.once('data', () => {
    void server.stop().then(() => process.exit(0));
  });
} catch (error) {
  console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
  process.exitCode = 1;
}
