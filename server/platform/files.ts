import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT_NAME = 'throughline';

/**
 * The absolute path of a file that ships with the project, such as `server/redis/scripts/append.lua`.
 * Found from this module upwards, because the working directory is the caller's and the bundle lies deeper than the source did.
 * @param relative path below the project's root
 * @throws Error when no package.json of this project lies above this module
 */
export function projectFile(relative: string): string {
  return join(projectRoot(dirname(fileURLToPath(import.meta.url))), relative);
}

/**
 * Makes a folder, for its owner only, with those above it that are missing. Node's own way (`recursive`) never ends where a folder says that nothing
 * can be found in it, as `/proc` does.
 * @throws what the system says
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return;
  if (!existsSync(dirname(path))) makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Of two processes that start at once one is faster.
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function projectRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (isProject(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder))
      throw new Error(`No package.json of ${PROJECT_NAME} lies above ${start}. Keep build/ inside the project's folder.`);
  }
}

function isProject(manifest: string): boolean {
  if (!existsSync(manifest)) return false;
  const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  return typeof parsed === 'object' && parsed !== null && 'name' in parsed && parsed.name === PROJECT_NAME;
}
