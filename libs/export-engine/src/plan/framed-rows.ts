import { joinStatements, programText, sql, type Statement } from '#data-sources';
import { isTotalled, type OutputOptions, type ReportColumn } from '#domain';
import { columnSql, type ColumnSql } from './column-sql';

/** What a total is called, in the first column of texts. */
const TOTAL = 'Total';

export interface RowsToFrame {
  /** The template's columns, and what the query selects for each. */
  readonly columns: readonly ReportColumn[];
  readonly cells: readonly ColumnSql[];
  readonly output: OutputOptions;
  readonly locale: string;
  readonly maxRows: number;
  /** The query for the rows that selects these statements: sorted, and with one row more than `maxRows` if there is one. */
  readonly selecting: (statements: readonly Statement[]) => Statement;
  readonly rowNumbers: boolean;
  /** What rows are split by, a first column; null: nothing. Totals have none. */
  readonly key: Statement | null;
}

/** The rows with their numbers before them. PostgreSQL numbers the rows of a sorted subquery as they come out of it. */
export function numberedRows({ cells, selecting, key }: RowsToFrame): Statement {
  if (key) {
    const names = cells.map((_, index) => programText(`c${index}`));
    const rows = selecting([key, ...cells.map(({ cell }) => cell)]);
    return sql`SELECT k, ${listed([sql`row_number() OVER ()`, ...names])} FROM (${rows}) AS report (k, ${listed(names)})`;
  }
  return sql`SELECT row_number() OVER (), report.* FROM (${selecting(cells.map(({ cell }) => cell))}) AS report`;
}

/**
 * At most `maxRows` rows, then their totals, then an empty row if the report has more rows: so whoever writes `maxRows` and one
 * rows has the totals last and knows from a row beyond that the report was cut.
 *
 * The rows are computed once and kept by the database while they stream by (a materialised common table expression is read
 * lazily, and spills to the database's disk), so the totals are of those very rows, also where ties or a limit make it a
 * matter of luck which ones they are. The parts of a UNION ALL come in their order.
 */
export function totalledRows(rows: RowsToFrame): Statement {
  const { columns, cells, maxRows, selecting } = rows;
  const totals = columns.flatMap((column, index) => (isTotalled(column) ? [index] : []));
  const kept = selecting([
    ...cells.map(({ cell }, index) => (totals.includes(index) ? sql`(${cell})::text` : cell)),
    ...totals.map((index) => cells[index]?.value ?? NULL),
  ]);
  const names = [...cells.map((_, index) => `c${index}`), ...totals.map((index) => `t${index}`)].map(programText);
  const first = columns.findIndex(({ dataType }) => dataType === 'string');
  const totalCells = columns.map((column, index) => {
    if (totals.includes(index)) return totalCell(column, index, rows);
    return index === first ? sql`${TOTAL}::text` : NULL;
  });
  const limit = programText(String(maxRows));
  const shown = sql`FROM (SELECT * FROM report LIMIT ${limit}) AS shown`;
  const numbered = (number: Statement, rest: readonly Statement[]) =>
    listed(rows.rowNumbers ? [number, ...rest] : rest);
  return joinStatements(
    [
      sql`WITH report (${listed(names)}) AS MATERIALIZED (${kept})`,
      sql`SELECT ${numbered(sql`row_number() OVER ()`, names.slice(0, cells.length))} ${shown}`,
      sql`UNION ALL SELECT ${numbered(NULL, totalCells)} ${shown}`,
      sql`UNION ALL (SELECT ${numbered(
        NULL,
        cells.map(() => NULL),
      )} FROM report OFFSET ${limit} LIMIT 1)`,
    ],
    ' ',
  );
}

const NULL = programText('NULL');

/** The sum of what `totalledRows` kept of a column, written as the column's values are. */
function totalCell(column: ReportColumn, index: number, { output, locale }: RowsToFrame): Statement {
  const value = sql`coalesce(sum(${programText(`t${index}`)}::numeric), 0)`;
  const source = { value, type: column.dataType, nullable: false, databaseType: null };
  return sql`(${columnSql({ ...column, aggregate: null }, source, output, locale).cell})::text`;
}

function listed(statements: readonly Statement[]): Statement {
  return joinStatements(statements, ', ');
}
