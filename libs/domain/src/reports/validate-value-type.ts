import { aggregateResultType, aggregatesOf, canConvert, conversionsOf } from './conversions';
import type { Aggregate, DataType } from './data-type';
import type { DefinitionProblem } from './definition-problem';

/**
 * Whether values of a type have the aggregate, and can be shown as the report's type.
 *
 * @param pointer to the column of the definition
 */
export function valueTypeProblems(
  type: DataType,
  aggregate: Aggregate | null,
  dataType: DataType,
  pointer: string,
): DefinitionProblem[] {
  if (aggregate === null) return conversionProblems(type, dataType, pointer);
  const result = aggregateResultType(aggregate, type);
  if (result !== null) return conversionProblems(result, dataType, pointer);
  const message = `A ${type} column has no "${aggregate}". It has: ${aggregatesOf(type).join(', ')}.`;
  return [{ code: 'aggregate.unsupported', pointer: `${pointer}/aggregate`, message }];
}

export function conversionProblems(from: DataType, to: DataType, pointer: string): DefinitionProblem[] {
  if (canConvert(from, to)) return [];
  const message = `A value of type ${from} cannot be shown as ${to}. It can be: ${conversionsOf(from).join(', ')}.`;
  return [{ code: 'column.inconvertible', pointer: `${pointer}/dataType`, message }];
}
