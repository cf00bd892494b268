/**
 * What has to be there before the product or its tests can run, and how to get it. Plain JavaScript with builtins only: it runs before anything is installed,
 * also on a Node that is too old, so that it can say so.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cachedServer, cacheFolder, HOW_TO_GET_REDIS, locateRedis, serverVersion } from '../redis/locate.mjs';

/** The folder of package.json. */
export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const OLDEST_NODE = [20, 19];
/** Everything the build reads. Journeys and Lua scripts are read when the app starts, but a script belongs to the code that calls it. */
const BUILD_INPUTS = [
  'src',
  'server',
  'static',
  'package.json',
  'package-lock.json',
  'svelte.config.js',
  'vite.config.ts',
  'rolldown.config.mjs',
  'tsconfig.json',
];
const NOT_BUILT = /^server\/journeys\//;
const LOCK_LOOK_MS = 100;
const LOCK_TOUCH_MS = 1000;
/** A lock that nobody has touched for so long is nobody's: its process number may be another's by now. */
const LOCK_STALE_MS = 60_000;

/** A set-up step that failed: the message says what happened and what to do. */
export class SetupFailure extends Error {
  /**
   * @param {string} message
   * @param {{ cause?: unknown }} [options]
   */
  constructor(message, options) {
    super(message, options);
    this.name = 'SetupFailure';
  }
}

/**
 * Runs a script's whole work: prints a set-up failure as its sentence and ends with 1, without a stack that helps nobody.
 * @param {() => Promise<void>} work
 */
export async function runScript(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    console.error(`\n${error.message}\n`);
    process.exit(1);
  }
}

/** @throws {SetupFailure} when this Node is too old */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = OLDEST_NODE;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new SetupFailure(
    `Throughline needs Node ${OLDEST_NODE.join('.')} or newer, but this is ${process.versions.node}. Get one from https://nodejs.org or with nvm install 22.`,
  );
}

/**
 * Installs the packages when they are missing or not those of package-lock.json. Needs some 10 s and the network then, a few ms otherwise.
 * @throws {SetupFailure}
 */
