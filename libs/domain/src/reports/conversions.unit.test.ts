import { aggregateResultType, aggregatesOf, canConvert, conversionsOf, isComparable, operatorsOf } from './conversions';
import { AGGREGATES, DATA_TYPES } from './data-type';
import { OPERATORS } from './filter';

it.each(DATA_TYPES)('%s converts to itself first, and to string', (type) => {
  expect(conversionsOf(type)[0]).toBe(type);
  expect(canConvert(type, type)).toBe(true);
  expect(canConvert(type, 'string')).toBe(true);
});

it('converts where no row can fail, and nowhere else', () => {
  const pairs = DATA_TYPES.flatMap((from) =>
    DATA_TYPES.filter((to) => to !== from && to !== 'string' && canConvert(from, to)).map((to) => `${from} ${to}`),
  );
  expect(pairs).toEqual([
    'integer decimal',
    'integer currency',
    'integer percent',
    'decimal currency',
    'decimal percent',
    'currency decimal',
    'percent decimal',
    'date timestamp',
    'timestamp date',
    'timestamp time',
    'array json',
  ]);
});

it.each([
  ['string', ['during', 'not_during']],
  ['integer', ['contains', 'not_contains', 'starts_with', 'ends_with', 'during', 'not_during']],
  ['decimal', ['contains', 'not_contains', 'starts_with', 'ends_with', 'during', 'not_during']],
  ['currency', ['contains', 'not_contains', 'starts_with', 'ends_with', 'during', 'not_during']],
  ['percent', ['contains', 'not_contains', 'starts_with', 'ends_with', 'during', 'not_during']],
  ['duration', ['contains', 'not_contains', 'starts_with', 'ends_with', 'during', 'not_during']],
  ['date', ['contains', 'not_contains', 'starts_with', 'ends_with']],
  ['timestamp', ['contains', 'not_contains', 'starts_with', 'ends_with']],
  ['time', ['contains', 'not_contains', 'starts_with', 'ends_with', 'during', 'not_during']],
] as const)('%s has every operator but %j', (type, missing) => {
  expect(OPERATORS.filter((operator) => !operatorsOf(type).includes(operator))).toEqual(missing);
});

it('asks little of types without an order', () => {
  expect(operatorsOf('boolean')).toEqual(['eq', 'ne', 'is_null', 'is_not_null']);
  expect(operatorsOf('uuid')).toEqual(['eq', 'ne', 'in', 'not_in', 'is_null', 'is_not_null']);
  expect(operatorsOf('json')).toEqual(['is_null', 'is_not_null']);
  expect(operatorsOf('array')).toEqual(['is_null', 'is_not_null']);
  expect(DATA_TYPES.filter((type) => !isComparable(type))).toEqual(['json', 'array']);
});

it.each([
  ['count', 'json', 'integer'],
  ['count_distinct', 'string', 'integer'],
  ['sum', 'integer', 'integer'],
  ['sum', 'decimal', 'decimal'],
  ['avg', 'integer', 'decimal'],
  ['avg', 'decimal', 'decimal'],
  ['avg', 'currency', 'currency'],
  ['sum', 'percent', 'percent'],
  ['avg', 'duration', 'duration'],
  ['sum', 'duration', 'duration'],
  ['min', 'date', 'date'],
  ['max', 'string', 'string'],
  ['sum', 'string', null],
  ['avg', 'timestamp', null],
  ['min', 'boolean', null],
  ['max', 'uuid', null],
  ['count_distinct', 'json', null],
  ['count_distinct', 'array', null],
] as const)('%s of %s is %s', (aggregate, type, result) => {
  expect(aggregateResultType(aggregate, type)).toBe(result);
});

it('has a result for just the aggregates that a type has', () => {
  for (const type of DATA_TYPES) {
    expect(AGGREGATES.filter((aggregate) => aggregateResultType(aggregate, type) !== null)).toEqual(aggregatesOf(type));
  }
});
