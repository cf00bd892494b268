import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Fault, thrownWords } from '#lib/contract/index.ts';
import type { Config } from '#server/config.ts';
import { createLog } from '#server/platform/log.ts';
import { connect } from '#server/redis/client.ts';
import type { Redis } from '#server/redis/client.ts';
import { startEmbedded } from '#server/redis/embedded.ts';
import { infoField } from '#server/redis/probe.ts';
import { tellHistory } from '#server/simulator/history.ts';
import { readArguments } from '../command-line.ts';
import { startSender } from './children.ts';
import type { Nursery } from './children.ts';
import { atLeast, atMost, machineOf, quantile, recorded, tableOf } from './figures.ts';
import type { Figure, Machine } from './figures.ts';
import { measureFind } from './find.ts';
import { measureLatency, measureTimeline, PROBE_CHANNEL } from './latency.ts';
import { makePool, writePool } from './pool.ts';
import type { PoolOptions } from './pool.ts';
import { measureRun, measureYardstick } from './throughput.ts';
import type { Bench, Run, Yardstick } from './throughput.ts';

const USAGE = `npm run bench [-- --quick] [--only a,b,...] [--json file] [--profile folder]

  Measures the product on a private Redis of its own (fsync always) and holds it against a plain append in the same run.
  Nothing of yours is touched. Ends with code 1 where a gate fails.

  --quick    one short round of everything, under a minute: for a first impression
  --only     of: throughput, cpu, latency, timeline, generator, find
  --json     writes the figures to a file
  --profile  writes CPU profiles of the product's processes into a folder`;

const PARTS = ['throughput', 'cpu', 'latency', 'timeline', 'generator', 'find'] as const;
type Part = (typeof PARTS)[number];

/** How the latency is to be: a tick of the funnel and the heatmap, and what everything else may take. */
const TICK_MS = 200;
const BEYOND_TICK_MS = 100;
const TIMELINE_MS = 20;
const FIND_MS = 200;
const [RATE, VIEWERS] = [2000, 50];
const LANES = 16;
const SEED = 1;
const BESIDE_PING = 'beside GET /healthz of the same process at the same time';

interface Effort {
  readonly rounds: number;
  readonly yardstickMs: number;
  readonly warmMs: number;
  readonly acceptMs: number;
  readonly projectMs: number;
  readonly patienceMs: number;
  readonly latencyMs: number;
  readonly readings: number;
  /** people in the store that is searched, and searches */
  readonly people: number;
  readonly searches: number;
}
const FULL: Effort = {
  rounds: 3,
  yardstickMs: 4000,
  warmMs: 1500,
  acceptMs: 5000,
  projectMs: 5000,
  patienceMs: 10_000,
  latencyMs: 12_000,
  readings: 400,
  people: 1_000_000,
  searches: 2200,
};
const QUICK: Effort = {
  rounds: 1,
  yardstickMs: 1500,
  warmMs: 600,
  acceptMs: 2000,
  projectMs: 2000,
  patienceMs: 5000,
  latencyMs: 3000,
  readings: 100,
  people: 50_000,
  searches: 550,
};

interface Request {
  readonly effort: Effort;
  readonly parts: ReadonlySet<Part>;
  readonly json: string | undefined;
  readonly profile: string | undefined;
}

function isPart(name: string): name is Part {
  return PARTS.some((part) => part === name);
}

function requestFrom(argv: readonly string[]): Request {
  const options = { quick: { type: 'boolean' }, only: { type: 'string' }, json: { type: 'string' }, profile: { type: 'string' } } as const;
  const { values } = readArguments(argv, { options }, USAGE);
  const parts = values.only === undefined ? PARTS : values.only.split(',').filter(isPart);
  if (parts.length === 0) throw new Fault('bad_request', USAGE);
  const place = (path: string | undefined): string | undefined => (path === undefined ? undefined : resolve(path));
  return {
    effort: values.quick === true ? QUICK : FULL,
    parts: new Set(parts),
    json: place(values.json),
    profile: place(values.profile),
  };
}

interface Pools {
  /** as people are: 3 % late, 1 % twice */
  readonly mixed: string;
  /** each person's events in order, each once */
  readonly ordered: string;
  /** as `mixed`, but every event names its customer */
  readonly named: string;
  /** without the channel of the probes */
  readonly quiet: string;
}

