import { FLIGHTS } from '../testing/samples';
import type { CalendarUnit, FilterNode, Operand, Operator } from './filter';
import { validateFilter } from './validate-filter';

const columns = new Map(FLIGHTS.columns.map((column) => [column.name, column]));
const literal = (value: string): Operand => ({ type: 'literal', parameter: null, value });
const moment = (
  offset: number,
  unit: CalendarUnit | 'hour' | 'minute' = 'day',
  startOf: CalendarUnit | null = null,
): Operand => ({
  type: 'moment',
  offset,
  unit,
  startOf,
});
const period = (
  count: number,
  which: 'previous' | 'current' | 'next' | 'to_date' = 'previous',
  unit: CalendarUnit = 'month',
): Operand => ({
  type: 'period',
  period: which,
  unit,
  count,
});
const condition = (column: string, operator: Operator, ...operands: Operand[]): FilterNode => ({
  type: 'condition',
  column,
  operator,
  operands,
});
const PARAMETERS = [
  { name: 'late', label: 'Late from', dataType: 'integer', defaultValue: '15' },
  { name: 'from', label: 'From', dataType: 'string', defaultValue: 'AP1' },
] as const;
const late = condition('delay', 'gt', literal('15'));
const check = (filter: FilterNode) =>
  validateFilter(filter, columns, PARAMETERS).map(({ code, pointer }) => `${code} ${pointer}`);

describe('a condition', () => {
  it.each([
    late,
    condition('origin', 'contains', literal('')),
    condition('origin', 'in', ...Array.from({ length: 1_000 }, (_, index) => literal(`${index}`))),
    condition('delay', 'between', literal('1'), literal('2')),
    condition('details', 'is_null'),
    condition('stops', 'is_not_null'),
    condition('revenue', 'gt', literal('1000.00')),
    condition('occupancy', 'between', literal('0.5'), literal('0.75')),
    condition('airborne', 'gte', literal('PT1H30M')),
    condition('day', 'gte', moment(-7)),
    condition('day', 'in', moment(0), literal('2026-11-23')),
    condition('departed_at', 'lt', moment(-876_600, 'hour', 'year')),
    condition('departed_at', 'during', period(1)),
    condition('day', 'not_during', period(1, 'to_date', 'quarter')),
    condition('day', 'during', period(100, 'next', 'year')),
  ])('may be %j', (filter) => expect(check(filter)).toEqual([]));

  it.each<[string, FilterNode]>([
    ['column.unknown /filter/column', condition('nowhere', 'eq', literal('1'))],
    ['column.unknown /filter/column', condition('toString', 'eq', literal('1'))],
    ['operator.unsupported /filter/operator', condition('delay', 'contains', literal('1'))],
    ['operator.unsupported /filter/operator', condition('gate_closes', 'during', period(1))],
    ['operator.unsupported /filter/operator', condition('details', 'eq', literal('{}'))],
    ['operator.unsupported /filter/operator', condition('stops', 'eq', literal('[]'))],
    ['operator.unsupported /filter/operator', condition('airborne', 'during', period(1))],
    ['operand.kind /filter/operands/0/type', condition('airborne', 'lt', moment(0))],
    ['value.unparsable /filter/operands/0/value', condition('airborne', 'eq', literal('90 minutes'))],
    ['operand.count /filter/operands', condition('delay', 'eq')],
    ['operand.count /filter/operands', condition('delay', 'eq', literal('1'), literal('2'))],
    ['operand.count /filter/operands', condition('delay', 'between', literal('1'))],
    ['operand.count /filter/operands', condition('delay', 'in')],
    ['operand.count /filter/operands', condition('delay', 'in', ...Array.from({ length: 1_001 }, () => literal('1')))],
    ['operand.count /filter/operands', condition('delay', 'is_null', literal('1'))],
    ['operand.kind /filter/operands/0/type', condition('day', 'eq', period(1))],
    ['operand.kind /filter/operands/0/type', condition('day', 'during', literal('2026-11-23'))],
    ['operand.kind /filter/operands/0/type', condition('day', 'during', moment(0))],
    ['operand.kind /filter/operands/0/type', condition('origin', 'eq', moment(0))],
    ['operand.kind /filter/operands/0/type', condition('gate_closes', 'lt', moment(0))],
    ['value.unparsable /filter/operands/0/value', condition('delay', 'eq', literal('many'))],
    ['value.unparsable /filter/operands/1/value', condition('day', 'between', moment(0), literal('2026-02-30'))],
    ['value.unparsable /filter/operands/0/value', condition('origin', 'eq', literal('a\u0000'))],
    ['value.unparsable /filter/operands/0/value', condition('origin', 'eq', literal('x'.repeat(10_001)))],
    ['value.unparsable /filter/operands/0/offset', condition('day', 'eq', moment(36_526))],
    ['value.unparsable /filter/operands/0/offset', condition('day', 'eq', moment(0.5))],
    ['value.unparsable /filter/operands/0/count', condition('day', 'during', period(0))],
    ['value.unparsable /filter/operands/0/count', condition('day', 'during', period(101, 'next', 'year'))],
    ['value.unparsable /filter/operands/0/count', condition('day', 'during', period(2, 'current'))],
    ['value.unparsable /filter/operands/0/count', condition('day', 'during', period(2, 'to_date'))],
  ])('gives %s', (expected, filter) => expect(check(filter)).toEqual([expected]));

  it('tells every bad value of a list', () => {
    expect(check(condition('delay', 'in', literal('1'), literal('x'), literal('y')))).toEqual([
      'value.unparsable /filter/operands/1/value',
      'value.unparsable /filter/operands/2/value',
    ]);
  });
});

