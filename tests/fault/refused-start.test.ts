import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFile } from '#server/platform/files.ts';
import { connect } from '#server/redis/client.ts';
import { startTestRedis } from '../support/redis.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'throughline-refused-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts the built product once and waits for its end. */
async function start(env: Readonly<Record<string, string>>): Promise<{ readonly code: number | null; readonly said: string }> {
  const { PATH = '', HOME = '', REDIS_SERVER_BIN } = process.env;
  const child = spawn(process.execPath, [projectFile('build/main.js')], {
    env: {
      ...(REDIS_SERVER_BIN === undefined ? {} : { REDIS_SERVER_BIN }),
      ...{ PATH, HOME, DEMO: 'off', LOG_LEVEL: 'fatal', PORT: '0', DATA_DIR: join(folder, 'data') },
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => void (said += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, said })));
}

/** Whether the Redis server that the data folder names is still running. */
async function leftBehind(): Promise<boolean> {
  const text = await readFile(join(folder, 'data', 'redis', 'server.lock'), 'utf8').catch(() => '');
  const pid = text === '' ? undefined : (JSON.parse(text) as { readonly server?: { readonly pid: number } | null }).server?.pid;
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a start with identity rules that cannot be', () => {
  it('is refused with file, line and field, and leaves no Redis server behind', async () => {
    const rules = join(folder, 'rules.yaml');
    await writeFile(rules, 'limits:\n  email: {most: 0}\ncolour: red\n');
    const { code, said } = await start({ IDENTITY: rules });
    expect(code).toBe(1);
    expect(said).toContain('rules.yaml:2: limits.email.most ');
    expect(said).toContain('rules.yaml:3: colour is not known here');
    expect(await leftBehind()).toBe(false);
  });

  it('is refused on a store that was made with others, with what to do', async () => {
    const [first, other] = [join(folder, 'first.yaml'), join(folder, 'other.yaml')];
    await writeFile(first, 'limits:\n  email: {most: 2}\n');
    await writeFile(other, 'limits:\n  email: {most: 3}\n');
    // The port is taken by nobody who is there: the store is made, then the start fails for another reason.
    const made = await start({ IDENTITY: first, HOST: '192.0.2.1', ALLOW_REMOTE: 'unsafe-no-accounts-yet' });
    expect(made.said).toContain('HOST, PORT:');
    const refused = await start({ IDENTITY: other });
    expect([refused.code, await leftBehind()]).toEqual([1, false]);
    expect(refused.said).toContain(
      'settled when a store is made, and this store was made with others. Use these again, or another DATA_DIR',
    );
  });
});

describe('a start on a Redis of the operator’s', () => {
  it('ends with the address, and without its password, where nobody answers', async () => {
    const { code, said } = await start({ REDIS_URL: 'redis://:hidden-word@127.0.0.1:1' });
    expect(code).toBe(1);
    expect(said.trim()).toBe(
      'The store does not answer at redis://127.0.0.1:1 (connect ECONNREFUSED 127.0.0.1:1). Is the Redis server running?',
    );
  });

  it('ends where it is not let in, where that Redis is a replica, or where that Redis would forget customers when it is full', async () => {
    await using server = await startTestRedis();
    const own = await connect({ socketPath: server.socketPath });
    await own.configSet({ maxmemory: '100mb', 'maxmemory-policy': 'allkeys-lru' });
    const forgetful = await start({ REDIS_URL: server.url });
    expect([forgetful.code, forgetful.said]).toEqual([
      1,
      expect.stringContaining('(maxmemory-policy allkeys-lru). Set maxmemory-policy noeviction'),
    ]);

    await own.sendCommand(['REPLICAOF', '192.0.2.1', '6379']);
    const replica = await start({ REDIS_URL: server.url });
    expect([replica.code, replica.said]).toEqual([1, expect.stringContaining('is a replica of 192.0.2.1:6379')]);
    await own.sendCommand(['REPLICAOF', 'NO', 'ONE']);

    await own.configSet('requirepass', 'another-word');
    const refused = await start({ REDIS_URL: server.url });
    expect([refused.code, refused.said]).toEqual([1, expect.stringMatching(/does not let us in: NOAUTH/)]);
    own.destroy();
  });
});

describe('a start with a country that does not exist', () => {
  it('is refused: no number without a country code could be read', async () => {
    const { code, said } = await start({ PHONE_REGION: 'UK' });
    expect([code, await leftBehind()]).toEqual([1, false]);
    expect(said).toContain('PHONE_REGION must be the ISO code of a country, such as DE or GB, but is "UK"');
  });
});

describe('a start with a data folder in which nothing can be made', () => {
  it.runIf(process.platform === 'linux').each(['/proc', '/proc/nowhere/deep'])('is refused with a sentence: %s', async (dataDir) => {
    const own = await start({ DATA_DIR: dataDir });
    expect([own.code, own.said]).toEqual([1, expect.stringContaining(`DATA_DIR=${dataDir} cannot be used as the data folder`)]);
    await using server = await startTestRedis();
    const { code, said } = await start({ DATA_DIR: dataDir, REDIS_URL: server.url });
    expect([code, said]).toEqual([
      1,
      expect.stringContaining(`The write key cannot be kept in ${dataDir}/write-key (ENOENT). DATA_DIR must be a folder`),
    ]);
  });
});
