import type { DataType } from '#domain';

const BY_DATABASE_TYPE: Readonly<Record<string, DataType>> = {
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  oid: 'integer',
  numeric: 'decimal',
  money: 'currency',
  float4: 'decimal',
  float8: 'decimal',
  bool: 'boolean',
  date: 'date',
  time: 'time',
  timetz: 'time',
  timestamp: 'timestamp',
  timestamptz: 'timestamp',
  interval: 'duration',
  uuid: 'uuid',
  json: 'json',
  jsonb: 'json',
};

/**
 * What reports take a type of `pg_type` for. Everything without a counterpart has a text form, so it is a string.
 *
 * @param isArray whether it is the array type of another, whose name would not tell
 */
export function dataTypeOf(typeName: string, isArray: boolean): DataType {
  return isArray ? 'array' : (BY_DATABASE_TYPE[typeName] ?? 'string');
}
