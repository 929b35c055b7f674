import { identifier, sql, type Statement } from '#data-sources';
import { readExpression, type DatasetColumn, type DataType, type ReportColumn } from '#domain';
import { expressionSql } from './expression-sql';

/** What a column's values are before aggregate, conversion and format. */
export interface ColumnSource {
  readonly value: Statement;
  readonly type: DataType;
  readonly nullable: boolean;
  /** What the database says of a dataset column, as `LiveColumn` has it; null when it is not known, or calculated. */
  readonly databaseType: string | null;
}

/** Null for a count of rows, which has no source. Throws `RangeError` for a column that has not passed validation. */
export function columnSource(
  { column, expression }: ReportColumn,
  columns: ReadonlyMap<string, DatasetColumn>,
  databaseTypes: ReadonlyMap<string, string>,
): ColumnSource | null {
  if (expression !== null) {
    const reading = readExpression(expression, columns);
    if (!reading.ok) throw new RangeError(reading.message);
    const { dataType } = reading.expression;
    return { value: expressionSql(reading.expression), type: dataType, nullable: true, databaseType: null };
  }
  const source = column === null ? undefined : columns.get(column);
  if (source === undefined) return null;
  const { name, type, nullable } = source;
  return { value: columnValue(identifier(name), type), type, nullable, databaseType: databaseTypes.get(name) ?? null };
}

/** Money loses its sign and separators, an array becomes JSON; a string need not be text to the database. */
function columnValue(name: Statement, type: DataType): Statement {
  switch (type) {
    case 'string':
      return sql`${name}::text`;
    case 'currency':
      return sql`${name}::numeric`;
    case 'array':
      return sql`array_to_json(${name})`;
    case 'integer':
    case 'decimal':
    case 'percent':
    case 'boolean':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'duration':
    case 'uuid':
    case 'json':
      return name;
  }
}
