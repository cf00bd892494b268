import { resolve } from 'node:path';
import { z } from 'zod';
import { Fault } from '#lib/contract/fault.ts';
import { projectFile } from './platform/files.ts';
import { LOG_LEVELS } from './platform/log.ts';

const LOOPBACK_HOSTS: readonly string[] = ['127.0.0.1', '::1', 'localhost'];
const REMOTE_CONSENT = 'unsafe-no-accounts-yet';
const SHORTEST_WRITE_KEY = 16;
/** characters of all keys with their names together */
const LONGEST_WRITE_KEYS = 4096;

const wholeNumber = (from: number, to: number) => {
  const sentence = `must be a whole number from ${from} to ${to}`;
  return z
    .string()
    .regex(/^-?\d{1,15}$/, sentence)
    .transform(Number)
    .pipe(z.number().min(from, sentence).max(to, sentence));
};
const oneOf = <const Values extends readonly [string, ...string[]]>(...values: Values) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });
const ORIGIN = /^https?:\/\/[^\s,;/'"]+$/i;
const isOrigin = (text: string): boolean => ORIGIN.test(text) && URL.canParse(text) && new URL(text).href === `${new URL(text).origin}/`;
const ORIGINS = 'must be origins such as https://shop.example, separated by commas, without a path';
/** As browsers write them: lower case, without the port that goes without saying. */
const origins = z
  .string()
  .transform((value) => value.split(',').map((origin) => origin.trim()))
  .refine((all) => all.every(isOrigin), ORIGINS)
  .transform((all) => all.map((origin) => new URL(origin).origin));
const path = z.string().transform((value) => resolve(value));

/** Ports below 32768 and above 1023 that the Fetch standard blocks ("bad port"): no page would ever load from there. */
const BLOCKED_PORTS: ReadonlySet<number> = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10_080,
]);

/** One line per variable: what it may be, and what it is when it is not set. */
const environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535)
    .refine((port) => !BLOCKED_PORTS.has(port), 'is a port that browsers refuse to open; take another, such as 4070')
    .default(4070),
  ALLOW_REMOTE: oneOf(REMOTE_CONSENT).optional(),
  DATA_DIR: path.default(() => resolve('data')),
  REDIS_URL: z
    .string()
    .regex(/^(rediss?|unix):\/\/./, 'must begin with redis://, rediss:// or unix://')
    .refine(isStoreAddress, 'must be an address such as redis://name:password@host:6379/0; write signs of the password as %-codes')
    .optional(),
  REDIS_SERVER_BIN: path.optional(),
  PARTITIONS: wholeNumber(1, 64).default(8),
  ROLE: oneOf('all', 'web', 'projector').default('all'),
  LAG_LIMIT: wholeNumber(1, 10_000_000).default(20_000),
  DEMO: oneOf('on', 'off').default('on'),
  DEMO_SEED: wholeNumber(0, 4_294_967_295).default(1),
  WRITE_KEY: z
    .string()
    .regex(
      new RegExp(`^[\\x21-\\x7e]{${SHORTEST_WRITE_KEY},${LONGEST_WRITE_KEYS}}$`),
      `must have ${SHORTEST_WRITE_KEY} to ${LONGEST_WRITE_KEYS} visible ASCII characters and no spaces`,
    )
    .optional(),
  BROWSER_ORIGINS: origins
    .refine((all) => !all.some((origin) => origin.includes('*')), 'must name each site by itself, without *')
    .optional(),
  FRAME_ANCESTORS: origins.optional(),
  JOURNEYS: path.default(() => projectFile('server/journeys')),
  IDENTITY: path.optional(),
  EMOTION: oneOf('on', 'off').default('on'),
  EMOTION_URL: z.url({ protocol: /^https?$/, error: 'must be the http or https address of a service that reads texts' }).optional(),
  EMOTION_MODEL: path.optional(),
  EMOTION_LANGUAGES: z
    .string()
    .regex(/^(any|[a-z]{2,3}(\s*,\s*[a-z]{2,3})*)$/, 'must be codes of languages such as en,de, or any')
    .transform((value) => value.split(',').map((code) => code.trim()))
    .default(['en']),
  EMOTION_LIMIT_MS: wholeNumber(10, 5000).default(500),
  PARTIAL_SEARCH: oneOf('on', 'off').default('on'),
  PHONE_REGION: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be a country code of two capital letters, such as DE')
    .default('DE'),
  LOG_LEVEL: oneOf(...LOG_LEVELS).default('info'),
  PATH: z.string().default(''),
  XDG_CACHE_HOME: z.string().optional(),
});

