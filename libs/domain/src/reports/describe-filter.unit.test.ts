import { datasetColumn } from '../testing/samples';
import { describeFilter } from './describe-filter';
import type { FilterNode, Operand, Operator } from './filter';

const COLUMNS = [
  datasetColumn('delay', 'integer', { label: 'Delay' }),
  datasetColumn('origin', 'string', { label: 'From' }),
  datasetColumn('day', 'date', { label: 'Day' }),
];
const condition = (column: string, operator: Operator, ...operands: (string | Operand)[]): FilterNode => ({
  type: 'condition',
  column,
  operator,
  operands: operands.map((operand) =>
    typeof operand === 'string' ? { type: 'literal', parameter: null, value: operand } : operand,
  ),
});
const late = condition('delay', 'gte', '15');
const there = condition('origin', 'in', 'AP1', 'AP2');

it.each<[FilterNode, string]>([
  [late, 'Delay is at least 15'],
  [condition('delay', 'between', '1', '5'), 'Delay is between 1 and 5'],
  [there, 'From is one of "AP1", "AP2"'],
  [condition('origin', 'contains', ''), 'From contains ""'],
  [condition('origin', 'is_null'), 'From is empty'],
  [condition('gone', 'eq', 'x'), 'gone is x'],
  [{ type: 'and', nodes: [late, there] }, 'Delay is at least 15 and From is one of "AP1", "AP2"'],
  [
    { type: 'or', nodes: [late, { type: 'and', nodes: [late, there] }] },
    'Delay is at least 15 or (Delay is at least 15 and From is one of "AP1", "AP2")',
  ],
  [{ type: 'and', nodes: [{ type: 'or', nodes: [late] }] }, 'Delay is at least 15'],
  [{ type: 'not', node: { type: 'or', nodes: [late, late] } }, 'not (Delay is at least 15 or Delay is at least 15)'],
  [
    condition('day', 'during', { type: 'period', period: 'previous', unit: 'day', count: 7 }),
    'Day is in the previous 7 days',
  ],
  [condition('day', 'during', { type: 'period', period: 'next', unit: 'month', count: 1 }), 'Day is in the next month'],
  [
    condition('day', 'not_during', { type: 'period', period: 'current', unit: 'week', count: 1 }),
    'Day is not in the week of the due time',
  ],
  [
    condition('day', 'during', { type: 'period', period: 'to_date', unit: 'year', count: 1 }),
    'Day is in the year up to the due time',
  ],
  [condition('day', 'lt', { type: 'moment', offset: 0, unit: 'day', startOf: null }), 'Day is less than the due time'],
  [
    condition('day', 'gt', { type: 'moment', offset: -1, unit: 'week', startOf: 'day' }),
    'Day is more than the start of the day of 1 week before the due time',
  ],
  [
    condition('day', 'lte', { type: 'moment', offset: 2, unit: 'month', startOf: null }),
    'Day is at most 2 months after the due time',
  ],
])('%j is told as %s', (filter, sentence) => {
  expect(describeFilter(filter, COLUMNS)).toBe(sentence);
});
