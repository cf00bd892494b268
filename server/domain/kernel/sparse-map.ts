/** A map that mostly has no entries: thousands are kept, and one that is empty costs next to nothing. */
export class SparseMap<K, V> {
  #entries: Map<K, V> | null = null;

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  get(key: K): V | undefined {
    return this.#entries?.get(key);
  }

  has(key: K): boolean {
    return this.#entries?.has(key) ?? false;
  }

  set(key: K, value: V): void {
    this.#entries ??= new Map();
    this.#entries.set(key, value);
  }

  /** @returns whether it was there */
  delete(key: K): boolean {
    return this.#entries?.delete(key) ?? false;
  }

  keys(): Iterable<K> {
    return this.#entries?.keys() ?? [];
  }

  values(): Iterable<V> {
    return this.#entries?.values() ?? [];
  }

  [Symbol.iterator](): Iterator<[K, V]> {
    return (this.#entries ?? NONE)[Symbol.iterator]() as Iterator<[K, V]>;
  }
}

const NONE: readonly never[] = [];
