import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import type {
  CellDetail,
  FindAnswer,
  FunnelParams,
  FunnelView,
  HeatParams,
  HeatView,
  JourneyParams,
  JourneyView,
  ListPage,
  ListRef,
  SystemStatus,
  TimelinePage,
} from '#lib/contract/index.ts';
import { formatList } from '#lib/contract/index.ts';
import { startApp } from '#server/app.ts';
import type { App } from '#server/app.ts';
import { parseConfig, prepareHandlerEnvironment } from '#server/config.ts';
import { projectFile } from '#server/platform/files.ts';
import { createLog } from '#server/platform/log.ts';
import { untilQuiet } from './quiet.ts';
import { startTestRedis } from './redis.ts';
import { TEST_JOURNEY } from './world.ts';

const SOME_LOOKS_MS = 350;
/** The key that the app under test takes. */
export const APP_KEY = 'wk_app_test_0123456789';

/** What the doors answered. */
export interface Posted {
  readonly status: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly unknown[];
}

/** The product without pages, in this process, on a real Redis, with a clock that the test moves. */
export interface TestApp extends AsyncDisposable {
  readonly app: App;
  readonly address: string;
  /** of its store */
  readonly redisUrl: string;
  /** the test's clock: ms since 1970 */
  now: number;
  post(events: readonly object[]): Promise<Posted>;
  /** `post`, then waits until everything is in all numbers @throws where an event was not accepted */
  take(events: readonly object[]): Promise<void>;
  /** resolves when everything accepted is in the numbers that the API reads */
  settled(): Promise<void>;
  call<Answer>(path: string, input?: unknown): Promise<Answer>;
  funnel(params: FunnelParams): Promise<FunnelView>;
  heat(params: HeatParams): Promise<HeatView>;
  journey(params: JourneyParams): Promise<JourneyView>;
  cell(params: HeatParams & { readonly stage: string; readonly column: string }): Promise<CellDetail>;
  list(ref: ListRef, page?: { readonly cursor?: string; readonly limit?: number }): Promise<ListPage>;
  find(q: string): Promise<FindAnswer>;
  timeline(customerId: string, page?: { readonly before?: string; readonly limit?: number }): Promise<TimelinePage>;
  status(): Promise<SystemStatus>;
}

/** How to start it. */
export interface TestAppOptions {
  /** where the clock begins, ms */
  readonly now: number;
  /** journey files as text; default: the test journey */
  readonly journeys?: readonly string[];
  readonly partitions?: number;
  /** further variables of its configuration */
  readonly env?: Readonly<Record<string, string>>;
  /** serves the built pages too; they find the app that was started last in this process */
  readonly pages?: boolean;
  /** whether its store is known to have no room */
  readonly isStoreFull?: () => boolean;
}

type PageHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** The pages as `npm run build` made them. */
async function builtPages(): Promise<PageHandler> {
  prepareHandlerEnvironment();
  return ((await import(pathToFileURL(projectFile('build/handler.js')).href)) as { handler: PageHandler }).handler;
}

/** Starts the product's own composition on a new Redis server; HTTP on a free loopback port. */
export async function startTestApp(options: TestAppOptions): Promise<TestApp> {
  const partitions = options.partitions ?? 3;
  const store = await startTestRedis({ fsync: 'no' });
  const folder = await mkdtemp(join(tmpdir(), 'throughline-app-'));
  await Promise.all((options.journeys ?? [TEST_JOURNEY]).map((text, i) => writeFile(join(folder, `journey-${i}.yaml`), text)));
  const config = parseConfig({
    DATA_DIR: folder,
    JOURNEYS: folder,
    PARTITIONS: String(partitions),
    WRITE_KEY: APP_KEY,
    DEMO: 'off',
    ...options.env,
  });
  const clock = { now: options.now };
  const app = await startApp({
    config,
    address: { socketPath: store.socketPath },
    clock: () => clock.now,
    log: createLog('silent'),
    version: 'test',
    isStoreFull: options.isStoreFull,
  });
  const pages = options.pages === true ? await builtPages() : undefined;
  const http = createServer((request, response) => {
    request.headers['x-forwarded-proto'] ??= 'http';
    if (app.handle(request, response)) return;
    if (pages === undefined) response.writeHead(404).end();
    else pages(request, response);
  });
  app.attach(http, 'refused');
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;

  async function call<Answer>(path: string, input?: unknown): Promise<Answer> {
    const query = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`;
    const answer = await fetch(`${address}/api/trpc/${path}${query}`);
    const body = (await answer.json()) as { readonly result?: { readonly data: Answer } };
    if (body.result === undefined) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(body).slice(0, 500)}`);
    return body.result.data;
  }

  async function post(events: readonly object[]): Promise<Posted> {
    const answer = await fetch(`${address}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${APP_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(events),
    });
    return { status: answer.status, ...((await answer.json()) as Omit<Posted, 'status'>) };
  }

  async function settled(): Promise<void> {
    await untilQuiet({ socketPath: store.socketPath }, partitions);
    // The sums in memory look at the changes, and at the clock, every 100 ms; nothing outside tells that they have.
    await pause(SOME_LOOKS_MS);
  }

  return {
    app,
    address,
    redisUrl: store.url,
    get now() {
      return clock.now;
    },
    set now(at: number) {
      clock.now = at;
    },
    post,
    async take(events) {
      const answer = await post(events);
      if (answer.status !== 200 || answer.rejected.length > 0) throw new Error(`Not accepted: ${JSON.stringify(answer).slice(0, 500)}`);
      await settled();
    },
    settled,
    call,
    funnel: (params) => call('funnel.get', params),
    heat: (params) => call('heat.get', params),
    journey: (params) => call('journeys.get', params),
    cell: (params) => call('heat.cell', params),
    list: (ref, page) => call('cases.list', { list: formatList(ref), ...page }),
    find: (q) => call('customers.find', { q }),
    timeline: (customerId, page) => call('customers.timeline', { customerId, ...page }),
    status: () => call('system.status'),
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      http.close();
      await app.close();
      await store.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
