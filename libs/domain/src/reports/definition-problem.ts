export const DEFINITION_PROBLEM_CODES = [
  'columns.empty',
  'columns.too_many',
  'column.unknown',
  'column.missing',
  'column.inconvertible',
  'expression.invalid',
  'expression.type',
  'header.empty',
  'header.invalid',
  'header.duplicate',
  'format.invalid',
  'aggregate.without_grouping',
  'aggregate.unsupported',
  'column.not_grouped',
  'group.unknown_column',
  'group.duplicate',
  'group.unsupported',
  'filter.too_deep',
  'filter.too_large',
  'filter.empty_group',
  'operator.unsupported',
  'operand.count',
  'operand.kind',
  'value.unparsable',
  'parameters.too_many',
  'parameter.name_invalid',
  'parameter.label_invalid',
  'parameter.duplicate',
  'parameter.unknown',
  'parameter.type_mismatch',
  'sort.unknown_header',
  'sort.duplicate',
  'sort.unsupported',
  'row_limit.out_of_range',
  'limits.out_of_range',
  'limits.unsupported',
  'split.unknown_header',
  'split.unsupported',
  'file_name.invalid',
  'output.invalid',
  'locale.invalid',
  'layout.unsupported',
  'dataset.missing',
  'dataset.retired',
  'dataset.unreachable',
  'dataset.relation_missing',
  'dataset.query_invalid',
  'dataset.column_missing',
  'dataset.column_type_changed',
] as const;
export type DefinitionProblemCode = (typeof DEFINITION_PROBLEM_CODES)[number];

/** One thing wrong with a definition. Validation reports all of them at once. */
export interface DefinitionProblem {
  readonly code: DefinitionProblemCode;
  /** Where, as a JSON pointer (RFC 6901) into the definition: `/columns/2/dataType`. */
  readonly pointer: string;
  /** What is wrong and what would be right, for a person. */
  readonly message: string;
}
