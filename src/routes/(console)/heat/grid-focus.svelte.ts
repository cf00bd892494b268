/** Which cell of a grid the Tab key reaches; arrows move it. */
export class GridFocus {
  #row = $state(0);
  #column = $state(0);

  get row(): number {
    return this.#row;
  }
  get column(): number {
    return this.#column;
  }

  /** Makes a cell the one that Tab reaches. */
  set(row: number, column: number): void {
    this.#row = row;
    this.#column = column;
  }

  /** Moves by a key within `rows` × `columns`. Returns false where the key is not one of the grid's. */
  move(key: string, ctrl: boolean, size: { readonly rows: number; readonly columns: number }): boolean {
    const last = { row: size.rows - 1, column: size.columns - 1 };
    const steps: Readonly<Record<string, readonly [number, number]>> = {
      ArrowUp: [this.#row - 1, this.#column],
      ArrowDown: [this.#row + 1, this.#column],
      ArrowLeft: [this.#row, this.#column - 1],
      ArrowRight: [this.#row, this.#column + 1],
      Home: [ctrl ? 0 : this.#row, 0],
      End: [ctrl ? last.row : this.#row, last.column],
    };
    const target = steps[key];
    if (!target) return false;
    this.#row = Math.min(last.row, Math.max(0, target[0]));
    this.#column = Math.min(last.column, Math.max(0, target[1]));
    return true;
  }
}
