import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { linesOf } from './lines.ts';
import type { MappedRow } from './row-mapper.ts';

/** Rows sorted in memory at once (about 100 MB); more than that is sorted in pieces on disk and merged. */
const ROWS_IN_MEMORY = 100_000;

interface Piece {
  readonly at: number;
  readonly sequence: number;
  readonly row: number;
  /** the mapped row as JSON: a third of the memory of the object */
  readonly json: string;
}

/** Takes rows in any order and gives them back by (time, sequence, row). */
export interface Orderer {
  /** must be awaited: it may have to write a piece to disk */
  add(mapped: MappedRow): Promise<void>;
  readonly size: number;
  /** once, after the last `add` */
  sorted(): AsyncGenerator<MappedRow>;
  /** removes what was written to disk; safe to call twice */
  dispose(): Promise<void>;
}

function compare(a: Piece, b: Piece): number {
  return a.at - b.at || a.sequence - b.sequence || a.row - b.row;
}

function* written(pieces: readonly Piece[]): Generator<string> {
  for (const piece of pieces) yield `${piece.at} ${piece.sequence} ${piece.row} ${piece.json}\n`;
}

function pieceOf(line: string): Piece {
  const first = line.indexOf(' ');
  const second = line.indexOf(' ', first + 1);
  const third = line.indexOf(' ', second + 1);
  return {
    at: Number(line.slice(0, first)),
    sequence: Number(line.slice(first + 1, second)),
    row: Number(line.slice(second + 1, third)),
    json: line.slice(third + 1),
  };
}

async function* readBack(file: string): AsyncGenerator<Piece> {
  for await (const line of linesOf(createReadStream(file))) yield pieceOf(line);
}

interface Head {
  piece: Piece;
  readonly rest: AsyncIterator<Piece>;
}

/** Puts a head in its place among heads kept in order: there are few, so a shift costs less than a heap would. */
function place(heads: Head[], head: Head): void {
  let low = 0;
  let high = heads.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = heads[middle];
    if (other !== undefined && compare(other.piece, head.piece) < 0) low = middle + 1;
    else high = middle;
  }
  heads.splice(low, 0, head);
}

async function* merge(sources: readonly AsyncIterator<Piece>[]): AsyncGenerator<Piece> {
  const heads: Head[] = [];
  for (const rest of sources) {
    const first = await rest.next();
    if (first.done !== true) place(heads, { piece: first.value, rest });
  }
  for (let head = heads.shift(); head !== undefined; head = heads.shift()) {
    yield head.piece;
    const next = await head.rest.next();
    if (next.done === true) continue;
    head.piece = next.value;
    place(heads, head);
  }
}

/**
 * Sorts rows, on disk where they are many.
 * @param folder where pieces are written, made when needed and removed by `dispose`
 * @param rowsInMemory how many rows are sorted at once
 */
export function orderer(folder: string, rowsInMemory: number = ROWS_IN_MEMORY): Orderer {
  let pieces: Piece[] = [];
  let size = 0;
  const files: string[] = [];

  async function spill(): Promise<void> {
    pieces.sort(compare);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${files.length}.rows`);
    await pipeline(Readable.from(written(pieces)), createWriteStream(file, { mode: 0o600 }));
    files.push(file);
    pieces = [];
  }

  async function* inMemory(): AsyncGenerator<Piece> {
    pieces.sort(compare);
    yield* pieces;
  }

  return {
    async add(mapped) {
      pieces.push({ at: mapped.at, sequence: mapped.sequence, row: mapped.row, json: JSON.stringify(mapped) });
      size += 1;
      if (pieces.length >= rowsInMemory) await spill();
    },
    get size() {
      return size;
    },
    async *sorted() {
      const ordered = files.length === 0 ? inMemory() : merge([...files.map(readBack), inMemory()]);
      for await (const piece of ordered) yield JSON.parse(piece.json) as MappedRow;
    },
    async dispose() {
      pieces = [];
      if (files.length > 0) await rm(folder, { recursive: true, force: true });
    },
  };
}
