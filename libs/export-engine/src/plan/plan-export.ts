import { identifier, joinStatements, programText, sql, type LiveColumn, type Statement } from '#data-sources';
import { resolveFilter, type DatasetDefinition, type JobInput, type SortKey, type TemplateDefinition } from '#domain';
import { DEFAULT_BATCH_TYPES, type BatchTypes } from '../batch-types';
import { MOST_SHEET_ROWS } from '../writers/xlsx/xlsx';
import { columnSource } from './column-source';
import { columnSql, type ColumnSql } from './column-sql';
import type { ExportPlan } from './export-plan';
import { fileName } from './file-name';
import { fileTypeOf } from './file-type';
import { filterSql } from './filter-sql';

export interface PlanRequest {
  readonly input: JobInput;
  readonly dataset: DatasetDefinition;
  /** The system's; a lower one of the template counts instead. */
  readonly rowLimit: number;
  /** The dataset's columns as the data source has them now. What is missing there gets the types of any number. */
  readonly live?: readonly LiveColumn[];
}

/**
 * Makes one query of an export's input. The input must have passed validation against the dataset: a RangeError tells of one
 * that would not. The same input always gives the same plan; the clock plays no part.
 */
export function planExport(
  { input, dataset, rowLimit, live = [] }: PlanRequest,
  batchTypes: BatchTypes = DEFAULT_BATCH_TYPES,
): ExportPlan {
  const { title, definition } = batchTypes.of(input).report(input, dataset);
  const { nominalTime, timeZone, output } = input.additionalConfig;
  const byName = new Map(dataset.columns.map((column) => [column.name, column]));
  const databaseTypes = new Map(live.map(({ name, databaseType }) => [name, databaseType]));
  const columns = definition.columns.map((column) =>
    columnSql(column, columnSource(column, byName, databaseTypes), output, definition.locale),
  );
  const filter =
    definition.filter && resolveFilter(definition.filter, dataset.columns, new Date(nominalTime), timeZone);
  const limit = lowestLimit(definition, rowLimit);
  const clauses = [
    sql`SELECT ${joinStatements(
      columns.map(({ cell }) => cell),
      ', ',
    )} FROM ${identifier(dataset.relation.schema, dataset.relation.name)}`,
    ...(filter ? [sql`WHERE ${filterSql(filter)}`] : []),
    ...groupClause(definition),
    ...sortClause(definition.sort, columns),
    sql`LIMIT ${programText(String(limit.maxRows + 1))}`,
  ];
  return {
    dataSource: dataset.dataSource,
    relation: dataset.relation,
    select: joinStatements(clauses, ' '),
    columns: columns.map(({ planned }) => planned),
    output,
    timeZone,
    ...limit,
    fileName: fileName(title, nominalTime, timeZone, fileTypeOf(output).extension),
  };
}

/** Without a column to group by, the whole table is one group as soon as there is an aggregate. */
function groupClause({ groupBy, columns }: TemplateDefinition): Statement[] {
  if (groupBy === null) return [];
  if (groupBy.length === 0) return columns.some(({ aggregate }) => aggregate !== null) ? [] : [sql`GROUP BY ()`];
  const names = groupBy.map((name) => identifier(name));
  return [sql`GROUP BY ${joinStatements(names, ', ')}`];
}

/** NULLs come last in both directions, as empty cells do in a spreadsheet. Rows that tie come in no order. */
function sortClause(sort: readonly SortKey[], columns: readonly ColumnSql[]): Statement[] {
  if (sort.length === 0) return [];
  const keys = sort.map(({ header, direction }) => {
    const column = columns.find(({ planned }) => planned.header === header);
    if (!column) throw new RangeError(`No column has the header "${header}".`);
    const key = direction === 'ascending' ? column.sortKey : sql`${column.sortKey} DESC`;
    // Ascending order has them last by itself.
    return direction === 'descending' && column.nullable ? sql`${key} NULLS LAST` : key;
  });
  return [sql`ORDER BY ${joinStatements(keys, ', ')}`];
}

function lowestLimit(definition: TemplateDefinition, systemLimit: number): Pick<ExportPlan, 'maxRows' | 'maxRowsFrom'> {
  const limits: Pick<ExportPlan, 'maxRows' | 'maxRowsFrom'>[] = [{ maxRows: systemLimit, maxRowsFrom: 'system' }];
  if (definition.output.format === 'xlsx') limits.push({ maxRows: MOST_SHEET_ROWS, maxRowsFrom: 'xlsx' });
  if (definition.rowLimit !== null) limits.push({ maxRows: definition.rowLimit, maxRowsFrom: 'template' });
  return limits.reduce((lowest, limit) => (limit.maxRows <= lowest.maxRows ? limit : lowest));
}
