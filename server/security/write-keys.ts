import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, linkSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '#lib/contract/fault.ts';
import { makeFolder } from '#server/platform/files.ts';

/** The keys that senders of events show, and the sources they stand for. */
export interface WriteKeys {
  /** the first key, for senders inside this program; secret */
  readonly first: string;
  /** true when the first key was made by this very start: the caller prints it, once */
  readonly made: boolean;
  /**
   * The source a key stands for. Takes the same time whichever key is wrong and wherever.
   * @param asked how the sender names itself; a key with a name of its own keeps its senders inside that name (`shop/till-3`), so that
   *   nobody can pass for another source and drop its events as duplicates
   * @returns undefined where the key is unknown
   */
  sourceOf(key: string, asked?: string): string | undefined;
  /**
   * The source of a sender by what a key is called, where the key itself is no longer at hand.
   * @param name the key's own name; undefined: it has none
   */
  sourceInside(name: string | undefined, asked: string): string;
  /** Whether the key has a name of its own. */
  isNamed(key: string): boolean;
  /** Whether the key may stand in a web page: it only sends, and only by the calls that pages use. */
  isBrowser(key: string): boolean;
}

/** How write keys are set up. */
export interface WriteKeyOptions {
  /** WRITE_KEY: one key, or `name:key` pairs separated by commas; undefined: one is made and kept */
  readonly configured?: string | undefined;
  /** folder in which a made key is kept, mode 0600 */
  readonly dataDir: string;
  /** source of a key without name; default `default` */
  readonly defaultSource?: string;
  /** told in a sentence where other users of the machine could read the kept key */
  readonly onReadable?: (words: string) => void;
}

interface Entry {
  readonly digest: Buffer;
  readonly name: string | undefined;
}

const KEY_FILE = 'write-key';
const SHORTEST_KEY = 16;
const KEY = /^[\x21-\x39\x3b-\x7e]+$/;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export { isSourceName } from '#lib/contract/source-name.ts';

/**
 * Reads the configured write keys, or the kept one, or makes and keeps one.
 * @throws Fault `bad_config` for a key that is too short or holds a colon, and for a name or a key used twice
 */
export function createWriteKeys(options: WriteKeyOptions): WriteKeys {
  const own = options.configured === undefined ? keptKey(options.dataDir) : undefined;
  if (own !== undefined) keepPrivate(join(options.dataDir, KEY_FILE), options.onReadable);
  const pairs = own === undefined ? parsePairs(options.configured ?? '') : [{ name: undefined, key: own.key }];
  const [firstPair] = pairs;
  if (firstPair === undefined) throw new Fault('bad_config', 'WRITE_KEY must hold at least one key.');
  const entries: readonly Entry[] = pairs.map(({ name, key }) => ({ name, digest: digestOf(key) }));
  const names: ReadonlySet<string> = new Set(entries.flatMap(({ name }) => name ?? []));
  const defaultSource = options.defaultSource ?? 'default';
  const sourceInside = (name: string | undefined, asked: string): string => {
    if (name !== undefined) return asked === name ? name : `${name}/${asked}`;
    return names.has(asked) ? `${defaultSource}/${asked}` : asked;
  };
  return {
    first: firstPair.key,
    made: own?.made ?? false,
    isBrowser: () => false,
    isNamed: (key) => find(entries, key)?.name !== undefined,
    sourceOf(key, asked) {
      const entry = find(entries, key);
      if (entry === undefined) return undefined;
      return asked === undefined ? (entry.name ?? defaultSource) : sourceInside(entry.name, asked);
    },
    sourceInside,
  };
}

/** Compares with every key, whether or not one has matched already. */
function find(entries: readonly Entry[], key: string): Entry | undefined {
  const digest = digestOf(key);
  let found: Entry | undefined;
  for (const entry of entries) if (timingSafeEqual(entry.digest, digest)) found = entry;
  return found;
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function parsePairs(configured: string): readonly { readonly name: string | undefined; readonly key: string }[] {
  const names = new Set<string>();
  /** key -> whose it is, in words */
  const owners = new Map<string, string>();
  return configured.split(',').map((part) => {
    const pair = part.trim();
    const colon = pair.indexOf(':');
    const name = colon === -1 ? undefined : pair.slice(0, colon).trim();
    const key = pair.slice(colon + 1).trim();
    if (key.length < SHORTEST_KEY || !KEY.test(key))
      throw new Fault(
        'bad_config',
        `WRITE_KEY must have at least ${SHORTEST_KEY} visible ASCII characters per key, without colon, comma or space.`,
      );
    if (name !== undefined && (!NAME.test(name) || names.has(name)))
      throw new Fault('bad_config', 'WRITE_KEY must give each key a name of its own, made of letters, digits, dot, dash and underscore.');
    const owner = name === undefined ? 'a key without name' : `"${name}"`;
    const other = owners.get(key);
    if (other !== undefined)
      throw new Fault('bad_config', `WRITE_KEY gives ${other} and ${owner} the same key. Each needs one of its own.`);
    owners.set(key, owner);
    if (name !== undefined) names.add(name);
    return { name, key };
  });
}

/** The key kept in the data folder, made on the first start. @throws Fault `bad_config` where the folder cannot be used for it */
function keptKey(dataDir: string): { readonly key: string; readonly made: boolean } {
  const path = join(dataDir, KEY_FILE);
  try {
    return keptAt(path, dataDir);
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    const reason = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    throw new Fault(
      'bad_config',
      `The write key cannot be kept in ${path}${reason}. DATA_DIR must be a folder that the user who starts the app may write; or set WRITE_KEY.`,
      { cause },
    );
  }
}

/** The link is atomic: of two processes starting at once, one makes the key and both use it. */
function keptAt(path: string, dataDir: string): { readonly key: string; readonly made: boolean } {
  const kept = readKept(path);
  if (kept !== undefined) return { key: kept, made: false };
  makeFolder(dataDir);
  const key = `wk_${randomBytes(4).toString('hex')}_${randomBytes(32).toString('base64url')}`;
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, `${key}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(draft, path);
    return { key, made: true };
  } catch (error) {
    const other = readKept(path);
    if (other === undefined) throw error;
    return { key: other, made: false };
  } finally {
    unlinkSync(draft);
  }
}

/** A key that was copied or restored may have become readable for others: it is theirs no longer, and that it was is said. */
function keepPrivate(path: string, tell: WriteKeyOptions['onReadable']): void {
  if (process.platform === 'win32' || (statSync(path).mode & 0o077) === 0) return;
  let now = 'It is for its owner only from now on';
  try {
    chmodSync(path, 0o600);
  } catch {
    now = 'It still can be, because its mode cannot be changed';
  }
  tell?.(`${path} could be read by other users of this machine. ${now}. Delete the file and start again to have a new key made.`);
}

function readKept(path: string): string | undefined {
  let content: string;
  try {
    content = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  if (content.length >= SHORTEST_KEY && KEY.test(content)) return content;
  throw new Fault('bad_config', `${path} does not hold a write key. Delete the file to have a new one made, or set WRITE_KEY.`);
}