/** Tells two weeks of stories before anything is timed. */
function makePools(folder: string): Pools {
  const write = (name: string, keep: PoolOptions['keep'], named = false): string => {
    const path = join(folder, `${name}.json`);
    writePool(path, makePool({ seed: SEED, endsAt: Date.now(), weeks: 2, customers: 12_000, lanes: LANES, keep, named }));
    return path;
  };
  return {
    mixed: write('mixed', () => true),
    ordered: write('ordered', (sent) => !sent.late && !sent.duplicate),
    named: write('named', () => true, true),
    quiet: write('quiet', (sent) => sent.event.channel !== PROBE_CHANNEL && sent.source !== PROBE_CHANNEL),
  };
}

const say = (words: string): void => void process.stderr.write(`  ${words}\n`);
const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en-US')}/s`;

interface Rounds {
  readonly yardsticks: Yardstick[];
  readonly accepted: Run[];
  readonly projected: Run[];
  readonly named: Run[];
}

function told({ perSecond: rate, finished }: Run): string {
  return `${perSecond(rate)}${finished ? '' : ' (the projector fell behind)'}`;
}

/** Yardstick and measured runs by turns: a noisy machine is as noisy for both. */
async function throughput(bench: Bench, pools: Pools, effort: Effort): Promise<Rounds> {
  const rounds: Rounds = { yardsticks: [], accepted: [], projected: [], named: [] };
  for (let round = 1; round <= effort.rounds; round++) {
    const yardstick = await measureYardstick(bench, effort.yardstickMs);
    const accepted = await measureRun(bench, { roles: ['web'], pool: pools.mixed, warmMs: effort.warmMs, forMs: effort.acceptMs });
    const whole = { roles: ['all'], warmMs: effort.warmMs, forMs: effort.projectMs } as const;
    const projected = await measureRun(bench, { ...whole, pool: pools.mixed });
    const named = await measureRun(bench, { ...whole, pool: pools.named });
    rounds.yardsticks.push(yardstick);
    rounds.accepted.push(accepted);
    rounds.projected.push(projected);
    rounds.named.push(named);
    say(
      `round ${round}: plain append ${perSecond(yardstick.perSecond)}, accepted ${perSecond(accepted.perSecond)}, accepted and projected ${told(projected)}, where every event names its customer ${told(named)}`,
    );
  }
  return rounds;
}

function throughputFigures({ yardsticks, accepted, projected, named }: Rounds): Figure[] {
  const beside = (runs: readonly Run[]) =>
    runs.map((run, i) => ({ value: run.perSecond, yardstick: yardsticks[i]?.perSecond ?? Number.NaN }));
  const cpu = (runs: readonly Run[], of: (run: Run) => number): number => quantile(runs.map(of), 0.5);
  const plain = quantile(
    yardsticks.map((y) => y.redisMicros),
    0.5,
  );
  return [
    recorded(
      'plain append (yardstick)',
      quantile(
        yardsticks.map((y) => y.perSecond),
        0.5,
      ),
      'entries/s',
      { note: 'XADD of 300 B, 100 a batch, 16 in flight, fsync always' },
    ),
    atLeast('accepted over HTTP', 0.25, beside(accepted), 'batches of 100, 16 lanes, projection off'),
    atLeast(
      'accepted and projected',
      0.1,
      beside(projected),
      'every view followed, 3 % late, 1 % twice, half of the events under another identifier, until everything is in the numbers',
    ),
    atLeast('accepted and projected, known customers', 0.1, beside(named), 'the same events, each under the number of its customer'),
    recorded(
      'CPU of the door per event',
      cpu(accepted, (run) => run.productMicros.web ?? Number.NaN),
      'us',
    ),
    recorded(
      'CPU of the whole app per event',
      cpu(projected, (run) => run.productMicros.all ?? Number.NaN),
      'us',
    ),
    recorded(
      'CPU of the whole app per event, known customers',
      cpu(named, (run) => run.productMicros.all ?? Number.NaN),
      'us',
    ),
    recorded(
      'CPU of the sender per event',
      cpu(projected, (run) => run.senderMicros),
      'us',
    ),
    recorded(
      'CPU of Redis per event, accepted',
      cpu(accepted, (run) => run.redisMicros),
      'us',
      { beside: plain },
    ),
    recorded(
      'CPU of Redis per event, projected',
      cpu(projected, (run) => run.redisMicros),
      'us',
      { beside: plain },
    ),
  ];
}

