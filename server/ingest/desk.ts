import { MOST_GROUPS } from '#lib/contract/index.ts';
import type { KeyKind, SourcesView } from '#lib/contract/index.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { InboxStream } from '#server/log/inbox-stream.ts';
import type { Quarantine } from '#server/log/quarantine.ts';
import type { KeyRing } from '#server/security/key-ring.ts';
import type { Acceptor } from './acceptor.ts';
import { createRepair, type Repair } from './replay.ts';

/** Pages that look at the same moment share one reading. */
const SHARED_MS = 300;
const MOST_LISTED = 200;
const RELEASE_AT_ONCE = 500;

/** What the desk stands on. */
export interface DeskOptions {
  readonly clock: Clock;
  readonly acceptor: Acceptor;
  readonly quarantine: Quarantine;
  /** the stream for producers of the house: how many entries wait, and since when none could be taken in */
  readonly inbox: Pick<InboxStream, 'waiting'> & { stoppedAt(): number | undefined };
  readonly keys: KeyRing;
  readonly lagMs: () => number;
  /** health of all sources; given the number of refused events kept of each */
  readonly feeds: (now: number, quarantined: ReadonlyMap<string, number>) => Promise<SourcesView['sources']>;
  readonly sample: (source: string) => Promise<string | null>;
}

/** The desk of sources: `SourceDesk` of server/api, which must not be reached from here. */
export type Desk = Repair &
  Pick<Quarantine, 'groups' | 'page'> & {
    view(): Promise<SourcesView>;
    sample(source: string): Promise<string | null>;
    test(source: string, by: string): Promise<{ readonly accepted: number }>;
    discard(filter: Parameters<Quarantine['each']>[0]): Promise<number>;
    keys(): ReturnType<KeyRing['list']>;
    makeKey(source: string, kind: KeyKind, by: string): ReturnType<KeyRing['make']>;
    rotateKey(id: string, by: string): ReturnType<KeyRing['rotate']>;
    endKey(id: string): Promise<void>;
  };

/** Makes the desk of sources. Its methods throw what the store throws. */
export function createDesk(options: DeskOptions): Desk {
  const { clock, acceptor, quarantine, inbox, keys } = options;
  let shared: { readonly at: number; readonly view: Promise<SourcesView> } | undefined;

  async function look(): Promise<SourcesView> {
    const [groups, counts, inboxWaiting] = await Promise.all([quarantine.groups(), quarantine.counts(), inbox.waiting()]);
    const quarantined = new Map<string, number>();
    for (const { source, count } of groups) quarantined.set(source, (quarantined.get(source) ?? 0) + count);
    const now = clock();
    const sources = await options.feeds(now, quarantined);
    return {
      at: now,
      // By name, so that no row moves while somebody reads it.
      sources: sources.slice(0, MOST_LISTED).sort((a, b) => (a.source < b.source ? -1 : 1)),
      more: Math.max(0, sources.length - MOST_LISTED),
      lagMs: options.lagMs(),
      quarantine: counts,
      inboxWaiting,
      inboxStoppedAt: inbox.stoppedAt() ?? null,
    };
  }

  const repair = createRepair({ quarantine, acceptor, sourceInside: (name, asked) => keys.sourceInside(name, asked) });
  return {
    trial: (filter, rule) => repair.trial(filter, rule),
    async replay(filter, rule) {
      const answer = await repair.replay(filter, rule);
      shared = undefined;
      return answer;
    },
    groups: async (source) => (await quarantine.groups(source)).slice(0, MOST_GROUPS),
    page: (filter, page) => quarantine.page(filter, page),
    sample: (source) => options.sample(source),
    view() {
      const at = performance.now();
      if (shared === undefined || at - shared.at > SHARED_MS) shared = { at, view: look() };
      return shared.view;
    },
    async test(source, by) {
      const event = {
        id: `test-${clock()}`,
        type: 'test.sent',
        customer: { customerId: `throughline-test-${source}` },
        touchpoint: 'Test event',
        attributes: { by },
      };
      return { accepted: (await acceptor.acceptBatch(source, [event])).accepted };
    },
    async discard(filter) {
      let gone = 0;
      for await (const kept of quarantine.each(filter))
        for (let i = 0; i < kept.length; i += RELEASE_AT_ONCE)
          gone += await quarantine.release(kept.slice(i, i + RELEASE_AT_ONCE).map(({ id }) => id));
      shared = undefined;
      return gone;
    },
    keys: () => keys.list(),
    makeKey: (source, kind, by) => keys.make(source, kind, by),
    rotateKey: (id, by) => keys.rotate(id, by),
    endKey: (id) => keys.end(id),
  };
}
