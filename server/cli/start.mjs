/** `npm start`: gets what is missing, then becomes the app. A second start finds everything there and skips to the app at once. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuild, ensureDependencies, ensureRedis, projectRoot, requireNode, runScript } from './setup.mjs';

await runScript(async () => {
  requireNode();
  await ensureDependencies();
  if (!process.env.REDIS_URL) process.env.REDIS_SERVER_BIN = await ensureRedis();
  await ensureBuild();
  // The app runs in this very process: a signal reaches it once and directly, and its exit code is ours.
  await import(pathToFileURL(join(projectRoot, 'build', 'main.js')).href);
});
