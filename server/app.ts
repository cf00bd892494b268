import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { funnelDefinition } from '#lib/contract/index.ts';
import type { FunnelDefinitionInput, SystemStatus } from '#lib/contract/index.ts';
import type { Caller } from '#server/api/router.ts';
import type { Context } from '#server/api/trpc.ts';
import type { Config } from '#server/config.ts';
import type { Projecting } from './projector-threads.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import type { Redis, RedisAddress } from '#server/redis/client.ts';
import type { Actor, ActorRequest } from '#server/security/actor.ts';
import { projectInThreads, threadsFor } from './projector-threads.ts';
import { API_PATH, createApi } from '#server/api/http.ts';
import { createCaller } from '#server/api/router.ts';
import { createIdentityDesk } from '#server/desk/identity.ts';
import { createNameDesk } from '#server/desk/names.ts';
import { createQueueDesk } from '#server/desk/queue.ts';
import { createStaffDesk } from '#server/desk/staff.ts';
import { createAcceptor, heard } from '#server/ingest/acceptor.ts';
import { createDesk } from '#server/ingest/desk.ts';
import { createDoors } from '#server/ingest/doors.ts';
import { Inbox } from '#server/ingest/inbox.ts';
import type { Readiness } from '#server/ingest/doors.ts';
import { checkReader, readerOf } from '#server/emotion/load.ts';
import { PublishedContexts } from '#server/definitions/contexts.ts';
import { Definitions, NO_REVISION } from '#server/definitions/definitions.ts';
import { applyEmotionPolicy } from '#server/definitions/emotion-policy.ts';
import { createJourneyDesk } from '#server/definitions/journey-desk.ts';
import { publishJourneys } from '#server/definitions/journeys.ts';
import { loadRules } from '#server/identity/load.ts';
import { Associations } from '#server/live/associations.ts';
import { Feed } from '#server/live/feed.ts';
import { createFunnelDesk } from '#server/live/funnels.ts';
import { NightlyPull } from '#server/live/nightly-pull.ts';
import { createReader } from '#server/live/reader.ts';
import { createRecoveryReader } from '#server/live/recoveries.ts';
import { Presence } from '#server/live/presence.ts';
import { SOCKET_PATH, Sockets } from '#server/live/sockets.ts';
import { FeedMeter, readFeeds, samplePlace } from '#server/log/feeds.ts';
import { openInbox } from '#server/log/inbox-stream.ts';
import { Fault } from '#lib/contract/fault.ts';
import type { FaultCode } from '#lib/contract/fault.ts';
import { openQuarantine } from '#server/log/quarantine.ts';
import { createLabels } from '#server/desk/labels.ts';
import { createLog } from '#server/log/redis-log.ts';
import { Taking } from '#server/log/taking.ts';
import { LoopDelay } from '#server/platform/loop-delay.ts';
import { Metrics } from '#server/platform/metrics.ts';
import type { StoreFigures } from '#server/platform/metrics.ts';
import { declineUpgrades, refuseOtherSockets } from '#server/platform/upgrades.ts';
import { previewJourney } from '#server/projector/journey-preview.ts';
import type { Commit } from '#server/projector/projector.ts';
import { Pulse } from '#server/projector/pulse.ts';
import { Projection } from '#server/projector/projection.ts';
import { readSample } from '#server/projector/sample.ts';
import { connect } from '#server/redis/client.ts';
import { STORE_FULL } from '#server/redis/faults.ts';
import { infoField, requireKeeping, requireMaster, requireVersion } from '#server/redis/probe.ts';
import { durabilityOf, isSameStore, openStore, settleRules } from '#server/redis/store.ts';
import { actorOf, nameGiven } from '#server/security/actor.ts';
import { findRights } from '#server/security/find-rights.ts';
import { sameOrigin } from '#server/security/origin.ts';
import { correlationKinds } from '#server/domain/blueprint/blueprint.ts';
import { searchCandidates } from '#server/security/identifiers.ts';
import { KeyRing } from '#server/security/key-ring.ts';
import { createNodeHasher } from '#server/security/node-hash.ts';
import { isPhoneRegion } from '#server/security/phone.ts';
import { createWriteKeys } from '#server/security/write-keys.ts';
import type { WriteKeys } from '#server/security/write-keys.ts';

/** Where the pages' own bundle finds the running product: it is a module graph of its own. */
const SERVICES = Symbol.for('throughline.services');

