import type { DataType } from '#domain';

/** How the values of a column are kept, as far as queries must know. */
export type ColumnKind =
  | 'integer'
  | 'decimal'
  | 'float'
  | 'double'
  | 'boolean'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'instant'
  | 'text'
  | 'json'
  | 'uuid'
  | 'bits'
  | 'bytes'
  | 'geometry'
  | 'other';

/** A column of `information_schema.COLUMNS`. */
export interface CatalogueColumn {
  readonly name: string;
  /** `decimal(12,2)`, `bigint(20) unsigned`, `enum('a','b')`. */
  readonly databaseType: string;
  readonly kind: ColumnKind;
  readonly nullable: boolean;
  /** Of a number or a bit field: digits, those after the point among them; null: it has none. */
  readonly precision: number | null;
  readonly scale: number | null;
}

const KINDS: Readonly<Record<string, ColumnKind>> = {
  tinyint: 'integer',
  smallint: 'integer',
  mediumint: 'integer',
  int: 'integer',
  bigint: 'integer',
  year: 'integer',
  decimal: 'decimal',
  float: 'float',
  double: 'double',
  date: 'date',
  time: 'time',
  datetime: 'timestamp',
  timestamp: 'instant',
  json: 'json',
  uuid: 'uuid',
  char: 'text',
  varchar: 'text',
  tinytext: 'text',
  text: 'text',
  mediumtext: 'text',
  longtext: 'text',
  enum: 'text',
  set: 'text',
  bit: 'bits',
  binary: 'bytes',
  varbinary: 'bytes',
  tinyblob: 'bytes',
  blob: 'bytes',
  mediumblob: 'bytes',
  longblob: 'bytes',
  vector: 'bytes',
  geometry: 'geometry',
  point: 'geometry',
  linestring: 'geometry',
  polygon: 'geometry',
  multipoint: 'geometry',
  multilinestring: 'geometry',
  multipolygon: 'geometry',
  geometrycollection: 'geometry',
  geomcollection: 'geometry',
};

/**
 * @param dataType the type's name alone
 * @param columnType with its size and signs: `tinyint(1)` is what both servers make of BOOLEAN
 */
export function columnKind(dataType: string, columnType: string): ColumnKind {
  return columnType === 'tinyint(1)' ? 'boolean' : (KINDS[dataType] ?? 'other');
}

/** What reports take a column for. Everything without a counterpart has a text form, so it is a string. */
export function dataTypeOf(kind: ColumnKind): DataType {
  switch (kind) {
    case 'integer':
    case 'boolean':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'json':
    case 'uuid':
      return kind;
    case 'decimal':
    case 'float':
    case 'double':
      return 'decimal';
    case 'instant':
      return 'timestamp';
    case 'text':
    case 'bits':
    case 'bytes':
    case 'geometry':
    case 'other':
      return 'string';
  }
}
