import type { DatasetColumn } from './data-type';
import type { ReportColumn } from './definition';
import type { DefinitionProblem, DefinitionProblemCode } from './definition-problem';
import { expressionColumns, expressionFault, readExpression } from './expressions/read-expression';
import { valueTypeProblems } from './validate-value-type';
import { textFault } from './values';

/**
 * Where the value of a calculated column comes from, and whether it can be of the column's type. Without the dataset's columns
 * only the form of the expression is examined.
 */
export function calculationProblems(
  { column, aggregate, dataType }: ReportColumn,
  expression: string,
  columns: ReadonlyMap<string, DatasetColumn> | null,
  pointer: string,
): DefinitionProblem[] {
  if (column !== null) {
    const message = 'A column is either taken from the dataset or calculated. Leave out one of column and expression.';
    return [problem('expression.invalid', `${pointer}/column`, message)];
  }
  const fault = textFault(expression);
  if (fault !== null) return [problem('expression.invalid', `${pointer}/expression`, `The expression ${fault}.`)];
  if (columns === null) {
    const malformed = expressionFault(expression);
    return malformed ? [problem(malformed.code, `${pointer}/expression`, malformed.message)] : [];
  }
  const reading = readExpression(expression, columns);
  return reading.ok
    ? valueTypeProblems(reading.expression.dataType, aggregate, dataType, pointer)
    : [problem(reading.code, `${pointer}/expression`, reading.message)];
}

/** Under grouping, what is not aggregated has one value a group only if it is made of grouped columns. */
export function calculationGroupingProblems(
  expression: string,
  groupBy: readonly string[],
  pointer: string,
): DefinitionProblem[] {
  const loose = expressionColumns(expression).filter((name) => !groupBy.includes(name));
  if (loose.length === 0) return [];
  const names = loose.map((name) => `"${name}"`).join(', ');
  const message = `The expression reads ${names}, which is not grouped by. Add to groupBy, or give the column an aggregate.`;
  return [problem('column.not_grouped', `${pointer}/expression`, message)];
}

function problem(code: DefinitionProblemCode, pointer: string, message: string): DefinitionProblem {
  return { code, pointer, message };
}