const STORE_EXCHANGED = new Fault(
  'store_unavailable',
  'The store is not the one that this process was started on: it was emptied or exchanged, and what was accepted before is not in it. Start again.',
);

export interface AppOptions {
  readonly config: Config;
  readonly address: RedisAddress;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  /** program of the projector's threads; absent: projects in this thread */
  readonly projectorProgram?: string | undefined;
  /** whether the store is known to be away because it has no room */
  readonly isStoreFull?: (() => boolean) | undefined;
  /** called where the store is no longer the one that was opened: what this process shows is not in it */
  readonly onStoreExchanged?: ((fault: Fault) => void) | undefined;
}

/** The running product, without the HTTP server that carries it. */
export interface App {
  readonly keys: WriteKeys;
  readonly redis: Redis;
  /** Answers doors, health and API. @returns false: not ours, the pages' */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /**
   * Opens live connections on a server.
   * @param others what becomes of WebSockets that are not ours: `refused`, or `left` to somebody else on the same server
   */
  attach(http: HttpServer, others: 'refused' | 'left'): void;
  /** Saves funnels that were never saved here: what somebody has changed or removed stays as it is. */
  offerFunnels(funnels: readonly FunnelDefinitionInput[]): Promise<void>;
  /** what the demo has loaded so far; null where it is off */
  setDemo(demo: SystemStatus['demo']): void;
  status(): Promise<SystemStatus>;
  close(): Promise<void>;
}

/** Puts the product together on a store. @throws Fault with what to do */
export async function startApp(options: AppOptions): Promise<App> {
  const { config, log } = options;
  if (config.role !== 'web') checkReader(config);
  if (!isPhoneRegion(config.phoneRegion))
    throw new Fault(
      'bad_config',
      `PHONE_REGION must be the ISO code of a country, such as DE or GB, but is ${JSON.stringify(config.phoneRegion)}. Correct it or leave it out, then start again.`,
    );
  const lost = (error: Error): void => log.warn({ err: error }, 'the store does not answer');
  const redis = await connect(options.address, lost);
  // What a person waits for and what is followed have connections of their own: an answer never stands behind a heap of events or changes.
  const [reads, follows] = await Promise.all([connect(options.address, lost), connect(options.address, lost)]);
  try {
    return await assemble(options, { redis, reads, follows });
  } catch (error) {
    // Else they would tell of the store that goes away next, below the sentence that says what is wrong.
    for (const connection of [redis, reads, follows]) connection.destroy();
    throw error;
  }
}

/** The connections of one process, by what they are for. */
interface Connections {
  readonly redis: Redis;
  readonly reads: Redis;
  readonly follows: Redis;
}

