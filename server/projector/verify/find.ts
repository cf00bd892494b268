import type { Findable, Term } from '#server/domain/find/terms.ts';
import { shardOf, termsOf, unknownSince } from '#server/domain/find/terms.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import { entryOf, readEntry, shardKey } from '../find-index.ts';

/** Entries of one page of a scan. */
const PAGE = 500;

/** What is verified, and whom to tell. */
export interface FindCheckOptions {
  readonly redis: Redis;
  /** held by the verifier: its projector waits */
  readonly partition: number;
  /** what a customer's events come to: read again where an entry is in question */
  readonly findable: (person: string) => Promise<Findable>;
  /** names customers only by their id: what they are found under is personal */
  readonly differs: (words: string) => void;
}

/** Proves that people are found under exactly what their events say, and that nobody else is found. */
export class FindCheck {
  readonly #o: FindCheckOptions;
  /** key -> entries that must stand there */
  readonly #expected = new Map<string, number>();
  /** keys at which an entry is missing */
  readonly #suspect = new Set<string>();

  constructor(options: FindCheckOptions) {
    this.#o = options;
  }

  /** One customer's entries, against what the events come to. */
  async person(person: string, findable: Findable): Promise<void> {
    const { redis, differs } = this.#o;
    const standing = await Promise.all(
      termsOf(findable).map(async (term) => {
        const key = this.#keyOf(term);
        this.#expect(key);
        if ((await redis.zScore(key, entryOf(person, term))) !== null) return true;
        this.#suspect.add(key);
        return false;
      }),
    );
    for (const stands of standing) if (!stands) differs(`${person} is not found under something that their events say`);
    const since = unknownSince(findable);
    if (since !== 0) this.#expect(this.#unknown);
    if (((await redis.zScore(this.#unknown, person)) ?? 0) === since) return;
    this.#suspect.add(this.#unknown);
    differs(`${person} does not stand among the unknown as their events say`);
  }

  /** Entries that no events make. Where as many stand as should, and each that should does, there are none. */
  async surplus(): Promise<void> {
    const { redis, partition } = this.#o;
    const seen = new Set<string>();
    for await (const page of redis.scanIterator({ MATCH: `${keys.find(partition, '')}*`, COUNT: PAGE }))
      for (const key of page) {
        if (seen.has(key)) continue;
        seen.add(key);
        if (await this.#isWhole(key)) continue;
        await this.#search(key, async (entry) => {
          const { text, person } = readEntry(entry);
          const made = termsOf(await this.#o.findable(person)).some((term) => term.text === text && this.#keyOf(term) === key);
          return made ? undefined : person;
        });
      }
    if (await this.#isWhole(this.#unknown)) return;
    await this.#search(this.#unknown, async (person) => (unknownSince(await this.#o.findable(person)) === 0 ? person : undefined));
  }

  get #unknown(): string {
    return keys.unknown(this.#o.partition);
  }

  #keyOf({ kind, text }: Term): string {
    return shardKey(this.#o.partition, kind, shardOf(kind, text));
  }

  #expect(key: string): void {
    this.#expected.set(key, (this.#expected.get(key) ?? 0) + 1);
  }

  async #isWhole(key: string): Promise<boolean> {
    return !this.#suspect.has(key) && (await this.#o.redis.zCard(key)) === (this.#expected.get(key) ?? 0);
  }

  /** @param strangerOf whom an entry wrongly names; undefined: it is right */
  async #search(key: string, strangerOf: (entry: string) => Promise<string | undefined>): Promise<void> {
    for await (const page of this.#o.redis.zScanIterator(key, { COUNT: PAGE }))
      for (const { value } of [page].flat()) {
        const stranger = await strangerOf(value);
        if (stranger !== undefined) this.#o.differs(`${stranger} is found under something that their events do not say`);
      }
  }
}
