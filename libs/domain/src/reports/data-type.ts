/**
 * The types that a dataset column has and a report column can be given. `currency` is an amount whose currency is said by its
 * format, `percent` a share of which 1 is the whole; both are exact decimals. `array` is a list, written as one text.
 */
export const DATA_TYPES = [
  'string',
  'integer',
  'decimal',
  'currency',
  'percent',
  'boolean',
  'date',
  'time',
  'timestamp',
  'duration',
  'uuid',
  'json',
  'array',
] as const;
export type DataType = (typeof DATA_TYPES)[number];

export const AGGREGATES = ['count', 'count_distinct', 'sum', 'avg', 'min', 'max'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

/** A column as the dataset declares it. */
export interface DatasetColumn {
  /** Name in the source's table, kept as it is, capitals and spaces included. */
  readonly name: string;
  /** What people are shown. */
  readonly label: string;
  readonly type: DataType;
  readonly nullable: boolean;
  readonly description: string | null;
}
