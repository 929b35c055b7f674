import { identifier, joinStatements, programText, sql, type LiveColumn, type Statement } from '#data-sources';
import {
  resolveFilter,
  ROW_NUMBER_HEADER,
  type DatasetDefinition,
  type JobInput,
  type SortKey,
  type TemplateDefinition,
} from '#domain';
import type { Report } from '../batch-types';
import type { ExportLimits } from '../export-request';
import { columnSource } from './column-source';
import { columnSql, type ColumnSql } from './column-sql';
import { coverLines } from './cover-lines';
import type { ExportPlan, PlannedColumn } from './export-plan';
import { fileTypeOf } from './file-type';
import { filterSql } from './filter-sql';
import { numberedRows, totalledRows, type RowsToFrame } from './framed-rows';
import { planLimits } from './limits';
import { selectList } from './select-list';
import { splitKeyOf, type SplitKey } from './split-key';

export interface PlanRequest {
  /** What the job's batch type made of the input. */
  readonly report: Report;
  readonly input: JobInput;
  readonly dataset: DatasetDefinition;
  /** The system's and the user's; lower ones of the dataset and of the template count instead. */
  readonly limits: ExportLimits;
  /** The dataset's columns as the data source has them now. What is missing there gets the types of any number. */
  readonly live?: readonly LiveColumn[];
  /** The dataset's query as `DataSource.describeQuery` vetted it. Must be there if the dataset has one. */
  readonly query?: Statement | null;
}

/**
 * Makes one query of an export's input. The input must have passed validation against the dataset: a RangeError tells of one
 * that would not, and of a query that nobody vetted. The same input always gives the same plan; the clock plays no part.
 */
export function planExport({
  report,
  input,
  dataset,
  limits: systemLimits,
  live = [],
  query = null,
}: PlanRequest): ExportPlan {
  const { title, definition } = report;
  const { locale } = definition;
  const { nominalTime, timeZone, output } = input.additionalConfig;
  const byName = new Map(dataset.columns.map((column) => [column.name, column]));
  const databaseTypes = new Map(live.map(({ name, databaseType }) => [name, databaseType]));
  const columns = definition.columns.map((column) =>
    columnSql(column, columnSource(column, byName, databaseTypes), output, locale),
  );
  const filter =
    definition.filter && resolveFilter(definition.filter, dataset.columns, new Date(nominalTime), timeZone);
  const limits = planLimits(definition, dataset, systemLimits);
  const maxRows = limits.rows.most;
  const { splitBy } = definition;
  const key = splitBy && splitKeyOf(splitBy, columns, definition.sort);
  const sort = definition.sort.map((key) => ({ ...key, column: sortedColumn(key, columns) }));
  const sortKeys = [...(key ? [key.value] : []), ...sort.map(({ column }) => column.sortKey)];
  const selecting = (statements: readonly Statement[]): Statement =>
    joinStatements(
      [
        sql`SELECT ${selectList(statements, sortKeys)} FROM ${fromClause(dataset, query)}`,
        ...(filter ? [sql`WHERE ${filterSql(filter)}`] : []),
        ...groupClause(definition),
        ...sortClause(key, sort),
        sql`LIMIT ${programText(String(maxRows + 1))}`,
      ],
      ' ',
    );
  return {
    dataSource: dataset.dataSource,
    relation: dataset.query === null ? dataset.relation : null,
    select: framed(definition, {
      columns: definition.columns,
      cells: columns,
      output,
      locale,
      selecting,
      maxRows,
      key: key?.text ?? null,
    }),
    totals: definition.layout.totals,
    columns: [...(definition.layout.rowNumbers ? [ROW_NUMBERS] : []), ...columns.map(({ planned }) => planned)],
    output,
    deliver: definition.deliver,
    cover: coverLines({ title, definition, dataset, nominalTime, timeZone }),
    timeZone,
    limits,
    splitInto: splitBy?.into ?? null,
    naming: { pattern: definition.fileName, title, nominalTime, timeZone, extension: fileTypeOf(output).extension },
  };
}

function fromClause({ relation, query }: DatasetDefinition, vetted: Statement | null): Statement {
  if (query === null) return identifier(relation.schema, relation.name);
  if (vetted === null) throw new RangeError('A query must be vetted before it is planned.');
  return vetted;
}

const ROW_NUMBERS: PlannedColumn = {
  header: ROW_NUMBER_HEADER,
  isSourceText: false,
  dataType: 'integer',
  numberFormat: null,
  digits: null,
};

function framed({ layout }: TemplateDefinition, rows: Omit<RowsToFrame, 'rowNumbers'>): Statement {
  const { rowNumbers, totals } = layout;
  if (totals) return totalledRows({ ...rows, rowNumbers });
  return rowNumbers
    ? numberedRows({ ...rows, rowNumbers })
    : rows.selecting([...(rows.key ? [rows.key] : []), ...rows.cells.map(({ cell }) => cell)]);
}

/** Without a column to group by, the whole table is one group as soon as there is an aggregate. */
function groupClause({ groupBy, columns }: TemplateDefinition): Statement[] {
  if (groupBy === null) return [];
  if (groupBy.length === 0) return columns.some(({ aggregate }) => aggregate !== null) ? [] : [sql`GROUP BY ()`];
  const names = groupBy.map((name) => identifier(name));
  return [sql`GROUP BY ${joinStatements(names, ', ')}`];
}

type SortedColumn = SortKey & { readonly column: ColumnSql };

function sortedColumn({ header }: SortKey, columns: readonly ColumnSql[]): ColumnSql {
  const column = columns.find(({ planned }) => planned.header === header);
  if (!column) throw new RangeError(`No column has the header "${header}".`);
  return column;
}

/** NULLs come last in both directions, as empty cells do in a spreadsheet. Rows that tie come in no order. */
function sortClause(split: SplitKey | null, sort: readonly SortedColumn[]): Statement[] {
  const keys = sort.map(({ column, direction }) => {
    const key = direction === 'ascending' ? column.sortKey : sql`${column.sortKey} DESC`;
    // Ascending order has them last by itself.
    return direction === 'descending' && column.nullable ? sql`${key} NULLS LAST` : key;
  });
  const all = [...(split?.order ?? []), ...keys];
  return all.length === 0 ? [] : [sql`ORDER BY ${joinStatements(all, ', ')}`];
}