/** What an in-order event costs, in processes of its own. */
async function costs(bench: Bench, pools: Pools, effort: Effort): Promise<Figure[]> {
  const yardstick = await measureYardstick(bench, effort.yardstickMs / 2);
  const run = await measureRun(bench, { roles: ['web', 'projector'], pool: pools.ordered, warmMs: effort.warmMs, forMs: effort.projectMs });
  return [
    recorded('CPU of the projector per in-order event', run.productMicros.projector ?? Number.NaN, 'us'),
    recorded('CPU of door and views per in-order event', run.productMicros.web ?? Number.NaN, 'us'),
    recorded('CPU of Redis per in-order event', run.redisMicros, 'us', { beside: yardstick.redisMicros }),
    recorded('memory of the store per event', run.bytes, 'B', { beside: yardstick.bytes, note: 'beside a stream entry of 300 B' }),
  ];
}

async function latency(bench: Bench, pools: Pools, effort: Effort): Promise<Figure[]> {
  const found = await measureLatency(bench, {
    pool: pools.quiet,
    rate: RATE,
    viewers: VIEWERS,
    forMs: effort.latencyMs,
    warmMs: effort.warmMs,
  });
  const words = `${found.funnel.length} probes, ${RATE} events/s, ${VIEWERS} pages; acknowledged event to changed number${found.lost === 0 ? '' : `; ${found.lost} changes never came`}`;
  const gates = (['funnel', 'heat'] as const).flatMap((view) => [
    recorded(`event to page, ${view}, p50`, quantile(found[view], 0.5), 'ms'),
    atMost(`event to page, ${view}, p99`, quantile(found[view], 0.99), TICK_MS + BEYOND_TICK_MS, words),
  ]);
  return [...gates, recorded('thread of doors and pages late meanwhile, p99', found.loopDelayMs, 'ms', { note: 'the worst two seconds' })];
}

async function timeline(bench: Bench, pools: Pools, effort: Effort): Promise<Figure[]> {
  const { page, ping } = await measureTimeline(bench, {
    pool: pools.mixed,
    rate: RATE / 2,
    readings: effort.readings,
    warmMs: effort.warmMs,
  });
  return [
    recorded('first timeline page, 10,000 events, p50', quantile(page, 0.5), 'ms', { beside: quantile(ping, 0.5), note: BESIDE_PING }),
    atMost(
      'first timeline page, 10,000 events, p99',
      quantile(page, 0.99),
      TIMELINE_MS,
      `${effort.readings} readings at the API with ${RATE / 2} events/s coming in`,
    ),
    recorded('GET /healthz meanwhile, p99', quantile(ping, 0.99), 'ms', {
      note: 'does no work: what it takes is the machine and the thread',
    }),
  ];
}

async function find(bench: Bench, effort: Effort): Promise<Figure[]> {
  const { customers, fillMs, indexBytes, otherBytes, took, pings } = await measureFind(bench, {
    customers: effort.people,
    readings: effort.searches,
  });
  const people = customers.toLocaleString('en-US');
  say(`${people} people written in ${Math.round(fillMs / 1000)} s`);
  const all = [...took.values()].flat();
  const slowest = [...took].map(([kind, times]) => ({ kind, p95: quantile(times, 0.95) })).sort((a, b) => b.p95 - a.p95);
  const words = slowest.map(({ kind, p95 }) => `${kind} ${p95.toFixed(1)}`).join(', ');
  return [
    recorded('finding somebody, p50', quantile(all, 0.5), 'ms', {
      note: `${people} people in the store, ${all.length} searches at the API, 4 at a time`,
    }),
    atMost('finding somebody, p95', quantile(all, 0.95), FIND_MS, `p95 of each kind, ms: ${words}`),
    recorded('GET /healthz meanwhile, p95', quantile(pings, 0.95), 'ms', {
      note: 'does no work: what it takes is the machine and the thread',
    }),
    recorded('memory of the index of people per customer', indexBytes, 'B', {
      beside: otherBytes,
      note: 'two words of a name, an e-mail address, a telephone number; beside a customer with one event and three identifiers',
    }),
  ];
}

function generator(): Figure[] {
  const begun = performance.now();
  const { events } = tellHistory({ seed: SEED, endsAt: Date.now(), weeks: 2, customers: 6000 });
  return [recorded('demo history told', (events.length / (performance.now() - begun)) * 1000, 'events/s')];
}

