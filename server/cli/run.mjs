/** `node server/cli/run.mjs <command> ...`: gets what is missing, then becomes build/cli/<command>.js. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuild, ensureDependencies, ensureRedis, isBuilt, projectRoot, requireNode, runScript, SetupFailure } from './setup.mjs';

await runScript(async () => {
  requireNode();
  const [node = process.execPath, , command = '', ...rest] = process.argv;
  await ensureDependencies();
  if (!process.env.REDIS_URL) process.env.REDIS_SERVER_BIN = await ensureRedis();
  const folder = join(projectRoot, 'build', 'cli');
  const script = join(folder, `${command}.js`);
  // A product that runs reads its pages from the build: nobody builds under its feet for a command that is there already.
  // What a command prints may go into a file, as an export does: this goes beside it.
  if (!existsSync(script)) await ensureBuild();
  else if (!isBuilt()) console.error('  (this command was built from earlier sources; npm start builds anew)');
  if (!/^[a-z-]+$/.test(command) || !existsSync(script))
    throw new SetupFailure(`There is no command "${command}". There are: ${commandsIn(folder).join(', ')}.`);
  process.argv = [node, script, ...rest];
  await import(pathToFileURL(script).href);
});

/**
 * @param {string} folder
 * @returns {string[]}
 */
function commandsIn(folder) {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files.filter((name) => name.endsWith('.js')).map((name) => name.slice(0, -'.js'.length));
}
