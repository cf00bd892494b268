/** Integers that name a place: cell, measure, anchor, booked. */
const KEY = 4;
const FIRST_ROOM = 64;

/** Cells as small numbers, so that sums are kept under numbers and not under texts. */
export class CellNames {
  readonly #index = new Map<string, number>();
  readonly #names: string[] = [];
  #lastName = '';
  #last = -1;

  /** The number of a cell; a new one where it has none yet. Bookings come in runs of one cell, so the last one is remembered. */
  indexOf(name: string): number {
    if (name === this.#lastName && this.#last >= 0) return this.#last;
    let index = this.#index.get(name);
    if (index === undefined) {
      this.#index.set(name, (index = this.#names.length));
      this.#names.push(name);
    }
    this.#lastName = name;
    this.#last = index;
    return index;
  }

  nameOf(index: number): string {
    return this.#names[index] ?? '';
  }

  get names(): readonly string[] {
    return this.#names;
  }

  clear(): void {
    this.#index.clear();
    this.#names.length = 0;
    this.#last = -1;
  }
}

/** One sum with its place. */
export type PlaceVisitor = (cell: number, measure: number, anchor: number, booked: number, sum: number) => void;

/**
 * Integer sums by place, in columns with an open-addressed index beside them: nothing is allocated for a booking, and bookings of one place
 * meet at once. Sums stay exact up to 2^53. This is the innermost loop of the projector, of the ledger and of the stored sums.
 */
export class PlaceSums {
  #keys = new Int32Array(FIRST_ROOM * KEY);
  #sums = new Float64Array(FIRST_ROOM);
  /** hash -> entry + 1; 0: free. Twice the room, a power of two. */
  #slots = new Int32Array(FIRST_ROOM * 2);
  #length = 0;

  /** Entries, those whose sum has become zero included. */
  get length(): number {
    return this.#length;
  }

  /** Places with a sum other than zero. */
  get size(): number {
    let size = 0;
    for (let i = 0; i < this.#length; i++) if (this.#sums[i] !== 0) size++;
    return size;
  }

  get empty(): boolean {
    for (let i = 0; i < this.#length; i++) if (this.#sums[i] !== 0) return false;
    return true;
  }

  add(cell: number, measure: number, anchor: number, booked: number, delta: number): void {
    const keys = this.#keys;
    const mask = this.#slots.length - 1;
    for (let slot = hashOf(cell, measure, anchor, booked) & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot] ?? 0;
      if (entry === 0) {
        this.#append(slot, cell, measure, anchor, booked, delta);
        return;
      }
      const key = (entry - 1) * KEY;
      if (keys[key] === cell && keys[key + 1] === measure && keys[key + 2] === anchor && keys[key + 3] === booked) {
        this.#sums[entry - 1] = (this.#sums[entry - 1] ?? 0) + delta;
        return;
      }
    }
  }

  /** Every sum other than zero, in order of first appearance. */
  forEach(visit: PlaceVisitor): void {
    const keys = this.#keys;
    for (let i = 0; i < this.#length; i++) {
      const sum = this.#sums[i] ?? 0;
      if (sum !== 0) visit(keys[i * KEY] ?? 0, keys[i * KEY + 1] ?? 0, keys[i * KEY + 2] ?? 0, keys[i * KEY + 3] ?? 0, sum);
    }
  }

  clear(): void {
    this.#length = 0;
    this.#slots.fill(0);
  }

  #append(slot: number, cell: number, measure: number, anchor: number, booked: number, delta: number): void {
    const entry = this.#length++;
    const key = entry * KEY;
    this.#keys[key] = cell;
    this.#keys[key + 1] = measure;
    this.#keys[key + 2] = anchor;
    this.#keys[key + 3] = booked;
    this.#sums[entry] = delta;
    this.#slots[slot] = entry + 1;
    if (this.#length === this.#sums.length) this.#makeRoom();
  }

  /** Lets go of zeros; where that does not help much, takes more room. */
  #makeRoom(): void {
    let kept = 0;
    for (let i = 0; i < this.#length; i++) {
      if (this.#sums[i] === 0) continue;
      if (kept < i) {
        this.#keys.copyWithin(kept * KEY, i * KEY, i * KEY + KEY);
        this.#sums[kept] = this.#sums[i] ?? 0;
      }
      kept++;
    }
    this.#length = kept;
    if (kept > this.#sums.length / 2) {
      const [keys, sums] = [new Int32Array(this.#keys.length * 2), new Float64Array(this.#sums.length * 2)];
      keys.set(this.#keys.subarray(0, kept * KEY));
      sums.set(this.#sums.subarray(0, kept));
      [this.#keys, this.#sums, this.#slots] = [keys, sums, new Int32Array(this.#slots.length * 2)];
    } else this.#slots.fill(0);
    const mask = this.#slots.length - 1;
    for (let i = 0; i < kept; i++) {
      const key = i * KEY;
      let slot = hashOf(this.#keys[key] ?? 0, this.#keys[key + 1] ?? 0, this.#keys[key + 2] ?? 0, this.#keys[key + 3] ?? 0) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = i + 1;
    }
  }
}

/** Mixes a place into 32 bits; the multipliers are those of xxHash32. */
function hashOf(cell: number, measure: number, anchor: number, booked: number): number {
  let hash = Math.imul(cell, 0x9e3779b1) ^ Math.imul(measure, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae3d) ^ Math.imul(anchor, 0x27d4eb2f) ^ Math.imul(booked - anchor, 0x165667b1);
  hash = Math.imul(hash ^ (hash >>> 13), 0x85ebca77);
  return hash ^ (hash >>> 16);
}