async function assemble(options: AppOptions, { redis, reads, follows }: Connections): Promise<App> {
  const { config, clock, log } = options;
  requireVersion(await redis.info('server'));
  requireMaster(await redis.info('replication'));
  requireKeeping(await redis.info('memory'));
  const store = await openStore(redis, { partitions: config.partitions });
  const rules = loadRules(config.identityFile);
  await settleRules(redis, rules.fingerprint);
  const definitions = new Definitions(redis);
  await definitions.start();
  await publishJourneys(definitions, { folder: config.journeysDir, at: clock() });
  if (config.role !== 'web') await applyEmotionPolicy(definitions, config.emotion, clock());
  const contexts = new PublishedContexts(definitions);
  const keys = createWriteKeys({ configured: config.writeKey, dataDir: config.dataDir, onReadable: (words) => log.warn(words) });
  const keyRing = new KeyRing({ redis: reads, clock, configured: keys });
  await keyRing.start();
  const nodeOf = createNodeHasher(store.pepper);
  const durability = await durabilityOf(redis);
  const metrics = new Metrics({ version: options.version, durability });
  const reconnected = (): void => metrics.reconnected();
  for (const connection of [redis, reads, follows]) connection.on('ready', reconnected);
  let demo: SystemStatus['demo'] = null;
  let sockets: Sockets | undefined;
  /** how often what pages compare with has moved on */
  let earlierReadings = 0;
  /** how often something was published, which pages show before any event comes */
  let publications = 0;
  definitions.onChange(() => {
    publications++;
    sockets?.changed();
  });
  const presence = new Presence({
    redis: reads,
    partitions: store.partitions,
    clock,
    process: randomUUID(),
    onChange: (customer, people) => sockets?.showPresent(customer, people),
  });

  const feed = new Feed({
    redis: follows,
    partitions: store.partitions,
    clock,
    log,
    onCustomers: (customers) => sockets?.hint(customers),
    onChange: () => sockets?.changed(),
  });
  let projecting: Projecting | undefined;
  /** the store had no room for the last step of the projector */
  let hasNoRoom = false;
  const meter = new FeedMeter({ redis: reads, clock });
  await meter.start();
  const plainLog = createLog({
    redis,
    partitions: store.partitions,
    lagLimit: config.lagLimit,
    clock,
    onAppend: (partitions) => projecting?.wake(partitions),
  });
  const loopDelay = new LoopDelay();
  const pulse = new Pulse({
    redis: follows,
    partitions: store.partitions,
    clock,
    isSame: () => isSameStore(follows, store),
    onExchanged() {
      log.error(STORE_EXCHANGED.message);
      options.onStoreExchanged?.(STORE_EXCHANGED);
    },
  });
  // Whoever is told to send again sends under the same names: what the store took in after all is a duplicate then.
  const taking = new Taking();
  const eventLog = taking.around(
    meter.around({
      append: (events) => pulse.unlessHanging(plainLog.append(events)),
      quarantine: (refused) => pulse.unlessHanging(plainLog.quarantine(refused)),
    }),
  );

  const nightlyPull = new NightlyPull({
    redis: reads,
    partitions: store.partitions,
    blueprints: contexts.blueprints,
    clock,
    isPublished: (id) => definitions.current.get('references', id) !== undefined,
    publish: (entry) => definitions.publish(entry),
    onFault: (fault) => log.warn({ err: fault }, 'the pull of squares to their stage could not be estimated'),
  });

  if (config.role !== 'projector') await Promise.all([feed.start(), presence.start()]);
  if (config.role !== 'web') projecting = await project();
  await pulse.start();
  loopDelay.start();
  if (config.role !== 'projector') nightlyPull.start();

  async function project(): Promise<Projecting> {
    const onCommit = ({ tookMs }: Commit): void => {
      hasNoRoom = false;
      metrics.committed(tookMs);
      feed.wake();
    };
    const onFailure = (code?: FaultCode): void => {
      metrics.failed();
      if (code === STORE_FULL.code) hasNoRoom = true;
    };
    if (options.projectorProgram !== undefined) {
      const { dataDir, identityFile, logLevel, emotionUrl, emotionModel, emotionLanguages, emotionLimitMs } = config;
      const reading = { emotionUrl, emotionModel, emotionLanguages, emotionLimitMs };
      const work = { address: options.address, partitions: store.partitions, dataDir, identityFile, logLevel, ...reading };
      const told = { onCommit, onFailure, onReconnect: reconnected, log };
      return projectInThreads(options.projectorProgram, work, { ...told, threads: threadsFor(store.partitions) });
    }
    const projection = new Projection({
      redis,
      partitions: store.partitions,
      contexts,
      rules,
      ...(await readerOf(config, {
        clock,
        onFault: (fault) => log.warn({ err: fault }, 'texts could not be read: their emotion stays unknown'),
      })),
      log,
      clock,
      onCommit,
      onFailure,
    });
    projection.start();
    return projection;
  }

  const isFull = (): boolean => hasNoRoom || options.isStoreFull?.() === true;
  const answers = (): boolean => redis.isReady && pulse.answering;
  const isReady = (): boolean => answers() && taking.takes && feed.healthy && pulse.projecting;

  async function status(): Promise<Omit<SystemStatus, 'sources'>> {
    const { backlog: _, ...counts } = await pulse.counts();
    return {
      ready: isReady(),
      ...counts,
      loopDelayMs: loopDelay.p99Ms,
      journeysAt: definitions.current.newestOf('journey'),
      durability,
      demo,
      version: options.version,
      partitions: store.partitions,
    };
  }

  const funnels = createFunnelDesk({
    redis,
    partitions: store.partitions,
    blueprints: contexts.blueprints,
    funnels: () => contexts.funnels,
    lastVersion: (id) => funnelDefinition.safeParse(definitions.current.lastSaid('funnel', id)?.body).data?.version ?? 0,
    sums: () => feed.sums,
    factors: () => contexts.factors,
    clock,
    publish: (entry) => definitions.publish(entry),
  });
  const together = new Associations({
    redis: reads,
    partitions: store.partitions,
    clock,
    log,
    context: () => contexts.current,
    lagMs: () => pulse.lagMs,
  });
  const reader = createReader({
    redis: reads,
    partitions: store.partitions,
    nodeOf,
    blueprints: contexts.blueprints,
    context: () => contexts.current,
    emotion: () => contexts.current.emotion,
    clock,
    log,
    sums: () => feed.sums,
    lagMs: () => pulse.lagMs,
    factors: () => contexts.factors,
    friction: {
      history: () => contexts.friction,
      estimatedKappa: (journey, at) => contexts.estimatedKappa(journey, at),
    },
    notes: () => definitions.current.all('note'),
    annotate: async ({ id, body, by }) => void (await definitions.publish({ kind: 'note', id, body, by, at: clock() })),
    sourcesSeen: () => pulse.sources,
    status,
    attempts: funnels.attempts,
    mayFind: findRights({ partly: config.partialSearch }),
    together,
    onEarlier() {
      earlierReadings++;
      sockets?.changed();
    },
    candidates: (q) =>
      searchCandidates(q, { region: config.phoneRegion, rules, kinds: correlationKinds(contexts.blueprints) }).map((candidate) => ({
        ...candidate,
        node: nodeOf(candidate.kind, candidate.value),
      })),
  });

  /** What is said while the store does not answer. */
  const away = (): Omit<Extract<Readiness, { ok: false }>, 'ok'> =>
    options.isStoreFull?.() === true
      ? STORE_FULL
      : { code: 'store_unavailable', message: 'The store cannot be reached. Try again.', retryAfter: 1 };
  const ready = (): Readiness => (answers() ? { ok: true } : { ok: false, ...away() });
  const acceptor = createAcceptor({ log: eventLog, clock, nodeOf, region: config.phoneRegion, rules });
  const fromPages = heard(acceptor, (answer) => metrics.took('pages', answer));
  const doors = createDoors({
    log: eventLog,
    async putFactor(factor, source) {
      await definitions.publish({ kind: 'factor', id: factor.id, body: factor, by: `source ${source}`, at: clock() });
    },
    async withdrawFactor(id, source) {
      if (definitions.current.get('factor', id) === undefined) return false;
      await definitions.publish({ kind: 'factor', id, body: null, by: `source ${source}`, at: clock() });
      return true;
    },
    clock,
    nodeOf,
    region: config.phoneRegion,
    acceptor,
    keys: keyRing,
    browserOrigins: config.browserOrigins,
    ready,
    onAnswer(door, { status: code, taken }) {
      metrics.answered(door, code);
      if (door !== undefined && taken !== undefined) metrics.took(door, taken);
    },
    onFault: (fault) => log.error({ err: fault }, 'a door failed'),
  });
  const who = (request: ActorRequest): Actor | undefined => actorOf(request, { allowRemote: config.allowRemote });
  const inboxStream = openInbox(redis);
  const inbox = new Inbox({
    stream: inboxStream,
    acceptor: heard(acceptor, (answer) => metrics.took('xadd', answer)),
    ready: answers,
    clock,
    onFault: (fault) => log.error({ err: fault }, 'the stream of producers could not be taken in'),
  });
  if (config.role !== 'projector') inbox.start();
  const quarantine = openQuarantine(reads);
  const sources = createDesk({
    clock,
    acceptor: fromPages,
    quarantine,
    inbox: { waiting: () => inboxStream.waiting(), stoppedAt: () => inbox.stoppedAt },
    keys: keyRing,
    lagMs: () => pulse.lagMs,
    feeds: (now, quarantined) =>
      readFeeds(reads, {
        now,
        quarantined,
        silentAfter: new Map(contexts.blueprints.all.flatMap(({ sources: all }) => all.map((source) => [source.id, source.silentAfter]))),
      }),
    async sample(source) {
      const place = await samplePlace(reads, source);
      return place === undefined ? null : readSample({ redis: reads, partitions: store.partitions }, place);
    },
  });
  const labels = createLabels({ redis: reads, partitions: store.partitions, acceptor: fromPages, context: () => contexts.current, clock });
  const journeyDesk = createJourneyDesk({
    definitions,
    blueprints: contexts.blueprints,
    clock,
    preview(current, draft, from) {
      // As they are at this moment: what is published while a piece is folded must not change under it.
      const { blueprints } = contexts.current;
      return previewJourney({ redis: reads, partitions: store.partitions, current, draft, blueprints, now: clock(), from });
    },
  });
  const identity = createIdentityDesk({
    reading: {
      redis: reads,
      partitions: store.partitions,
      blueprints: contexts.blueprints,
      context: () => contexts.current,
      factors: () => contexts.factors,
      rules,
    },
    acceptor: fromPages,
    clock,
  });
  const addressees = {
    redis: reads,
    partitions: store.partitions,
    context: () => contexts.current,
    blueprints: contexts.blueprints,
    nodeOf,
  };
  const staff = createStaffDesk({ reading: addressees, acceptor: fromPages, clock });
  const names = createNameDesk(addressees, clock);
  const queue = createQueueDesk({
    reading: addressees,
    factors: () => contexts.factors,
    acceptor: fromPages,
    changes: () => feed.sums.changes,
    names,
    recoveries: createRecoveryReader({ blueprints: contexts.blueprints, sums: () => feed.sums, clock }),
    clock,
  });
  const desks: Omit<Context, 'actor'> = {
    ...{ reader, labels, sources, funnels, journeyDesk, identity, names, staff, queue },
    unlessHanging: (answer) => pulse.unlessHanging(answer),
  };
  const api = createApi({ desks, actorOf: who, log });
  const callerFor = (actor: Actor): Caller => createCaller({ ...desks, actor });
  Reflect.set(globalThis, SERVICES, {
    callerFor,
    actorOf: who,
    writeKeyFile: config.writeKey === undefined ? `${config.dataDir}/write-key` : undefined,
    frameAncestors: config.frameAncestors,
  });

  function json(response: ServerResponse, code: number, body: unknown): void {
    response.writeHead(code, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.end(JSON.stringify(body));
  }

  async function readiness(response: ServerResponse): Promise<void> {
    try {
      const now = await pulse.unlessHanging(status());
      json(response, now.ready ? 200 : 503, now);
    } catch {
      json(response, 503, { ready: false, message: away().message });
    }
  }

  async function storeFigures(): Promise<StoreFigures> {
    const [counts, kept, inboxEntries, info] = await Promise.all([
      pulse.counts(),
      quarantine.counts(),
      inboxStream.waiting(),
      reads.info('memory'),
    ]);
    return { ...counts, quarantine: kept, inbox: inboxEntries, memory: Number(infoField(info, 'used_memory')) };
  }

  /** For whoever may see the pages: how much there is to do here is nobody else's business. */
  async function tellMetrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (who(request) === undefined)
      return json(response, 403, { code: 'forbidden', message: 'The metrics are for this machine only until accounts exist.' });
    const figures = await pulse.unlessHanging(storeFigures()).catch(() => undefined);
    const text = await metrics.text({
      ready: figures !== undefined && isReady(),
      store: figures,
      sockets: sockets?.connections ?? 0,
      rooms: sockets?.rooms ?? new Map(),
    });
    response.writeHead(200, { 'content-type': metrics.type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    response.end(text);
  }

  return {
    keys,
    redis,
    handle(request, response) {
      const path = (request.url ?? '/').split('?')[0] ?? '/';
      if (path === '/healthz') json(response, 200, { ok: true, version: options.version });
      else if (path === '/readyz') void readiness(response);
      else if (path === '/metrics') void tellMetrics(request, response);
      else if (path.startsWith(API_PATH)) api(request, response);
      else return doors(request, response);
      return true;
    },
    attach(http, others) {
      declineUpgrades(http);
      if (others === 'refused') refuseOtherSockets(http, SOCKET_PATH);
      sockets = new Sockets({
        http,
        presence,
        reader,
        funnels,
        clock,
        log,
        changes: () => feed.sums.changes + earlierReadings + publications,
        beat: () => ({ at: clock(), lagMs: pulse.lagMs, ready: answers() && pulse.vouching && feed.healthy, full: isFull() }),
        allow: (request) => who(request) !== undefined && sameOrigin(request),
        nameOf: (request, given) => (given === undefined ? (who(request)?.name ?? '') : nameGiven(given)),
      });
    },
    async offerFunnels(offered) {
      const known = new Set(definitions.current.since(NO_REVISION).flatMap(({ kind, id }) => (kind === 'funnel' ? [id] : [])));
      for (const one of offered)
        if (!known.has(one.id))
          await definitions.publish({ kind: 'funnel', id: one.id, body: funnelDefinition.parse(one), by: 'the demo', at: clock() });
    },
    setDemo(next) {
      demo = next;
    },
    status: async () => reader.status(),
    async close() {
      sockets?.close();
      await presence.stop();
      await inbox.stop();
      keyRing.stop();
      await meter.stop();
      await pulse.stop();
      loopDelay.stop();
      nightlyPull.stop();
      together.stop();
      await projecting?.stop();
      await feed.stop();
      definitions.stop();
      for (const connection of [redis, reads, follows]) connection.destroy();
    },
  };
}
