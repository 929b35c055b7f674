/** The types that a dataset column has and a report column can be given. */
export const DATA_TYPES = [
  'string',
  'integer',
  'decimal',
  'boolean',
  'date',
  'time',
  'timestamp',
  'uuid',
  'json',
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
