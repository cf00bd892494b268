import type { HeatCell, HeatView } from '#lib/contract/views.ts';

/** One square with a state of its own, and what of it is said to those who listen. */
export class Square {
  #cell: HeatCell;
  #said: HeatCell;

  constructor(cell: HeatCell) {
    this.#cell = $state.raw(cell);
    this.#said = $state.raw(cell);
  }

  get cell(): HeatCell {
    return this.#cell;
  }
  /** The cell that the hidden sentence speaks of: it follows what is seen. */
  get said(): HeatCell {
    return this.#said;
  }
  take(cell: HeatCell): void {
    if (cell !== this.#cell) this.#cell = cell;
  }
  /** Lets the sentence catch up. */
  say(): void {
    if (this.#said !== this.#cell) this.#said = this.#cell;
  }
}

/**
 * What the grid draws, cut into states as small as what changes: a new view touches those squares whose cell is another, and nothing else is even asked.
 * Derived from the view as a whole, a change in one square would send a question through all of them.
 */
export class GridSquares {
  readonly #squares = new Map<string, Square>();
  #rows = $state.raw<HeatView['rows']>([]);
  #columns = $state.raw<readonly string[]>([]);
  /** raised when squares come or go */
  #known = $state(0);
  #full = $state(1);
  #fullOfAll = $state(1);

  constructor(view: HeatView) {
    this.take(view);
  }

  get rows(): HeatView['rows'] {
    return this.#rows;
  }
  /** with the sum of each row as the last */
  get columns(): readonly string[] {
    return this.#columns;
  }
  /** The square by its key; undefined where the view has none. */
  at(key: string): Square | undefined {
    void this.#known;
    return this.#squares.get(key);
  }
  /** The visits for which a bar is as wide as its square: sums of rows have a measure of their own. */
  full(column: string): number {
    return column === 'all' ? this.#fullOfAll : this.#full;
  }

  /** Lets all sentences catch up: seldom, because a sentence costs more to lay out than its square, and nobody listens five times a second. */
  say(): void {
    for (const square of this.#squares.values()) square.say();
  }

  /** Takes a newer view in. Called outside of what it redraws. */
  take(view: HeatView): void {
    let [largest, largestOfAll, changed] = [0, 0, false];
    for (const [key, cell] of Object.entries(view.cells)) {
      largestOfAll = Math.max(largestOfAll, cell.n);
      if (cell.column !== 'all') largest = Math.max(largest, cell.n);
      const square = this.#squares.get(key);
      if (square) square.take(cell);
      else {
        this.#squares.set(key, new Square(cell));
        changed = true;
      }
    }
    for (const key of this.#squares.keys()) if (!(key in view.cells)) changed = this.#squares.delete(key);
    const columns = view.columns.includes('all') ? view.columns : [...view.columns, 'all'];
    if (!sameWords(columns, this.#columns)) this.#columns = columns;
    if (view.rows !== this.#rows) this.#rows = view.rows;
    this.#full = measureOf(largest);
    this.#fullOfAll = measureOf(largestOfAll);
    if (changed) this.#known += 1;
  }
}

/** The measure of bars, in steps of a quarter: a visit more in the busiest square must not redraw the bars of all. */
export function measureOf(largest: number): number {
  const STEP = 1.25;
  return largest <= 1 ? 1 : Math.ceil(STEP ** Math.ceil(Math.log(largest) / Math.log(STEP)));
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index]);
}
