import type { Factor, ListRow, SavedListRef, Published, SystemStatus } from '#lib/contract/index.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import type { Redis } from '#server/redis/client.ts';
import type { Blueprints } from '#server/domain/blueprint/blueprint.ts';
import type { FoldContext } from '#server/domain/customer/applying.ts';
import type { Candidate } from '#server/projector/find.ts';
import type { Associations } from './associations.ts';
import type { FrictionReading } from './judged.ts';
import type { LiveSums } from './sums.ts';
import type { MayFind } from '#server/security/find-rights.ts';

/** What the reader stands on. */
export interface ReaderOptions {
  readonly redis: Redis;
  readonly partitions: number;
  /** node of an identifier */
  readonly nodeOf: (kind: string, value: string) => string;
  readonly blueprints: Blueprints;
  /** `off`: emotions are not read here */
  readonly emotion?: (() => 'off' | undefined) | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly sums: () => LiveSums;
  /** what customers are folded under now */
  readonly context: () => FoldContext;
  /** age of the oldest accepted event that is not counted yet, ms */
  readonly lagMs: () => number;
  readonly factors: () => readonly Factor[];
  readonly friction: FrictionReading;
  /** notes as they are published */
  readonly notes: () => readonly Published[];
  /** publishes a note; null takes it back */
  readonly annotate: (note: { readonly id: string; readonly body: unknown; readonly by: string }) => Promise<void>;
  readonly sourcesSeen: () => ReadonlyMap<string, number>;
  readonly status: () => Promise<Omit<SystemStatus, 'sources'>>;
  /** the attempts behind a number of a saved funnel */
  readonly attempts: (ref: SavedListRef, minute: number) => AsyncIterable<ListRow>;
  /** every identifier a search term could be, with its node */
  readonly candidates: (q: string) => readonly Candidate[];
  readonly mayFind: MayFind;
  /** reads what goes together */
  readonly together: Associations;
  /** told that what is compared with has moved on to the minute */
  readonly onEarlier: () => void;
}
