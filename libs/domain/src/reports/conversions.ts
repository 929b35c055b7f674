import type { Aggregate, DataType } from './data-type';
import type { Operator } from './filter';

/**
 * What a value may become in a report. Only conversions that cannot fail on any row are offered, so that a report never stops
 * half-way at a value that does not fit; `string` to a number is none of them. Days and times of a `timestamp` are those of
 * the report's time zone, and a `date` becomes the start of its day there. Whoever wants a decimal rounded gives it a format.
 * An amount and a share are the same number as a decimal, so each becomes the other only by way of the dataset's type.
 */
const CONVERSIONS: Readonly<Record<DataType, readonly DataType[]>> = {
  string: ['string'],
  integer: ['integer', 'decimal', 'currency', 'percent', 'string'],
  decimal: ['decimal', 'currency', 'percent', 'string'],
  currency: ['currency', 'decimal', 'string'],
  percent: ['percent', 'decimal', 'string'],
  boolean: ['boolean', 'string'],
  date: ['date', 'timestamp', 'string'],
  time: ['time', 'string'],
  timestamp: ['timestamp', 'date', 'time', 'string'],
  duration: ['duration', 'string'],
  uuid: ['uuid', 'string'],
  json: ['json', 'string'],
  array: ['array', 'json', 'string'],
};

/** The types that a value of a type can be given in a report, itself first. */
export function conversionsOf(type: DataType): readonly DataType[] {
  return CONVERSIONS[type];
}

export function canConvert(from: DataType, to: DataType): boolean {
  return CONVERSIONS[from].includes(to);
}

const NULLITY = ['is_null', 'is_not_null'] as const;
const EQUALITY = ['eq', 'ne', 'in', 'not_in'] as const;
const ORDER = ['lt', 'lte', 'gt', 'gte', 'between'] as const;
const TEXT = ['contains', 'not_contains', 'starts_with', 'ends_with'] as const;
const PERIOD = ['during', 'not_during'] as const;

const OPERATORS_BY_TYPE: Readonly<Record<DataType, readonly Operator[]>> = {
  string: [...EQUALITY, ...ORDER, ...TEXT, ...NULLITY],
  integer: [...EQUALITY, ...ORDER, ...NULLITY],
  decimal: [...EQUALITY, ...ORDER, ...NULLITY],
  currency: [...EQUALITY, ...ORDER, ...NULLITY],
  percent: [...EQUALITY, ...ORDER, ...NULLITY],
  boolean: ['eq', 'ne', ...NULLITY],
  date: [...EQUALITY, ...ORDER, ...PERIOD, ...NULLITY],
  time: [...EQUALITY, ...ORDER, ...NULLITY],
  timestamp: [...EQUALITY, ...ORDER, ...PERIOD, ...NULLITY],
  duration: [...EQUALITY, ...ORDER, ...NULLITY],
  uuid: [...EQUALITY, ...NULLITY],
  json: NULLITY,
  array: NULLITY,
};

/** The operators that a filter may put to a dataset column of a type. */
export function operatorsOf(type: DataType): readonly Operator[] {
  return OPERATORS_BY_TYPE[type];
}

const AGGREGATES_BY_TYPE: Readonly<Record<DataType, readonly Aggregate[]>> = {
  string: ['count', 'count_distinct', 'min', 'max'],
  integer: ['count', 'count_distinct', 'sum', 'avg', 'min', 'max'],
  decimal: ['count', 'count_distinct', 'sum', 'avg', 'min', 'max'],
  currency: ['count', 'count_distinct', 'sum', 'avg', 'min', 'max'],
  percent: ['count', 'count_distinct', 'sum', 'avg', 'min', 'max'],
  boolean: ['count', 'count_distinct'],
  date: ['count', 'count_distinct', 'min', 'max'],
  time: ['count', 'count_distinct', 'min', 'max'],
  timestamp: ['count', 'count_distinct', 'min', 'max'],
  duration: ['count', 'count_distinct', 'sum', 'avg', 'min', 'max'],
  uuid: ['count', 'count_distinct'],
  json: ['count'],
  array: ['count'],
};

export function aggregatesOf(type: DataType): readonly Aggregate[] {
  return AGGREGATES_BY_TYPE[type];
}

/** The type of an aggregate's result, before any conversion; null when the type lacks the aggregate. */
export function aggregateResultType(aggregate: Aggregate, type: DataType): DataType | null {
  if (!AGGREGATES_BY_TYPE[type].includes(aggregate)) return null;
  switch (aggregate) {
    case 'count':
    case 'count_distinct':
      return 'integer';
    case 'avg':
      return type === 'integer' ? 'decimal' : type;
    case 'sum':
    case 'min':
    case 'max':
      return type;
  }
}

/** Whether rows can be grouped and sorted by values of a type. */
export function isComparable(type: DataType): boolean {
  // Arrays have an order only where their elements have one.
  return type !== 'json' && type !== 'array';
}