/** What to undo when the run ends, however it ends. */
class Closing {
  readonly #steps: (() => Promise<void> | void)[] = [];

  add(step: () => Promise<void> | void): void {
    this.#steps.unshift(step);
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0)) {
      try {
        await step();
      } catch (error) {
        say(`clearing up failed: ${thrownWords(error)}`);
      }
    }
  }
}

async function redisName(redis: Redis): Promise<string> {
  const info = await redis.info('server');
  return `Redis ${infoField(info, 'redis_version') ?? '?'}`;
}

/** What all parts of a run share. */
interface Plan {
  readonly config: Config;
  readonly request: Request;
  readonly folder: string;
  /** told when they are asked for first */
  readonly pools: () => Pools;
}

function plan(config: Config, request: Request, closing: Closing): Plan {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-bench-'));
  closing.add(() => rmSync(folder, { recursive: true, force: true }));
  if (request.profile !== undefined) mkdirSync(request.profile, { recursive: true });
  let told: Pools | undefined;
  const pools = (): Pools => {
    if (told === undefined) say('telling the stories that will be sent');
    return (told ??= makePools(folder));
  };
  return { config, request, folder, pools };
}

/** Starts a store and a sender of a part's own: millions of events that an earlier part wrote and let go of again are in no store that runs. */
async function prepare({ config, request, folder }: Plan, part: string, closing: Closing): Promise<Bench> {
  const { redisServerBin: bin, searchPath, cacheHome } = config;
  const dataDir = join(folder, part);
  mkdirSync(dataDir);
  const store = await startEmbedded({ dataDir, bin, searchPath, cacheHome, log: createLog('error') });
  closing.add(() => store.stop());
  const redis = await connect({ socketPath: store.socketPath });
  closing.add(() => redis.destroy());
  const script = process.argv[1] ?? '';
  const nursery: Nursery = {
    config,
    folder: dataDir,
    mainScript: join(dirname(script), '..', 'main.js'),
    benchScript: script,
    redisUrl: store.url,
    writeKey: 'wk_bench_0123456789abcdef',
    profileFolder: request.profile ?? null,
  };
  const sender = await startSender(nursery);
  closing.add(() => sender.end());
  return { redis, nursery, sender, partitions: config.partitions, patienceMs: request.effort.patienceMs };
}

/** What was measured, and on what. */
interface Measured {
  readonly figures: readonly Figure[];
  readonly machine: Machine | undefined;
}

async function measureAll(all: Plan, closing: Closing): Promise<Measured> {
  const { pools, request } = all;
  const { effort, parts } = request;
  const figures: Figure[] = [];
  let machine: Machine | undefined;
  const part = async (name: Part, measure: (bench: Bench) => Promise<Figure[]> | Figure[]): Promise<void> => {
    if (!parts.has(name)) return;
    say(`measuring: ${name}`);
    const its = new Closing();
    closing.add(() => its.run());
    try {
      const bench = await prepare(all, name, its);
      machine ??= machineOf(await redisName(bench.redis));
      figures.push(...(await measure(bench)));
    } finally {
      await its.run();
    }
  };
  await part('throughput', async (bench) => throughputFigures(await throughput(bench, pools(), effort)));
  await part('cpu', (bench) => costs(bench, pools(), effort));
  await part('latency', (bench) => latency(bench, pools(), effort));
  await part('timeline', (bench) => timeline(bench, pools(), effort));
  await part('generator', generator);
  await part('find', (bench) => find(bench, effort));
  return { figures, machine };
}

/**
 * `npm run bench`.
 * @returns whether every gate was passed
 * @throws Fault with a sentence that says what to do
 */
export async function runBench(argv: readonly string[], config: Config): Promise<boolean> {
  const request = requestFrom(argv);
  const closing = new Closing();
  const stop = (): void => void closing.run().finally(() => process.exit(1));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    const { figures, machine } = await measureAll(plan(config, request, closing), closing);
    if (machine === undefined) throw new Fault('bad_request', USAGE);
    process.stdout.write(`${tableOf(machine, figures)}\n`);
    if (request.json !== undefined)
      writeFileSync(request.json, `${JSON.stringify({ at: new Date().toISOString(), machine, figures }, null, 2)}\n`);
    return figures.every((figure) => figure.passed !== false);
  } finally {
    await closing.run();
  }
}
