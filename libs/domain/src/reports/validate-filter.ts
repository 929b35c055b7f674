import { operatorsOf } from './conversions';
import type { DatasetColumn, DataType } from './data-type';
import type { DefinitionProblem, DefinitionProblemCode } from './definition-problem';
import type {
  CalendarUnit,
  Condition,
  FilterNode,
  LiteralOperand,
  MomentOperand,
  Operand,
  Operator,
  PeriodOperand,
} from './filter';
import { unknownParameter, type ReportParameter } from './parameters';
import { fitsColumn } from './validate-parameters';
import { parseLiteral } from './values';

const DEEPEST = 20;
const MOST_CONDITIONS = 500;
const MOST_VALUES = 1_000;

/** The farthest that a relative date may reach: a hundred years, ten for minutes. */
const FARTHEST: Readonly<Record<CalendarUnit | 'hour' | 'minute', number>> = {
  minute: 5_259_600,
  hour: 876_600,
  day: 36_525,
  week: 5_218,
  month: 1_200,
  quarter: 400,
  year: 100,
};

/**
 * Everything that is wrong with a filter. `columns` are the dataset's, or null when the dataset is not known, whereupon only
 * the shape is examined. `parameters` are the template's, to which literals may refer.
 */
export function validateFilter(
  filter: FilterNode,
  columns: ReadonlyMap<string, DatasetColumn> | null,
  parameters: readonly ReportParameter[],
): DefinitionProblem[] {
  const declared = new Map(parameters.map(({ name, dataType }) => [name, dataType]));
  const problems: DefinitionProblem[] = [];
  let conditions = 0;

  const visit = (node: FilterNode, pointer: string, depth: number): void => {
    if (depth > DEEPEST) {
      problems.push(problem('filter.too_deep', pointer, `A filter is nested ${DEEPEST} levels deep at most.`));
      return;
    }
    switch (node.type) {
      case 'and':
      case 'or':
        if (node.nodes.length === 0) {
          const message = `A group joined by "${node.type}" needs at least one condition. Remove the group or fill it.`;
          problems.push(problem('filter.empty_group', `${pointer}/nodes`, message));
        }
        for (const [index, child] of node.nodes.entries()) visit(child, `${pointer}/nodes/${index}`, depth + 1);
        return;
      case 'not':
        visit(node.node, `${pointer}/node`, depth + 1);
        return;
      case 'condition':
        conditions += 1;
        // What lies beyond the limit is not examined: the answer would be as long as the question.
        if (conditions <= MOST_CONDITIONS) problems.push(...conditionProblems(node, pointer, columns, declared));
    }
  };

  visit(filter, '/filter', 1);
  if (conditions > MOST_CONDITIONS) {
    const message = `A filter has ${MOST_CONDITIONS} conditions at most; this one has ${conditions}.`;
    problems.push(problem('filter.too_large', '/filter', message));
  }
  return problems;
}

/** Types by the parameters' names. */
type ParameterTypes = ReadonlyMap<string, DataType>;

function conditionProblems(
  condition: Condition,
  pointer: string,
  columns: ReadonlyMap<string, DatasetColumn> | null,
  parameters: ParameterTypes,
): DefinitionProblem[] {
  const count = countProblem(condition, pointer);
  const counted = count === null ? [] : [count];
  if (columns === null) return counted;
  const column = columns.get(condition.column);
  if (column === undefined) {
    const message = `The dataset has no column "${condition.column}".`;
    return [problem('column.unknown', `${pointer}/column`, message), ...counted];
  }
  const operators = operatorsOf(column.type);
  if (!operators.includes(condition.operator)) {
    const message = `A ${column.type} column cannot be asked "${condition.operator}". It has: ${operators.join(', ')}.`;
    return [problem('operator.unsupported', `${pointer}/operator`, message), ...counted];
  }
  return count === null
    ? condition.operands.flatMap((operand, index) =>
        operandProblems(operand, condition.operator, column.type, parameters, `${pointer}/operands/${index}`),
      )
    : counted;
}

function countProblem({ operator, operands }: Condition, pointer: string): DefinitionProblem | null {
  const [least, most] = operandCount(operator);
  if (operands.length >= least && operands.length <= most) return null;
  const wanted = least === most ? `${least}` : `${least} to ${most}`;
  const message = `"${operator}" takes ${wanted} operand(s), but ${operands.length} are given.`;
  return problem('operand.count', `${pointer}/operands`, message);
}

function operandCount(operator: Operator): readonly [least: number, most: number] {
  switch (operator) {
    case 'is_null':
    case 'is_not_null':
      return [0, 0];
    case 'between':
      return [2, 2];
    case 'in':
    case 'not_in':
      return [1, MOST_VALUES];
    case 'eq':
    case 'ne':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
    case 'contains':
    case 'not_contains':
    case 'starts_with':
    case 'ends_with':
    case 'during':
    case 'not_during':
      return [1, 1];
  }
}

function operandProblems(
  operand: Operand,
  operator: Operator,
  type: DataType,
  parameters: ParameterTypes,
  pointer: string,
): DefinitionProblem[] {
  const period = operator === 'during' || operator === 'not_during';
  if (period !== (operand.type === 'period')) {
    const message = period
      ? `"${operator}" takes a period, such as the previous month.`
      : `"${operator}" takes a value; a period goes with "during".`;
    return [problem('operand.kind', `${pointer}/type`, message)];
  }
  switch (operand.type) {
    case 'literal':
      return literalProblems(operand, type, parameters, pointer);
    case 'moment':
      return type === 'date' || type === 'timestamp'
        ? momentProblems(operand, pointer)
        : [problem('operand.kind', `${pointer}/type`, `A relative date does not go with a ${type} column.`)];
    case 'period':
      return periodProblems(operand, pointer);
  }
}

function literalProblems(
  { value, parameter }: LiteralOperand,
  type: DataType,
  parameters: ParameterTypes,
  pointer: string,
): DefinitionProblem[] {
  if (parameter !== null) {
    const given = parameters.get(parameter);
    if (given === undefined) {
      const message = unknownParameter(parameter, [...parameters.keys()]);
      return [problem('parameter.unknown', `${pointer}/parameter`, message)];
    }
    if (!fitsColumn(given, type)) {
      const message = `The parameter "${parameter}" is of type ${given}, which does not go with a ${type} column.`;
      return [problem('parameter.type_mismatch', `${pointer}/parameter`, message)];
    }
  }
  const reading = parseLiteral(type, value);
  return reading.ok ? [] : [problem('value.unparsable', `${pointer}/value`, `The value ${reading.problem}.`)];
}

function momentProblems({ offset, unit }: MomentOperand, pointer: string): DefinitionProblem[] {
  const most = FARTHEST[unit];
  if (Number.isInteger(offset) && Math.abs(offset) <= most) return [];
  const message = `The offset is a whole number of ${unit}s from -${most} to ${most}.`;
  return [problem('value.unparsable', `${pointer}/offset`, message)];
}

function periodProblems({ period, unit, count }: PeriodOperand, pointer: string): DefinitionProblem[] {
  const most = period === 'previous' || period === 'next' ? FARTHEST[unit] : 1;
  if (Number.isInteger(count) && count >= 1 && count <= most) return [];
  const message =
    most === 1 ? `"${period}" takes the count 1.` : `The count is a whole number of ${unit}s from 1 to ${most}.`;
  return [problem('value.unparsable', `${pointer}/count`, message)];
}

function problem(code: DefinitionProblemCode, pointer: string, message: string): DefinitionProblem {
  return { code, pointer, message };
}
