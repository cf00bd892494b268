import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { Fault } from '#lib/contract/fault.ts';
import { parseConfig } from '#server/config.ts';
import { projectFile } from '#server/platform/files.ts';

/** The sentence with which a start is refused. */
function refusal(env: Record<string, string>): string {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof Fault && error.code === 'bad_config') return error.message;
    throw error;
  }
  return 'accepted';
}

test('with nothing set, the product listens on loopback, keeps its data in ./data and shows the demo', () => {
  expect(parseConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 4070,
    dataDir: resolve('data'),
    redisUrl: undefined,
    redisServerBin: undefined,
    partitions: 8,
    role: 'all',
    lagLimit: 20_000,
    demo: true,
    demoSeed: 1,
    writeKey: undefined,
    journeysDir: projectFile('server/journeys'),
    phoneRegion: 'DE',
    emotion: 'on',
    emotionUrl: undefined,
    emotionModel: undefined,
    emotionLanguages: ['en'],
    emotionLimitMs: 500,
    logLevel: 'info',
  });
});

test('a port that browsers refuse to open stops the start with a sentence', () => {
  expect(refusal({ PORT: '4190' })).toMatch(/PORT.*browsers refuse/);
  expect(refusal({ PORT: '4191' })).toBe('accepted');
});

test('whoever may show pages in a frame is named by origins, and nothing else gets into the policy', () => {
  for (const wrong of ['*', 'crm.example', 'https://crm.example/path', "https://a.example; script-src 'none'", "https://a.example'"])
    expect(refusal({ FRAME_ANCESTORS: wrong })).toMatch(/FRAME_ANCESTORS must be origins/);
});

test('sites are named as browsers name them: nothing is accepted that could never match', () => {
  expect(parseConfig({ BROWSER_ORIGINS: 'https://Shop.example:443,http://till.example:80' }).browserOrigins).toEqual([
    'https://shop.example',
    'http://till.example',
  ]);
  for (const wrong of ['https://shop.example:99999', 'https://???', 'https://shop.example?x', 'https://ann@shop.example'])
    expect(refusal({ BROWSER_ORIGINS: wrong })).toMatch(/BROWSER_ORIGINS must be origins/);
  expect(refusal({ BROWSER_ORIGINS: 'https://*.shop.example' })).toMatch(/BROWSER_ORIGINS must name each site/);
});

test('keys of many sources fit into WRITE_KEY', () => {
  const keys = Array.from({ length: 40 }, (_, index) => `source-${index}:0123456789abcdef0123456789abcdef`).join(',');
  expect(parseConfig({ WRITE_KEY: keys }).writeKey).toBe(keys);
});

test('every variable is taken from the environment', () => {
  const env = {
    HOST: '::1',
    PORT: '0',
    DATA_DIR: '/srv/throughline',
    REDIS_URL: 'rediss://redis.example:6380',
    REDIS_SERVER_BIN: '/opt/redis-server',
    PARTITIONS: '64',
    ROLE: 'projector',
    LAG_LIMIT: '500',
    DEMO: 'off',
    DEMO_SEED: '42',
    WRITE_KEY: 'a-key-of-16-char',
    BROWSER_ORIGINS: 'https://Shop.example, http://127.0.0.1:8080',
    JOURNEYS: '/srv/journeys',
    PHONE_REGION: 'AT',
    EMOTION: 'off',
    EMOTION_URL: 'https://mood.example/read',
    EMOTION_LANGUAGES: 'en, de',
    EMOTION_LIMIT_MS: '250',
    PARTIAL_SEARCH: 'off',
    FRAME_ANCESTORS: 'https://CRM.example, https://desk.example:8443',
    LOG_LEVEL: 'warn',
    PATH: '/bin',
    XDG_CACHE_HOME: '/tmp/cache',
  };
  expect(parseConfig(env)).toEqual({
    host: '::1',
    port: 0,
    dataDir: '/srv/throughline',
    redisUrl: 'rediss://redis.example:6380',
    redisServerBin: '/opt/redis-server',
    partitions: 64,
    role: 'projector',
    lagLimit: 500,
    demo: false,
    demoSeed: 42,
    writeKey: 'a-key-of-16-char',
    browserOrigins: ['https://shop.example', 'http://127.0.0.1:8080'],
    journeysDir: '/srv/journeys',
    phoneRegion: 'AT',
    emotion: 'off',
    emotionUrl: 'https://mood.example/read',
    emotionModel: undefined,
    emotionLanguages: ['en', 'de'],
    emotionLimitMs: 250,
    partialSearch: false,
    frameAncestors: ['https://crm.example', 'https://desk.example:8443'],
    logLevel: 'warn',
    searchPath: '/bin',
    cacheHome: '/tmp/cache',
    allowRemote: false,
  });
});

