import { identifier, joinStatements, programText, sql, type Statement } from '../../statement';
import { QueryColumns, type Catalogue } from './columns';
import type { DialectContext } from './dialect-context';
import { ExpressionTranslation } from './expression-translation';
import type { Query, Select, SortKey } from './syntax';
import { asResult } from './texts';
import { isNumber } from './typed';
import { unsupported } from './unsupported';

/** A query for rows, and what is done to them as they pass. */
export interface TranslatedQuery {
  readonly rows: Statement;
  /** Place among a row's values where its number goes, from 1; null: rows have none. */
  readonly numberAt: number | null;
  readonly totals: Totals | null;
}

export interface Totals {
  /** Rows that are shown and summed up. */
  readonly limit: number;
  /** How many values of a row are shown: all before those. */
  readonly columns: number;
  /** What the others are called, in their order. */
  readonly names: readonly string[];
  /** The query for the values of the row of totals, given the sums by those names. */
  readonly rowOf: (sums: ReadonlyMap<string, string | null>) => Statement;
}

/**
 * A query in the SQL of MySQL 8 and MariaDB 10.6, with the sql_mode of `session-settings.ts`: it gives the same rows as PostgreSQL would, each
 * value as text. Throws `DataSourceError`: `data_source.unsupported` for what MySQL cannot do in the same way, and for columns and
 * tables that are gone.
 *
 * MySQL keeps no order of a subquery and may compute a common table expression twice, so numbers and sums are made of the very rows that are
 * sent, by whoever reads them.
 */
export function toMySql(query: Query, catalogue: Catalogue, context: DialectContext): TranslatedQuery {
  const translation = new SelectTranslation(query.select, catalogue, context);
  const rows = translation.statement();
  switch (query.type) {
    case 'rows':
      return { rows, numberAt: null, totals: null };
    case 'numbered':
      return { rows, numberAt: query.at, totals: null };
    case 'totalled': {
      const { names, limit, totals, isNumbered } = query;
      const columns = totals.length;
      translation.requireNumbers(columns);
      return {
        rows,
        numberAt: isNumbered ? 0 : null,
        totals: { limit, columns, names: names.slice(columns), rowOf: (sums) => totalsRow(query, context, sums) },
      };
    }
  }
}

function totalsRow(
  { totals }: Extract<Query, { type: 'totalled' }>,
  context: DialectContext,
  sums: ReadonlyMap<string, string | null>,
): Statement {
  const nothing = new QueryColumns([], () => null, context);
  const translation = new ExpressionTranslation(nothing, context, sums);
  return sql`SELECT ${list(totals.map((total) => asResult(translation.typed(total), context).sql))}`;
}

class SelectTranslation {
  private readonly expressions: ExpressionTranslation;

  constructor(
    private readonly select: Select,
    catalogue: Catalogue,
    private readonly context: DialectContext,
  ) {
    this.expressions = new ExpressionTranslation(new QueryColumns(select.from, catalogue, context), context);
  }

  statement(): Statement {
    const { items, from, where, groupBy, orderBy, limit } = this.select;
    const results = items.map((item) => asResult(this.expressions.typed(item), this.context).sql);
    const sources = from.map(({ schema, name, alias }) => sql`${identifier(schema, name)} AS ${identifier(alias)}`);
    const clauses = [
      sql`SELECT ${list(results)}`,
      ...(sources.length > 0 ? [sql`FROM ${list(sources)}`] : []),
      ...(where ? [sql`WHERE ${this.expressions.condition(where)}`] : []),
      ...(groupBy ? [this.groupClause()] : []),
      ...(orderBy.length > 0 ? [sql`ORDER BY ${list(orderBy.map((key) => this.sortKey(key)))}`] : []),
      ...(limit === null ? [] : [sql`LIMIT ${programText(limit)}`]),
    ];
    return joinStatements(clauses, ' ');
  }

  /** @param from place among what is selected */
  requireNumbers(from: number): void {
    for (const item of this.select.items.slice(from)) {
      if (!isNumber(this.expressions.typed(item))) throw unsupported('the total of what is no number');
    }
  }

  /** One group of all rows, also of none, is what a condition over an aggregate makes of them. */
  private groupClause(): Statement {
    const keys = (this.select.groupBy ?? []).map((key) => this.expressions.typed(key).sql);
    return keys.length === 0 ? sql`HAVING COUNT(*) >= 0` : sql`GROUP BY ${list(keys)}`;
  }

  /** NULLs come last in both directions. MySQL takes them for the least of all. */
  private sortKey({ key, descending }: SortKey): Statement {
    const value = this.expressions.typed(key).sql;
    return descending ? sql`${value} DESC` : sql`(${value}) IS NULL, ${value}`;
  }
}

function list(parts: readonly Statement[]): Statement {
  return joinStatements(parts, ', ');
}
