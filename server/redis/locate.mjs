/**
 * Where a Redis or Valkey server binary lies on this machine. Plain JavaScript with builtins only: set-up uses it before anything is installed.
 */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';

const STANDARD_FOLDERS = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];
const SERVER_NAMES = ['valkey-server', 'redis-server'];

/** What to tell a person on whose machine no server was found. */
export const HOW_TO_GET_REDIS =
  'Install one (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis; Docker: docker run -p 6379:6379 redis:7 and REDIS_URL=redis://127.0.0.1:6379), or name its path in REDIS_SERVER_BIN.';

/**
 * Our own per-user cache folder. Falls back to a folder below the temporary one where the user has no home that can be written.
 * @param {{ XDG_CACHE_HOME?: string | undefined }} [env]
 * @returns {string}
 */
export function cacheFolder(env = {}) {
  const wanted = env.XDG_CACHE_HOME ? join(env.XDG_CACHE_HOME, 'throughline') : join(homedir(), '.cache', 'throughline');
  try {
    mkdirSync(wanted, { recursive: true });
    accessSync(wanted, constants.W_OK);
    return wanted;
  } catch {
    return ownTemporaryFolder();
  }
}

/**
 * A 0700 folder of this user below the temporary folder. Refuses one that somebody else made: what lies in it is run.
 * @returns {string}
 * @throws {Error} when the folder belongs to another user
 */
export function ownTemporaryFolder() {
  const { uid } = userInfo();
  const folder = join(tmpdir(), `throughline-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (uid >= 0 && statSync(folder).uid !== uid)
    throw new Error(`${folder} belongs to another user. Remove it, or set XDG_CACHE_HOME to a folder of your own.`);
  return folder;
}

/**
 * What a binary says it is.
 * @param {string} path
 * @returns {string | undefined} its version line, or nothing when it is missing, does not run, or is no Redis or Valkey server
 */
export function serverVersion(path) {
  try {
    const line = execFileSync(path, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000 });
    return /\b(redis|valkey) server v=/i.test(line) ? line.trim() : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The server binary to run: the named one, else PATH, the standard folders, our cache, and last Debian's redis-tools,
 * which hold the whole server under the name redis-check-rdb (it serves when it is called redis-server).
 * @param {{ bin?: string | undefined, searchPath?: string | undefined, cacheDir?: string | undefined }} [options]
 *   bin: REDIS_SERVER_BIN; searchPath: PATH; cacheDir: see `cacheFolder`
 * @returns {string | undefined} an absolute path, or nothing when this machine has none
 * @throws {Error} when `bin` is named but is no server
 */
export function locateRedis(options = {}) {
  if (options.bin !== undefined) {
    if (serverVersion(options.bin) !== undefined) return options.bin;
    throw new Error(`REDIS_SERVER_BIN=${options.bin} is not a Redis or Valkey server that runs on this machine. ${HOW_TO_GET_REDIS}`);
  }
  const folders = [
    ...new Set([...(options.searchPath ?? '').split(delimiter).filter((folder) => folder.startsWith('/')), ...STANDARD_FOLDERS]),
  ];
  const cacheDir = options.cacheDir ?? cacheFolder();
  const named = folders.flatMap((folder) => SERVER_NAMES.map((name) => join(folder, name)));
  const found = [...named, cachedServer(cacheDir)].find((path) => exists(path) && serverVersion(path) !== undefined);
  return found ?? borrowFromTools(folders, cacheDir);
}

/**
 * The place of the server in our cache: a link, or a small script that sets the library path.
 * @param {string} cacheDir
 * @returns {string}
 */
export function cachedServer(cacheDir) {
  return join(cacheDir, 'bin', 'redis-server');
}

/**
 * @param {readonly string[]} folders
 * @param {string} cacheDir
 * @returns {string | undefined}
 */
function borrowFromTools(folders, cacheDir) {
  const tool = folders.map((folder) => join(folder, 'redis-check-rdb')).find(exists);
  if (tool === undefined) return undefined;
  const link = cachedServer(cacheDir);
  mkdirSync(join(cacheDir, 'bin'), { recursive: true, mode: 0o700 });
  const fresh = `${link}.${process.pid}`;
  rmSync(fresh, { force: true });
  symlinkSync(tool, fresh);
  renameSync(fresh, link);
  return serverVersion(link) === undefined ? undefined : link;
}

/**
 * @param {string} path
 * @returns {boolean}
 */
function exists(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
