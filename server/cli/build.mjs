/** `npm run build`: builds the pages and the programs, and notes beside them which sources they were made from. */
import { spawnSync } from 'node:child_process';
import { noteBuild, projectRoot, sourcesDigest } from './setup.mjs';

// What is changed while this runs may or may not be in it: then it counts as made from earlier sources.
const sources = sourcesDigest();
for (const command of ['vite build', 'rolldown -c rolldown.config.mjs']) {
  const { status } = spawnSync(command, { cwd: projectRoot, shell: true, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
noteBuild(sources);
