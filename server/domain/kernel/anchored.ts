import { DigitReader, DigitWriter } from './digits.ts';
import { PlaceSums } from './places.ts';
import type { PlaceVisitor } from './places.ts';

/**
 * The sums of one stretch of anchors. While bookings come they lie open, some 80 bytes a place; once they rest they are packed into digits, some 11
 * bytes a place, read as they are and opened again by whatever comes late. Nothing is rounded: every minute stays what it was.
 */
export class AnchoredSums {
  #open: PlaceSums | undefined = new PlaceSums();
  #packed = '';

  get isPacked(): boolean {
    return this.#open === undefined;
  }

  /** Places, those whose sum has become zero included; 0 where they are packed. */
  get places(): number {
    return this.#open?.length ?? 0;
  }

  /** The sums, open to be added to. */
  open(): PlaceSums {
    if (this.#open !== undefined) return this.#open;
    const open = new PlaceSums();
    readPacked(this.#packed, (cell, measure, anchor, booked, sum) => open.add(cell, measure, anchor, booked, sum));
    this.#packed = '';
    return (this.#open = open);
  }

  /** Packs the sums. Whoever holds what `open` gave must ask again. */
  pack(): void {
    if (this.#open === undefined) return;
    this.#packed = packed(this.#open);
    this.#open = undefined;
  }

  /** Every sum other than zero. */
  forEach(visit: PlaceVisitor): void {
    if (this.#open === undefined) readPacked(this.#packed, visit);
    else this.#open.forEach(visit);
  }
}

/** Per cell: distance from the cell before, number of places, and per place measure, anchor (from the one before), booked (from the anchor), sum. */
function packed(sums: PlaceSums): string {
  const cells = new Map<number, number[]>();
  sums.forEach((cell, measure, anchor, booked, sum) => {
    let flat = cells.get(cell);
    if (flat === undefined) cells.set(cell, (flat = []));
    flat.push(measure, anchor, booked, sum);
  });
  const digits = new DigitWriter();
  let lastCell = 0;
  let lastAnchor = 0;
  for (const [cell, flat] of cells) {
    digits.write(cell - lastCell);
    digits.write(flat.length / 4);
    lastCell = cell;
    for (let i = 0; i < flat.length; i += 4) {
      const anchor = flat[i + 1] ?? 0;
      digits.write(flat[i] ?? 0);
      digits.write(anchor - lastAnchor);
      digits.write((flat[i + 2] ?? 0) - anchor);
      digits.write(flat[i + 3] ?? 0);
      lastAnchor = anchor;
    }
  }
  return digits.toString();
}

function readPacked(text: string, visit: PlaceVisitor): void {
  const digits = new DigitReader(text);
  let cell = 0;
  let anchor = 0;
  while (!digits.done) {
    cell += digits.read();
    for (let count = digits.read(); count > 0; count--) {
      const measure = digits.read();
      anchor += digits.read();
      const booked = anchor + digits.read();
      visit(cell, measure, anchor, booked, digits.read());
    }
  }
}