export async function ensureDependencies() {
  const stampPath = join(projectRoot, 'node_modules', '.throughline-stamp');
  const stamp = `${digestOf(['package-lock.json'])} ${process.platform} ${process.arch}`;
  if (readText(stampPath) === stamp) return;
  await alone(projectRoot, async () => {
    if (!installMatchesLock()) {
      await step('Installing packages (npm ci)', () =>
        run(
          npmCommand(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']),
          'Check the network and the npm registry (npm ping), then run the same command again.',
        ),
      );
    }
    writeFileSync(stampPath, stamp);
  });
}

/**
 * Finds a Redis or Valkey server, or fetches Debian's into this user's cache.
 * @returns {Promise<string>} path of the binary
 * @throws {SetupFailure}
 */
export async function ensureRedis() {
  const cacheDir = cacheFolder(process.env);
  const found = locate(cacheDir);
  if (found !== undefined) return found;
  if (!hasApt()) throw new SetupFailure(`No Redis or Valkey server was found on this machine. ${HOW_TO_GET_REDIS}`);
  await step('Fetching a Redis server for this user (apt, about 3 MB)', () => fetchRedis(cacheDir));
  const fetched = locate(cacheDir);
  if (fetched === undefined)
    throw new SetupFailure(`A Redis server was fetched to ${cacheDir}/redis, but does not run on this machine. ${HOW_TO_GET_REDIS}`);
  return fetched;
}

/**
 * Finds a Chromium or Chrome, or installs one: for root with apt-get, else into this user's cache.
 * @returns {Promise<string>} path of the binary
 * @throws {SetupFailure}
 */
export async function ensureChromium() {
  const cached = join(cacheFolder(process.env), 'bin', 'chromium');
  const named = process.env.CHROMIUM_BIN;
  if (named && !isChromium(named)) throw new SetupFailure(`CHROMIUM_BIN=${named} is not a Chromium that runs on this machine.`);
  const candidates = [
    named ?? '',
    ...onPath(['chromium', 'google-chrome', 'google-chrome-stable', 'chrome']),
    ...STANDARD_BROWSERS,
    cached,
  ];
  const found = candidates.find(isChromium);
  if (found !== undefined) return found;
  const advice = 'Install Chromium or Chrome (Debian: apt-get install chromium) or name its path in CHROMIUM_BIN.';
  if (!hasApt()) throw new SetupFailure(`The browser tests found no Chromium. ${advice}`);
  if (userInfo().uid === 0) await step('Installing Chromium (apt-get)', installChromium);
  else await step('Fetching Chromium for this user (apt, about 220 MB)', () => fetchChromium(cached));
  const installed = [...candidates, cached].find(isChromium);
  if (installed === undefined) throw new SetupFailure(`Chromium was installed, but does not run on this machine. ${advice}`);
  return installed;
}

const STANDARD_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * Builds when something the build reads has changed since.
 * @throws {SetupFailure}
 */
export async function ensureBuild() {
  if (isBuilt()) return;
  await alone(projectRoot, async () => {
    if (isBuilt()) return;
    await step('Building (npm run build)', () =>
      run(npmCommand(['run', '--silent', 'build']), 'This is a fault in the sources: the lines above name the file.'),
    );
  });
}

/**
 * Stands for the sources that a build reads, as they are now.
 * @returns {string}
 */
export function sourcesDigest() {
  return digestOf(BUILD_INPUTS);
}

/**
 * Notes which sources the build that is there was made from.
 * @param {string} sources their digest, taken before the build began
 */
export function noteBuild(sources) {
  writeFileSync(join(projectRoot, 'build', '.stamp'), sources);
}

/**
 * Whether the build is there and made from the sources as they are.
 * @returns {boolean}
 */
export function isBuilt() {
  return readText(join(projectRoot, 'build', '.stamp')) === sourcesDigest() && existsSync(join(projectRoot, 'build', 'main.js'));
}

/**
 * Does what only one start at a time may do in a folder: two that install or build there at once break each other's. Another start that is at it is
 * waited for, so look again then whether anything is left to do.
 * @param {string} folder
 * @param {() => Promise<void>} work
 */
export async function alone(folder, work) {
  const path = join(folder, '.setup-lock');
  if (!taken(path)) {
    await step(`Another start (process ${readText(path) || 'unknown'}) sets this folder up; waiting for it`, async () => {
      while (!taken(path)) await pause(LOCK_LOOK_MS);
    });
  }
  // Whoever waits sees by its age that the one who holds it is still at work.
  const touching = setInterval(() => isOwn(path) && utimesSync(path, new Date(), new Date()), LOCK_TOUCH_MS);
  try {
    await work();
  } finally {
    clearInterval(touching);
    if (isOwn(path)) rmSync(path, { force: true });
  }
}

/**
 * A machine that slept may have been taken for dead.
 * @param {string} path
 */
function isOwn(path) {
  return readText(path) === String(process.pid);
}

/**
 * Takes a lock. One that its holder has left behind is renamed away first and compared with what was judged, because another start may have taken it meanwhile.
 * @param {string} path
 * @returns {boolean} false: another start has it
 */
function taken(path) {
  const holder = readText(path);
  if (holder !== undefined && !isHeld(path, holder)) {
    const grave = `${path}.${process.pid}`;
    try {
      renameSync(path, grave);
      if (readText(grave) !== holder) linkSync(grave, path);
    } catch {
      // Somebody was faster.
    }
    rmSync(grave, { force: true });
  }
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    throw new SetupFailure(`${dirname(path)} cannot be written: it must belong to the user who starts Throughline.`, { cause });
  }
}

/**
 * @param {string} path
 * @param {string} holder number of the process that wrote it; empty while it is being written
 */
function isHeld(path, holder) {
  try {
    if (Date.now() - statSync(path).mtimeMs > LOCK_STALE_MS) return false;
    if (holder !== '') process.kill(Number(holder), 0);
    return true;
  } catch (cause) {
    // A process of another user may not be asked, and is there.
    return codeOf(cause) === 'EPERM';
  }
}

/** @param {unknown} cause */
function codeOf(cause) {
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
}

/**
 * Does one step of set-up and prints what it is and how long it took.
 * @template Value
 * @param {string} title
 * @param {() => Promise<Value>} work
 * @returns {Promise<Value>}
 */