test('an empty value counts as not set', () => {
  expect(parseConfig({ PORT: '', WRITE_KEY: ' ' })).toMatchObject({ port: 4070, writeKey: undefined });
});

test('the configuration cannot be changed afterwards', () => {
  expect(Object.isFrozen(parseConfig({}))).toBe(true);
});

test.each([
  ['PORT', '65536', 'a whole number from 0 to 65535'],
  ['PORT', '80x', 'a whole number from 0 to 65535'],
  ['PARTITIONS', '0', 'a whole number from 1 to 64'],
  ['PARTITIONS', '65', 'a whole number from 1 to 64'],
  ['LAG_LIMIT', '0', 'a whole number from 1'],
  ['DEMO', 'yes', 'one of on, off'],
  ['DEMO_SEED', '1.5', 'a whole number'],
  ['ROLE', 'api', 'one of all, web, projector'],
  ['LOG_LEVEL', 'loud', 'one of trace'],
  ['PHONE_REGION', 'Germany', 'a country code'],
  ['ALLOW_REMOTE', 'yes', 'one of unsafe-no-accounts-yet'],
])('a wrong %s (%s) stops the start with a sentence that names it, its value and what it must be', (name, value, wanted) => {
  const sentence = refusal({ [name]: value });
  expect(sentence.startsWith(`${name} must be ${wanted}`)).toBe(true);
  expect(sentence).toContain(JSON.stringify(value));
});

test.each([
  ['WRITE_KEY', 'short-key-15chr', 'must have 16'],
  ['REDIS_URL', 'http://user:password@redis', 'must begin with redis://'],
  ['REDIS_URL', 'redis://:password@redis:99999', 'must be an address such as'],
  ['REDIS_URL', 'redis://:password@redis/first', 'must be an address such as'],
  ['REDIS_URL', 'redis://:pass%word@redis', 'must be an address such as'],
])('a wrong %s is refused without repeating the secret', (name, value, wanted) => {
  const sentence = refusal({ [name]: value });
  expect(sentence.startsWith(`${name} ${wanted}`)).toBe(true);
  expect(sentence).not.toContain(value);
});

test.each(['0.0.0.0', '::', '192.168.1.20', 'example.org'])('listening on %s is refused, because there are no accounts yet', (host) => {
  expect(refusal({ HOST: host })).toMatch(/^HOST=.*no accounts yet.*ALLOW_REMOTE=unsafe-no-accounts-yet/);
});

test('remote access works only when it is agreed to in so many words', () => {
  expect(parseConfig({ HOST: '0.0.0.0', ALLOW_REMOTE: 'unsafe-no-accounts-yet' }).host).toBe('0.0.0.0');
});

test('only one thing reads texts in place of the built-in model, in languages that are named by their codes, and none where nothing is read', () => {
  expect(refusal({ EMOTION_URL: 'http://127.0.0.1:1/read', EMOTION_MODEL: '/srv/model' })).toMatch(/Leave one of them out/);
  expect(refusal({ EMOTION_LANGUAGES: 'English' })).toMatch(/EMOTION_LANGUAGES must be codes of languages/);
  expect(parseConfig({ EMOTION_MODEL: '/srv/model', EMOTION_LANGUAGES: 'any' })).toMatchObject({
    emotionModel: '/srv/model',
    emotionLanguages: ['any'],
  });
  expect(parseConfig({ EMOTION: 'off', EMOTION_MODEL: '/srv/model' }).emotionModel).toBeUndefined();
});
