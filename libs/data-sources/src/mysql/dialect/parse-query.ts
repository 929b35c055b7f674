import type { Statement } from '../../statement';
import { Cursor, isWord } from './cursor';
import { parseExpression } from './parse-expression';
import type { Expression, Query, Select, SortKey, Source } from './syntax';
import { tokensOf } from './tokens';

/**
 * Reads a query as the export engine writes it. Throws `data_source.unsupported` for whatever else there is: nothing is passed on
 * that was not understood.
 */
export function parseQuery(statement: Statement): Query {
  const cursor = new Cursor(tokensOf(statement));
  const query = new QueryParser(cursor).query();
  cursor.expectEnd();
  return query;
}

/** `row_number() OVER ()`: the rows as they come. */
const ROW_NUMBER = ['row_number', '(', ')', 'over', '(', ')'] as const;
const CLAUSES = ['where', 'group', 'order', 'limit'];

class QueryParser {
  constructor(private readonly cursor: Cursor) {}

  query(): Query {
    const { cursor } = this;
    if (cursor.takes('with')) return this.totalled();
    // Unquoted, `k` is the name that the engine gives to what the rows are split by; columns are quoted.
    if (cursor.sees('row_number', 1)) return this.numbered(false);
    if (cursor.sees('k', 1) && cursor.sees('row_number', 3)) return this.numbered(true);
    return { type: 'rows', select: this.select() };
  }

  private numbered(split: boolean): Query {
    const { cursor } = this;
    cursor.expect('select');
    if (split) cursor.expect('k', ',');
    cursor.expect(...ROW_NUMBER, ',');
    const names = split ? ['k', ...cursor.list(() => cursor.name())] : null;
    if (!split) cursor.expect('report', '.', '*');
    cursor.expect('from', '(');
    const select = this.select();
    cursor.expect(')', 'as', 'report');
    if (names) {
      if (names.length !== select.items.length) throw cursor.surprise();
      this.sameNames(names);
    }
    return { type: 'numbered', select, at: split ? 1 : 0 };
  }

  /** The three parts of `UNION ALL` over what is kept: its rows, their totals, and an empty row if there are more. */
  private totalled(): Query {
    const { cursor } = this;
    cursor.expect('report', '(');
    const names = cursor.list(() => cursor.name());
    cursor.expect(')', 'as', 'materialized', '(');
    const select = this.select();
    cursor.expect(')', 'select');
    const isNumbered = cursor.sees('row_number');
    if (isNumbered) cursor.expect(...ROW_NUMBER, ',');
    const shown = cursor.list(() => cursor.name());
    const limit = this.shownRows();
    cursor.expect('union', 'all', 'select');
    if (isNumbered) cursor.expect('null', ',');
    const totals = cursor.list(() => parseExpression(cursor));
    const again = this.shownRows();
    cursor.expect('union', 'all', '(', 'select');
    const empty = cursor.list(() => cursor.expect('null'));
    cursor.expect('from', 'report', 'offset');
    const beyond = cursor.number();
    cursor.expect('limit');
    const one = cursor.number();
    cursor.expect(')');
    const columns = empty.length - (isNumbered ? 1 : 0);
    const isWhole =
      names.length === select.items.length &&
      shown.every((name, index) => name === names[index]) &&
      [shown.length, totals.length].every((length) => length === columns) &&
      one === '1' &&
      [again, beyond].every((rows) => rows === limit);
    if (!isWhole) throw cursor.surprise();
    return { type: 'totalled', select, names, isNumbered, limit: Number(limit), totals };
  }

  private shownRows(): string {
    const { cursor } = this;
    cursor.expect('from', '(', 'select', '*', 'from', 'report', 'limit');
    const limit = cursor.number();
    cursor.expect(')', 'as', 'shown');
    return limit;
  }

  private sameNames(names: readonly string[]): void {
    this.cursor.expect('(');
    const again = this.cursor.list(() => this.cursor.name());
    this.cursor.expect(')');
    if (again.join() !== names.join()) throw this.cursor.surprise();
  }

  private select(): Select {
    const { cursor } = this;
    cursor.expect('select');
    const items = cursor.list(() => this.item());
    const from = cursor.takes('from') ? cursor.list(() => this.source()) : [];
    const where = cursor.takes('where') ? parseExpression(cursor) : null;
    const groupBy = cursor.takes('group') ? this.groups() : null;
    const orderBy = cursor.takes('order') ? this.by(() => this.sortKey()) : [];
    const limit = cursor.takes('limit') ? cursor.number() : null;
    return { items, from, where, groupBy, orderBy, limit };
  }

  private item(): Expression {
    const item = parseExpression(this.cursor);
    // Results go by place, so a name for one has no use.
    if (this.cursor.takes('as')) this.cursor.name();
    return item;
  }

  private source(): Source {
    const { cursor } = this;
    const schema = cursor.name();
    cursor.expect('.');
    const name = cursor.name();
    const next = cursor.peek();
    const hasAlias = next?.type === 'name' && !(isWord(next) && CLAUSES.includes(next.text));
    return { schema, name, alias: hasAlias ? cursor.name() : name };
  }

  /** `GROUP BY ()` is one group of all rows. */
  private groups(): Expression[] {
    if (this.cursor.sees('(', 1) && this.cursor.sees(')', 2)) {
      this.cursor.expect('by', '(', ')');
      return [];
    }
    return this.by(() => parseExpression(this.cursor));
  }

  private sortKey(): SortKey {
    const key = parseExpression(this.cursor);
    const descending = this.cursor.takes('desc');
    if (this.cursor.takes('nulls')) this.cursor.expect('last');
    return { key, descending };
  }

  private by<Item>(item: () => Item): Item[] {
    this.cursor.expect('by');
    return this.cursor.list(item);
  }
}