export async function step(title, work) {
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const live = process.stdout.isTTY;
  const ticking = live ? setInterval(() => process.stdout.write(`\r  … ${title}  ${seconds()} `), 200) : undefined;
  if (!live) console.log(`  … ${title}`);
  const finish = (/** @type {string} */ mark) => {
    clearInterval(ticking);
    console.log(`${live ? '\r' : ''}  ${mark} ${title}  ${seconds()} `);
  };
  try {
    const value = await work();
    finish('✓');
    return value;
  } catch (error) {
    finish('✗');
    throw error;
  }
}

/**
 * How to call npm: the one that runs this script if there is one, which need not be on PATH.
 * @param {readonly string[]} arguments_
 * @returns {string[]}
 */
function npmCommand(arguments_) {
  const own = process.env.npm_execpath;
  return own !== undefined && /\.c?js$/.test(own) ? [process.execPath, own, ...arguments_] : ['npm', ...arguments_];
}

/**
 * Runs a command in the project quietly; what it said is shown when it fails.
 * @param {readonly string[]} command
 * @param {string} advice what to do when it fails
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<void>}
 */
function run(command, advice, env = process.env) {
  const [program = '', ...arguments_] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, arguments_, { cwd: projectRoot, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const keep = (/** @type {Buffer} */ chunk) => {
      said = (said + chunk.toString()).slice(-8000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (cause) => reject(new SetupFailure(`${program} could not be run: ${cause.message}. ${advice}`, { cause })));
    child.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new SetupFailure(
            `${said.trim()}\n\n\`${[program, ...arguments_].join(' ')}\` failed (${code ?? 'ended by a signal'}). ${advice}`,
          ),
        );
    });
  });
}

/**
 * @param {string} cacheDir
 * @returns {string | undefined}
 */
