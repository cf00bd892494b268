import { MultiErrorReply, WatchError } from 'redis';
import { Fault, thrownWords } from '#lib/contract/index.ts';
import type { Redis } from './client.ts';
import { another } from './client.ts';
import { merged } from './merged.ts';
import type { Command } from './scripts.ts';

/** What the fence found when a reading began. */
export interface FenceState {
  /** of the last commit; empty before the first */
  readonly version: string;
  /** a verifier holds the partition: nothing may be written */
  readonly held: boolean;
}

/**
 * The way in which a projector writes one partition: everything of a commit, or nothing when anybody else has written, or taken a hold, since
 * `begin`. Needs a connection of its own, because the store remembers per connection what is being watched.
 */
export class Fence {
  readonly #shared: Redis;
  readonly #versionKey: string;
  readonly #holdKey: string;
  #own: Promise<Redis> | undefined;

  constructor(redis: Redis, place: { readonly versionKey: string; readonly holdKey: string }) {
    this.#shared = redis;
    this.#versionKey = place.versionKey;
    this.#holdKey = place.holdKey;
  }

  /** Begins to watch. What is read after this call was sent is fenced: the store answers in order. */
  async begin(): Promise<FenceState> {
    const own = await this.#connection();
    const [, , version, holder] = await Promise.all([
      own.unwatch(),
      own.watch([this.#versionKey, this.#holdKey]),
      own.get(this.#versionKey),
      own.get(this.#holdKey),
    ]);
    return { version: version ?? '', held: holder !== null && holder !== '' };
  }

  /**
   * Writes a commit and the version it makes.
   * @returns false where somebody else was faster: nothing was written
   * @throws Fault `internal` where the store refused single commands: it has written all others
   */
  async commit(version: string, commands: readonly Command[]): Promise<boolean> {
    const own = await this.#connection();
    const written: readonly Command[] = [['SET', this.#versionKey, version], ...merged(commands)];
    const all = own.multi();
    for (const command of written) all.addCommand([...command]);
    try {
      await all.exec();
      return true;
    } catch (error) {
      if (error instanceof WatchError) return false;
      throw error instanceof MultiErrorReply ? brokenCommit(error, written) : error;
    }
  }

  async close(): Promise<void> {
    const own = this.#own;
    this.#own = undefined;
    (await own)?.destroy();
  }

  #connection(): Promise<Redis> {
    return (this.#own ??= another(this.#shared));
  }
}

/** The store does not take a transaction back of which a command fails. That is a fault of ours, so it is said which command it was. */
function brokenCommit(error: MultiErrorReply, written: readonly Command[]): Fault {
  const [first = 0] = error.errorIndexes;
  const [name = '', key = ''] = written[first] ?? [];
  const reply: unknown = error.replies[first];
  const why = thrownWords(reply);
  return new Fault(
    'internal',
    `The store refused ${error.errorIndexes.length} commands of a commit and wrote the others; the first is ${name} ${key}: ${why}. npm run verify says what differs now.`,
    { cause: error },
  );
}
