import { sql, type Statement } from '#data-sources';
import { aggregateResultType, isComparable, parseFormat } from '#domain';
import type { Aggregate, DataType, OutputOptions, ReportColumn, ValueFormat } from '#domain';
import { formattedSql } from './cell-format';
import type { ColumnSource } from './column-source';
import { digitsOf, type Digits } from './digits';
import { durationCellSql } from './duration-sql';
import type { PlannedColumn } from './export-plan';
import { DEFAULT_NUMBER_FORMATS, numberFormatCode } from './number-format-code';
import { hundredfold } from './number-sql';

/** A column of the query. */
export interface ColumnSql {
  /** What the query selects. */
  readonly cell: Statement;
  /** The value of the column's type, before it is written. */
  readonly value: Statement;
  /** The value as text, in its format if it has one, whatever the file's format. */
  readonly text: Statement;
  readonly hasFormat: boolean;
  /** What rows are sorted by: the value, not how it is written. */
  readonly sortKey: Statement;
  readonly nullable: boolean;
  readonly planned: PlannedColumn;
}

/**
 * Text forms where no format is given: dates `2026-11-23`; timestamps `2026-11-23 07:30:00` in the report's zone, with a
 * fraction of a second only if there is one; times `07:30:00`; durations `P1DT2H`; booleans `true` and `false`; numbers with
 * every digit, percents with their sign; json as the database writes it, arrays as JSON. They are those of every locale.
 *
 * @param locale BCP 47; plays a part in formats alone
 * @param databaseType of the dataset column, where it is known
 */
export function columnSql(
  column: ReportColumn,
  source: ColumnSource | null,
  output: OutputOptions,
  locale: string,
): ColumnSql {
  const raw = rawSql(column.aggregate, source);
  const rawType = rawTypeOf(column.aggregate, source);
  const value = convertedSql(raw, rawType, column.dataType);
  const digits = digitsOf(column, source);
  const format = formatOf(column);
  const neutralise = output.format === 'csv' && output.neutraliseFormulas;
  const isSourceText = rawType === 'string' && format === null;
  const planned = { header: column.header, isSourceText, dataType: column.dataType, numberFormat: null, digits };
  const shared = {
    value,
    text: format
      ? formattedSql(value, column.dataType, format, { locale, neutralise: false })
      : textSql(value, column.dataType),
    hasFormat: format !== null,
    sortKey: sortKeyOf(raw, rawType, value, column.dataType),
    nullable:
      column.aggregate?.startsWith('count') !== true && (column.aggregate !== null || source?.nullable !== false),
  };
  if (output.format === 'xlsx') {
    const numberFormat = format
      ? numberFormatCode(format, column.format ?? '', locale)
      : DEFAULT_NUMBER_FORMATS[column.dataType];
    // What a spreadsheet cannot write in this way is written by the query, as text.
    return format && numberFormat === null
      ? {
          ...shared,
          cell: formattedSql(value, column.dataType, format, { locale, neutralise: false }),
          planned: { ...planned, dataType: 'string' },
        }
      : {
          ...shared,
          cell: column.dataType === 'duration' ? durationCellSql(value) : value,
          planned: { ...planned, numberFormat },
        };
  }
  if (format) {
    const cell = formattedSql(value, column.dataType, format, { locale, neutralise });
    return { ...shared, cell, planned: isTyped(output) ? { ...planned, dataType: 'string' } : planned };
  }
  if (isTyped(output)) return { ...shared, cell: typedSql(value, column, digits, output), planned };
  if (column.dataType === 'boolean') return { ...shared, cell: sql`${value}::text`, planned };
  if (column.dataType === 'percent') return { ...shared, cell: percentText(value), planned };
  return { ...shared, cell: value, planned };
}

function textSql(value: Statement, type: DataType): Statement {
  return type === 'percent' ? percentText(value) : sql`${value}::text`;
}

function percentText(value: Statement): Statement {
  return sql`(${hundredfold(value)})::text || '%'`;
}

/** Whether files of a format tell numbers from texts, so that what a format wrote is a text in them. */
function isTyped({ format }: OutputOptions): boolean {
  return format === 'jsonl' || format === 'parquet';
}

function typedSql(value: Statement, column: ReportColumn, digits: Digits | null, output: OutputOptions): Statement {
  if (column.dataType === 'boolean') return sql`${value}::text`;
  // Parquet has one scale for a whole column, and PostgreSQL gives every average another.
  return output.format === 'parquet' && column.aggregate === 'avg' && digits?.type === 'fixed'
    ? sql`round(${value}::numeric, ${String(digits.scale)}::int)`
    : value;
}

function rawSql(aggregate: Aggregate | null, source: ColumnSource | null): Statement {
  if (source === null) return sql`count(*)`;
  const { value } = source;
  switch (aggregate) {
    case null:
      return value;
    case 'count':
      return sql`count(${value})`;
    case 'count_distinct':
      return sql`count(DISTINCT ${value})`;
    case 'sum':
      return sql`sum(${value})`;
    case 'avg':
      return sql`avg(${value})`;
    case 'min':
      return sql`min(${value})`;
    case 'max':
      return sql`max(${value})`;
  }
}

function rawTypeOf(aggregate: Aggregate | null, source: ColumnSource | null): DataType {
  if (source === null) return 'integer';
  return aggregate === null ? source.type : (aggregateResultType(aggregate, source.type) ?? source.type);
}

/** Timestamps are read in the session's zone, which is the report's; those without a zone stay as they are. */
function convertedSql(raw: Statement, from: DataType, to: DataType): Statement {
  switch (to) {
    case 'timestamp':
      return sql`${raw}::timestamp`;
    case 'date':
      return from === 'date' ? raw : sql`${raw}::date`;
    case 'time':
      return from === 'time' ? raw : sql`${raw}::time`;
    case 'string':
      if (from === 'string') return raw;
      if (from === 'percent') return percentText(raw);
      return from === 'timestamp' ? sql`${raw}::timestamp::text` : sql`${raw}::text`;
    case 'integer':
    case 'decimal':
    case 'currency':
    case 'percent':
    case 'boolean':
    case 'duration':
    case 'uuid':
    case 'json':
    case 'array':
      return raw;
  }
}

/**
 * The value itself where the conversion keeps order and ties: it can use an index, and tells the hour that a clock change
 * repeats from the first one.
 */
function sortKeyOf(raw: Statement, from: DataType, value: Statement, to: DataType): Statement {
  const tiesArise = from === 'timestamp' && (to === 'date' || to === 'time');
  return tiesArise || !isComparable(from) ? value : raw;
}

function formatOf(column: ReportColumn): ValueFormat | null {
  if (column.format === null) return null;
  const reading = parseFormat(column.dataType, column.format);
  if (!reading.ok) throw new RangeError(reading.problem);
  return reading.format;
}