/** What the environment asked for, parsed once and frozen. */
export type Config = {
  /** address to listen on; loopback unless remote access was agreed to in so many words */
  readonly host: string;
  /** TCP port; 0 lets the system choose */
  readonly port: number;
  /** absolute folder of everything this installation keeps */
  readonly dataDir: string;
  /** the Redis to use; undefined: the app runs its own */
  readonly redisUrl: string | undefined;
  /** absolute path of the server binary to run; undefined: look for one */
  readonly redisServerBin: string | undefined;
  /** 1..64, used only when a store is made */
  readonly partitions: number;
  /** which halves of the work this process does */
  readonly role: 'all' | 'web' | 'projector';
  /** events waiting in a partition above which the door answers 429 */
  readonly lagLimit: number;
  /** fill an empty store with the example's history and traffic */
  readonly demo: boolean;
  readonly demoSeed: number;
  /** key that senders of events show; undefined: one is made and kept in the data folder */
  readonly writeKey: string | undefined;
  /** origins of web sites whose pages may send events with a browser key */
  readonly browserOrigins: readonly string[];
  /** origins of web sites that may show the pages under /embed in a frame */
  readonly frameAncestors: readonly string[];
  /** absolute folder of journey files */
  readonly journeysDir: string;
  /** absolute path of a file of identity rules; undefined: the shipped ones */
  readonly identityFile: string | undefined;
  /** ISO country of phone numbers without a country code */
  readonly phoneRegion: string;
  /** `off`: nobody's emotions are read, kept or shown */
  readonly emotion: 'on' | 'off';
  /** service that reads texts in place of the built-in model; undefined: none */
  readonly emotionUrl: string | undefined;
  /** absolute folder of a transformer model that reads texts in place of the built-in one; undefined: none */
  readonly emotionModel: string | undefined;
  /** codes of the languages that model knows; `any`: all */
  readonly emotionLanguages: readonly string[];
  /** ms that the projection waits for service or model per batch */
  readonly emotionLimitMs: number;
  /** people are also found by the beginning of a name or e-mail address and by the end of a number */
  readonly partialSearch: boolean;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** PATH, for finding a server binary */
  readonly searchPath: string;
  /** folder of this user's caches, in which set-up may have put a server binary; undefined: ~/.cache */
  readonly cacheHome: string | undefined;
  /** the operator has said that something else keeps strangers out */
  readonly allowRemote: boolean;
};

/**
 * Parses the environment. An empty value counts as not set.
 * @throws Fault `bad_config`: one sentence that names the variable and what it must be, never the value of a secret
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) throw complaint(parsed.error, given);
  const value = parsed.data;
  refuseStrangers(value.HOST, value.ALLOW_REMOTE);
  if (value.EMOTION_URL !== undefined && value.EMOTION_MODEL !== undefined)
    throw new Fault('bad_config', 'EMOTION_URL and EMOTION_MODEL both name what reads texts. Leave one of them out, then start again.');
  return Object.freeze({
    host: value.HOST,
    port: value.PORT,
    dataDir: value.DATA_DIR,
    redisUrl: value.REDIS_URL,
    redisServerBin: value.REDIS_SERVER_BIN,
    partitions: value.PARTITIONS,
    role: value.ROLE,
    lagLimit: value.LAG_LIMIT,
    demo: value.DEMO === 'on',
    demoSeed: value.DEMO_SEED,
    writeKey: value.WRITE_KEY,
    browserOrigins: value.BROWSER_ORIGINS ?? [],
    frameAncestors: value.FRAME_ANCESTORS ?? [],
    journeysDir: value.JOURNEYS,
    identityFile: value.IDENTITY,
    phoneRegion: value.PHONE_REGION,
    emotion: value.EMOTION,
    emotionUrl: value.EMOTION_URL,
    // what is not read needs no model
    emotionModel: value.EMOTION === 'off' ? undefined : value.EMOTION_MODEL,
    emotionLanguages: value.EMOTION_LANGUAGES,
    emotionLimitMs: value.EMOTION_LIMIT_MS,
    partialSearch: value.PARTIAL_SEARCH === 'on',
    logLevel: value.LOG_LEVEL,
    searchPath: value.PATH,
    cacheHome: value.XDG_CACHE_HOME,
    allowRemote: value.ALLOW_REMOTE !== undefined,
  });
}

/**
 * This process's configuration. The only reading of `process.env` besides the set-up scripts, which run before this can.
 * @throws Fault `bad_config`, see `parseConfig`
 */
export function readConfig(): Config {
  return parseConfig(process.env);
}

/**
 * Tells the page handler to take the protocol from `x-forwarded-proto`: without it, it assumes https and refuses every form posted over http.
 * Must run before the handler is imported; whoever serves then sets the header to `http` where no proxy did.
 */
export function prepareHandlerEnvironment(): void {
  process.env.PROTOCOL_HEADER ??= 'x-forwarded-proto';
}

/** Whether the client of the store can read it; it says no more than that it cannot. */
function isStoreAddress(value: string): boolean {
  if (value.startsWith('unix:')) return true;
  try {
    const { hostname, username, password, pathname } = new URL(value);
    decodeURIComponent(`${username}${password}`);
    return hostname !== '' && /^(\/\d*)?$/.test(pathname);
  } catch {
    return false;
  }
}

function complaint(error: z.ZodError, given: Readonly<Record<string, string | undefined>>): Fault {
  const [issue] = error.issues;
  const name = String(issue?.path[0]);
  const secret = name === 'WRITE_KEY' || name === 'REDIS_URL' || name === 'EMOTION_URL';
  const found = secret ? '' : `, but is ${JSON.stringify(given[name])}`;
  return new Fault('bad_config', `${name} ${issue?.message ?? 'is not valid'}${found}. Correct it or leave it out, then start again.`);
}

/** Until there are accounts, whoever reaches the port sees every customer. */
function refuseStrangers(host: string, consent: string | undefined): void {
  if (LOOPBACK_HOSTS.includes(host) || consent === REMOTE_CONSENT) return;
  throw new Fault(
    'bad_config',
    `HOST=${host} would show every customer to anybody who reaches this machine, because there are no accounts yet. ` +
      `Use 127.0.0.1 with an SSH tunnel, or set ALLOW_REMOTE=${REMOTE_CONSENT} if something else keeps strangers out.`,
  );
}