describe('a tree', () => {
  it('tells where in it something is wrong', () => {
    const bad = condition('delay', 'eq', literal('x'));
    expect(check({ type: 'and', nodes: [late, { type: 'not', node: { type: 'or', nodes: [late, bad] } }] })).toEqual([
      'value.unparsable /filter/nodes/1/node/nodes/1/operands/0/value',
    ]);
  });
  it('has no empty group', () => {
    expect(check({ type: 'or', nodes: [{ type: 'and', nodes: [] }] })).toEqual([
      'filter.empty_group /filter/nodes/0/nodes',
    ]);
  });
  it('is nested 20 levels deep at most', () => {
    const nested = (levels: number): FilterNode => (levels === 1 ? late : { type: 'not', node: nested(levels - 1) });
    expect(check(nested(20))).toEqual([]);
    expect(check(nested(21))).toEqual([`filter.too_deep /filter${'/node'.repeat(20)}`]);
    expect(check(nested(5_000))).toHaveLength(1);
  });
  it('has 500 conditions at most', () => {
    const bad = condition('nowhere', 'is_null');
    expect(check({ type: 'or', nodes: Array.from({ length: 500 }, () => late) })).toEqual([]);
    const many = check({ type: 'or', nodes: Array.from({ length: 100_000 }, () => bad) });
    expect(many).toHaveLength(501);
    expect(many.at(-1)).toBe('filter.too_large /filter');
  });
});

it('examines the shape alone where the dataset is not known', () => {
  const found = validateFilter({ type: 'and', nodes: [late, condition('nowhere', 'between')] }, null, []);
  expect(found.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual(['operand.count /filter/nodes/1/operands']);
});

describe('a literal that names a parameter', () => {
  const named = (column: string, parameter: string, value = '15') =>
    condition(column, 'eq', { type: 'literal', parameter, value });

  it('has one of the template, of a type that goes with the column', () => {
    expect(check(named('delay', 'late'))).toEqual([]);
    expect(check(named('fare', 'late'))).toEqual([]);
    expect(check(named('occupancy', 'late'))).toEqual([]);
    expect(check(named('revenue', 'late'))).toEqual([]);
    expect(check(named('origin', 'from'))).toEqual([]);
  });
  it.each([
    [named('delay', 'early'), 'parameter.unknown'],
    [named('delay', 'toString'), 'parameter.unknown'],
    [named('origin', 'late'), 'parameter.type_mismatch'],
    [named('delay', 'from', 'AP1'), 'parameter.type_mismatch'],
    [named('day', 'late'), 'parameter.type_mismatch'],
  ])('is refused in %j', (filter, code) => {
    expect(check(filter)).toEqual([`${code} /filter/operands/0/parameter`]);
  });
  it('is refused with a value that the column does not take', () => {
    expect(check(named('delay', 'late', 'x'))).toEqual(['value.unparsable /filter/operands/0/value']);
  });
});
