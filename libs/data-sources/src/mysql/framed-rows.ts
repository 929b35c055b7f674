import { MOST_SCALE } from './dialect/numbers';
import type { TranslatedQuery } from './dialect/translate';
import { ExactSum } from './exact-sum';
import type { ReadSession, Row } from './read-session';

/** Puts their numbers before the rows of a query, and their totals after them. */
export class FramedRows {
  private taken = 0;
  private readonly sums: ReadonlyMap<string, ExactSum>;

  constructor(private readonly query: Omit<TranslatedQuery, 'rows'>) {
    this.sums = new Map(query.totals?.names.map((name) => [name, new ExactSum()]));
  }

  /** The row as it is to be; null for one that is not shown. */
  take(row: Row): Row | null {
    const { totals } = this.query;
    this.taken++;
    if (!totals) return this.numbered(row, String(this.taken));
    if (this.taken > totals.limit) return null;
    let place = totals.columns;
    for (const sum of this.sums.values()) sum.add(row[place++] ?? null);
    return this.numbered(row.slice(0, totals.columns), String(this.taken));
  }

  /** What comes after the last row. Throws what the session throws. */
  async rest(session: Pick<ReadSession, 'all'>): Promise<Row[]> {
    const { totals } = this.query;
    if (!totals) return [];
    const sums = new Map([...this.sums].map(([name, sum]) => [name, sum.total(MOST_SCALE)]));
    const rows = (await session.all(totals.rowOf(sums))).map((row) => this.numbered(row, null));
    if (this.taken <= totals.limit) return rows;
    return [...rows, this.numbered(new Array<null>(totals.columns).fill(null), null)];
  }

  private numbered(row: Row, number: string | null): Row {
    const { numberAt } = this.query;
    return numberAt === null ? row : row.toSpliced(numberAt, 0, number);
  }
}
