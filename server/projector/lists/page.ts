import { z } from 'zod';
import { Fault } from '#lib/contract/index.ts';
import type { ListRow } from '#lib/contract/index.ts';

/** Rows kept beyond a page before those that cannot be on it are let go. */
const SLACK = 4;

/** The last row of a page: the next page begins behind it. */
type Key = Pick<ListRow, 'friction' | 'at' | 'customer'>;

/** Where a page ended. */
export interface ListCursor {
  /** position the list is read at, ms: all pages of a list speak of the same instant */
  readonly position: number;
  readonly last: Key;
  /** rows with exactly this key that were shown already */
  readonly shown: number;
}

const cursorSchema = z.tuple([z.int(), z.number().nullable(), z.int(), z.string().max(64), z.int().min(1)]);

/** Writes a cursor as a text that fits into an address; nothing of a case stands in it. */
export function formatCursor({ position, last, shown }: ListCursor): string {
  return Buffer.from(JSON.stringify([position, last.friction, last.at, last.customer, shown])).toString('base64url');
}

/** Reads a cursor. @throws Fault `bad_request` where it is none of ours */
export function parseCursor(text: string): ListCursor {
  try {
    const [position, friction, at, customer, shown] = cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    return { position, last: { friction, at, customer }, shown };
  } catch (cause) {
    throw new Fault('bad_request', 'This is not a cursor. Ask for the list from its beginning.', { cause });
  }
}

/** The order of every list: worst first where there is a worst, else newest first. */
function compareRows(a: Key, b: Key): number {
  return (b.friction ?? 0) - (a.friction ?? 0) || b.at - a.at || (a.customer < b.customer ? -1 : a.customer > b.customer ? 1 : 0);
}

/** One page of a list: counts every row that comes by, and keeps only those that can be on the page. Rows come in any order, the same each time. */
export class PageOfRows {
  readonly #limit: number;
  readonly #after: Pick<ListCursor, 'last' | 'shown'> | undefined;
  #rows: ListRow[] = [];
  #equal = 0;
  #behind = 0;
  #count = 0;

  constructor(limit: number, after?: Pick<ListCursor, 'last' | 'shown'>) {
    this.#limit = limit;
    this.#after = after;
  }

  /** Rows of the whole list that came by. */
  get count(): number {
    return this.#count;
  }

  add(row: ListRow): void {
    this.#count++;
    if (this.#after !== undefined && this.#wasShown(row, this.#after)) return;
    this.#behind++;
    this.#rows.push(row);
    if (this.#rows.length >= SLACK * this.#limit) this.#tidy();
  }

  /** The page's rows, and where the next one begins; null: there is none. */
  page(): { readonly rows: readonly ListRow[]; readonly next: Pick<ListCursor, 'last' | 'shown'> | null } {
    this.#tidy();
    const last = this.#rows.at(-1);
    if (last === undefined || this.#behind <= this.#rows.length) return { rows: this.#rows, next: null };
    const same = this.#rows.filter((row) => compareRows(row, last) === 0).length;
    const before = this.#after !== undefined && compareRows(this.#after.last, last) === 0 ? this.#after.shown : 0;
    return { rows: this.#rows, next: { last, shown: before + same } };
  }

  #wasShown(row: ListRow, { last, shown }: Pick<ListCursor, 'last' | 'shown'>): boolean {
    const compared = compareRows(row, last);
    return compared < 0 || (compared === 0 && ++this.#equal <= shown);
  }

  #tidy(): void {
    this.#rows.sort(compareRows);
    this.#rows.length = Math.min(this.#rows.length, this.#limit);
  }
}
