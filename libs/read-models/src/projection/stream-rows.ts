import { changeRows, putRows, type Statement, type Table } from './table';

/**
 * Gathers what a batch does to the rows of streams, one row a stream: made in this batch, or changed from what stands. As
 * a stream's events come in order, the last value of each column is what remains.
 */
export class StreamRows<Row extends { readonly revision: number }> {
  readonly #made = new Map<string, Row>();
  readonly #changed = new Map<string, Partial<Row>>();

  /** The stream's first event: the row whole. */
  make(id: string, row: Row): void {
    this.#made.set(id, row);
  }

  /** A later event: the columns it changes, its key among them. */
  change(id: string, change: Partial<Row> & { readonly revision: number }): void {
    const made = this.#made.get(id);
    if (made) Object.assign(made, change);
    else this.#changed.set(id, Object.assign(this.#changed.get(id) ?? {}, change));
  }

  statements(schema: string, table: Table<Row>): readonly Statement[] {
    return [
      ...(this.#made.size > 0 ? [putRows(schema, table, inOrder(this.#made))] : []),
      ...(this.#changed.size > 0 ? [changeRows(schema, table, inOrder(this.#changed))] : []),
    ];
  }
}

/** By id, so that everybody locks rows in the same order. */
function inOrder<Row>(rows: ReadonlyMap<string, Row>): readonly Row[] {
  return [...rows].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, row]) => row);
}
