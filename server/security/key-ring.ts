import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { Fault, keyKinds, sourceName } from '#lib/contract/index.ts';
import type { KeyKind, KeyView, NewKey } from '#lib/contract/index.ts';
import { DAY } from '#lib/contract/time.ts';
import type { Redis } from '#server/redis/client.ts';
import { keys } from '#server/redis/keys.ts';
import type { WriteKeys } from './write-keys.ts';

/** A rotated key is taken for this long after its successor was made. */
const GRACE_MS = DAY;
const FOLLOW_MS = 1_000;
const USED_EVERY_MS = 60_000;
const MOST_KEYS = 500;
const PREFIX: Readonly<Record<KeyKind, string>> = { server: 'wk', browser: 'wkb' };
const KEY = /^wkb?_([\da-f]{8})_[\w-]{43}$/;

const stored = z.object({
  id: z.string(),
  source: sourceName,
  kind: z.enum(keyKinds),
  /** sha-256 of the key, hex */
  digest: z.string(),
  madeAt: z.number(),
  madeBy: z.string(),
  endsAt: z.number().nullable(),
});
type Stored = z.infer<typeof stored>;

const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest();

/** Write keys made on the page of sources: kept as digests, one source each, shown once. Every process follows them within a second. */
export class KeyRing implements Pick<WriteKeys, 'sourceOf' | 'sourceInside' | 'isNamed' | 'isBrowser'> {
  readonly #redis: Redis;
  readonly #clock: () => number;
  readonly #configured: WriteKeys;
  #keys: ReadonlyMap<string, Stored> = new Map();
  readonly #used = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param options.configured the keys of the environment, asked first */
  constructor(options: { readonly redis: Redis; readonly clock: () => number; readonly configured: WriteKeys }) {
    this.#redis = options.redis;
    this.#clock = options.clock;
    this.#configured = options.configured;
  }

  async start(): Promise<void> {
    await this.#read();
    this.#timer = setInterval(() => void this.#follow(), FOLLOW_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  sourceOf(key: string, asked?: string): string | undefined {
    const configured = this.#configured.sourceOf(key, asked);
    if (configured !== undefined) return configured;
    const found = this.#find(key);
    if (found === undefined) return undefined;
    const now = this.#clock();
    if (now - (this.#used.get(found.id) ?? 0) >= USED_EVERY_MS) {
      this.#used.set(found.id, now);
      void this.#redis.hSet(keys.writeKeysUsed(), found.id, String(now)).catch(() => undefined);
    }
    return asked === undefined ? found.source : this.sourceInside(found.source, asked);
  }

  sourceInside(name: string | undefined, asked: string): string {
    return this.#configured.sourceInside(name, asked);
  }

  isNamed(key: string): boolean {
    return this.#configured.isNamed(key) || this.#find(key) !== undefined;
  }

  isBrowser(key: string): boolean {
    return this.#find(key)?.kind === 'browser';
  }

  /** All keys made here, newest first. */
  async list(): Promise<readonly KeyView[]> {
    await this.#read();
    const used = await this.#redis.hGetAll(keys.writeKeysUsed());
    return [...this.#keys.values()]
      .sort((a, b) => b.madeAt - a.madeAt)
      .map(({ digest: _, ...view }) => ({ ...view, lastUsedAt: used[view.id] === undefined ? null : Number(used[view.id]) }));
  }

  /** Makes a key. @throws Fault `too_many` */
  async make(source: string, kind: KeyKind, by: string): Promise<NewKey> {
    await this.#read();
    if (this.#keys.size >= MOST_KEYS) throw new Fault('too_many', `There are ${MOST_KEYS} keys. End some that nobody uses.`);
    const id = randomBytes(4).toString('hex');
    const key = `${PREFIX[kind]}_${id}_${randomBytes(32).toString('base64url')}`;
    const made: Stored = { id, source, kind, digest: digestOf(key).toString('hex'), madeAt: this.#clock(), madeBy: by, endsAt: null };
    await this.#write(made);
    const { digest: _, ...view } = made;
    return { key, view: { ...view, lastUsedAt: null } };
  }

  /** Makes a successor; the key itself is taken for a day more. @throws Fault `not_found` */
  async rotate(id: string, by: string): Promise<NewKey> {
    const old = await this.#known(id);
    const made = await this.make(old.source, old.kind, by);
    await this.#write({ ...old, endsAt: Math.min(old.endsAt ?? Infinity, this.#clock() + GRACE_MS) });
    return made;
  }

  /** Ends a key at once. @throws Fault `not_found` */
  async end(id: string): Promise<void> {
    const old = await this.#known(id);
    await this.#redis.hDel(keys.writeKeys(), old.id);
    await this.#redis.hDel(keys.writeKeysUsed(), old.id);
    await this.#read();
  }

  async #known(id: string): Promise<Stored> {
    await this.#read();
    const found = this.#keys.get(id);
    if (found === undefined) throw new Fault('not_found', 'There is no such key.');
    return found;
  }

  async #write(key: Stored): Promise<void> {
    await this.#redis.hSet(keys.writeKeys(), key.id, JSON.stringify(key));
    await this.#read();
  }

  async #follow(): Promise<void> {
    try {
      await this.#read();
    } catch {
      // The store is away: the keys known stay known.
    }
  }

  async #read(): Promise<void> {
    const read = new Map<string, Stored>();
    for (const [id, text] of Object.entries(await this.#redis.hGetAll(keys.writeKeys()))) read.set(id, stored.parse(JSON.parse(text)));
    this.#keys = read;
  }

  /** Looked up by the id in the key; the secret is compared in constant time. */
  #find(key: string): Stored | undefined {
    const id = KEY.exec(key)?.[1];
    const found = id === undefined ? undefined : this.#keys.get(id);
    if (found === undefined || !timingSafeEqual(Buffer.from(found.digest, 'hex'), digestOf(key))) return undefined;
    return found.endsAt === null || this.#clock() < found.endsAt ? found : undefined;
  }
}