function locate(cacheDir) {
  try {
    return locateRedis({ bin: process.env.REDIS_SERVER_BIN || undefined, searchPath: process.env.PATH, cacheDir });
  } catch (cause) {
    throw new SetupFailure(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/**
 * Debian and Ubuntu keep the whole server in redis-tools, as redis-check-rdb; the redis-server package would also start a system service.
 * @param {string} cacheDir
 */
async function fetchRedis(cacheDir) {
  const folder = join(cacheDir, 'redis');
  await fetchPackages({ folder, packages: ['redis-tools'], wholeClosure: false, advice: HOW_TO_GET_REDIS });
  const server = join(folder, 'root', 'usr', 'bin', 'redis-server');
  rmSync(server, { force: true });
  symlinkSync('redis-check-rdb', server);
  writeWrapper(cachedServer(cacheDir), [...libraryLines(folder), `exec ${quoted(server)} "$@"`]);
  if (serverVersion(cachedServer(cacheDir)) !== undefined) return;
  // Missing libraries that dpkg believes to be installed: take everything the packages need.
  await fetchPackages({ folder, packages: ['redis-tools'], wholeClosure: true, advice: HOW_TO_GET_REDIS });
}

async function installChromium() {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const advice = 'Install Chromium or Chrome by hand, or name its path in CHROMIUM_BIN.';
  await run(['apt-get', '-qq', 'update'], advice, env);
  await run(['apt-get', '-y', '-qq', '--no-install-recommends', 'install', 'chromium'], advice, env);
}

/**
 * @param {string} launcher
 */
async function fetchChromium(launcher) {
  const folder = join(dirname(dirname(launcher)), 'chromium');
  await fetchPackages({
    folder,
    packages: ['chromium', 'fonts-dejavu-core'],
    wholeClosure: true,
    advice: 'Ask somebody with root to apt-get install chromium, or name a Chromium in CHROMIUM_BIN.',
  });
  const root = join(folder, 'root');
  writeWrapper(launcher, [
    ...libraryLines(folder),
    `[ -e /etc/fonts/fonts.conf ] || { FONTCONFIG_SYSROOT=${quoted(root)}; export FONTCONFIG_SYSROOT; }`,
    // The sandbox helper needs root's ownership, which an unpacked package has not.
    `exec ${quoted(join(root, 'usr', 'lib', 'chromium', 'chromium'))} --no-sandbox "$@"`,
  ]);
}

/**
 * Downloads Debian packages with everything they need and unpacks them below `folder/root`. Changes nothing on the system, needs no root;
 * apt checks the signatures as always.
 * @param {{ folder: string, packages: readonly string[], wholeClosure: boolean, advice: string }} wanted
 *   wholeClosure: also what the system already has (a browser's libraries must fit one another)
 */
async function fetchPackages({ folder, packages, wholeClosure, advice }) {
  for (const part of ['lists/partial', 'apt/archives/partial', 'root']) mkdirSync(join(folder, part), { recursive: true });
  const status = join(folder, 'status');
  writeFileSync(status, '');
  const options = [
    ...['-o', `Dir::State::Lists=${folder}/lists`, '-o', `Dir::Cache=${folder}/apt`, '-o', `APT::Sandbox::User=${userInfo().username}`],
    ...['-o', 'Debug::NoLocking=1', '-o', 'Acquire::Languages=none', ...(wholeClosure ? ['-o', `Dir::State::status=${status}`] : [])],
  ];
  await run(['apt-get', ...options, '-qq', 'update'], `Check the network. ${advice}`);
  await run(
    ['apt-get', ...options, '-y', '-qq', '--no-install-recommends', '--download-only', '--reinstall', 'install', ...packages],
    advice,
  );
  const archives = join(folder, 'apt', 'archives');
  for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    await run(['dpkg', '-x', join(archives, file), join(folder, 'root')], advice);
    rmSync(join(archives, file));
  }
  rmSync(join(folder, 'lists'), { recursive: true, force: true });
}

/**
 * @param {string} path
 * @param {readonly string[]} lines
 */
function writeWrapper(path, lines) {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(fresh, 0o700);
  renameSync(fresh, path);
}

/**
 * Shell lines that make the library folders of an unpacked root known: /usr/lib/<triplet> and, before the merge of /usr, /lib/<triplet>.
 * @param {string} folder
 * @returns {string[]}
 */
function libraryLines(folder) {
  const parents = ['usr/lib', 'lib'].map((part) => join(folder, 'root', part)).filter((parent) => existsSync(parent));
  const libraries = parents.flatMap((parent) =>
    readdirSync(parent)
      .filter((name) => name.includes('-linux-'))
      .map((name) => join(parent, name)),
  );
  return libraries.length === 0 ? [] : [`LD_LIBRARY_PATH=${quoted(libraries.join(':'))}`, 'export LD_LIBRARY_PATH'];
}

/**
 * @param {string} text
 * @returns {string}
 */
function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** @returns {boolean} */
function hasApt() {
  return existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg');
}

/**
 * @param {readonly string[]} names
 * @returns {string[]}
 */
function onPath(names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  return folders.flatMap((folder) => names.map((name) => join(folder, name)));
}

/**
 * @param {string} path
 * @returns {boolean}
 */
function isChromium(path) {
  if (path === '' || !existsSync(path)) return false;
  try {
    return /chrom/i.test(execFileSync(path, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 20_000 }));
  } catch {
    return false;
  }
}

/**
 * True when npm's own note of what it installed has every package of the lock in its version: then somebody ran `npm install` by hand.
 * @returns {boolean}
 */
function installMatchesLock() {
  const [wanted, installed] = ['package-lock.json', 'node_modules/.package-lock.json'].map(packagesIn);
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' ||
      installed[path]?.version === entry.version ||
      (installed[path] === undefined && (entry.optional === true || entry.peer === true)),
  );
}

/**
 * @param {string} path
 * @returns {Record<string, { version?: string, optional?: boolean, peer?: boolean } | undefined> & Record<string, { version?: string, optional?: boolean, peer?: boolean }> | undefined}
 */
function packagesIn(path) {
  const text = readText(join(projectRoot, path));
  return text === undefined ? undefined : JSON.parse(text).packages;
}

/**
 * One hash over the names and contents of files and folders.
 * @param {readonly string[]} inputs paths below the project's root
 * @returns {string}
 */
function digestOf(inputs) {
  const hash = createHash('sha256').update(process.versions.node.split('.')[0] ?? '');
  for (const path of inputs.flatMap(filesBelow)) {
    if (!NOT_BUILT.test(path)) hash.update(`\0${path}\0`).update(readFileSync(join(projectRoot, path)));
  }
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {string[]} files, sorted
 */
function filesBelow(path) {
  const absolute = join(projectRoot, path);
  if (!existsSync(absolute)) return [];
  if (!statSync(absolute).isDirectory()) return [path];
  return readdirSync(absolute)
    .sort()
    .flatMap((name) => filesBelow(`${path}/${name}`));
}

/**
 * @param {string} path
 * @returns {string | undefined}
 */
function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
