import type { DatasetColumn } from './data-type';
import type { Condition, FilterNode, MomentOperand, Operand, Operator, PeriodOperand } from './filter';

/**
 * A filter as an English sentence for people, without its full stop: `Delay is at least 15 and (From is one of "AP1", "AP2")`.
 * Columns go by their labels.
 */
export function describeFilter(filter: FilterNode, columns: readonly DatasetColumn[]): string {
  const known = new Map(columns.map((column) => [column.name, column]));
  const describe = (node: FilterNode): string => {
    switch (node.type) {
      case 'and':
      case 'or':
        return node.nodes.map((child) => grouped(child, describe(child))).join(` ${node.type} `);
      case 'not':
        return `not (${describe(node.node)})`;
      case 'condition':
        return describeCondition(node, known.get(node.column));
    }
  };
  return describe(filter);
}

function grouped(node: FilterNode, sentence: string): string {
  return (node.type === 'and' || node.type === 'or') && node.nodes.length > 1 ? `(${sentence})` : sentence;
}

const OPERATOR_WORDS: Readonly<Record<Operator, string>> = {
  eq: 'is',
  ne: 'is not',
  lt: 'is less than',
  lte: 'is at most',
  gt: 'is more than',
  gte: 'is at least',
  between: 'is between',
  in: 'is one of',
  not_in: 'is none of',
  contains: 'contains',
  not_contains: 'does not contain',
  starts_with: 'starts with',
  ends_with: 'ends with',
  is_null: 'is empty',
  is_not_null: 'is not empty',
  during: 'is in',
  not_during: 'is not in',
};

function describeCondition({ column, operator, operands }: Condition, source: DatasetColumn | undefined): string {
  const isText = source?.type === 'string';
  const values = operands.map((operand) => describeOperand(operand, isText));
  const value = values.join(operator === 'between' ? ' and ' : ', ');
  return [source?.label ?? column, OPERATOR_WORDS[operator], value].filter((part) => part !== '').join(' ');
}

function describeOperand(operand: Operand, isText: boolean): string {
  switch (operand.type) {
    case 'literal':
      return isText ? `"${operand.value}"` : operand.value;
    case 'moment':
      return describeMoment(operand);
    case 'period':
      return describePeriod(operand);
  }
}

function describeMoment({ offset, unit, startOf }: MomentOperand): string {
  const distance = Math.abs(offset);
  const moved = `${distance} ${distance === 1 ? unit : `${unit}s`} ${offset < 0 ? 'before' : 'after'} the due time`;
  const moment = offset === 0 ? 'the due time' : moved;
  return startOf === null ? moment : `the start of the ${startOf} of ${moment}`;
}

function describePeriod({ period, unit, count }: PeriodOperand): string {
  switch (period) {
    case 'current':
      return `the ${unit} of the due time`;
    case 'to_date':
      return `the ${unit} up to the due time`;
    case 'previous':
    case 'next':
      return count === 1 ? `the ${period} ${unit}` : `the ${period} ${count} ${unit}s`;
  }
}
