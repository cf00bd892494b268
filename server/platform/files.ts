import { existsSync, readFileSync } from 'node:fs';
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
