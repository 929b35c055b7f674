import type { DataType } from './data-type';
import type { DefinitionProblem, DefinitionProblemCode } from './definition-problem';
import type { ReportParameter } from './parameters';
import { parseLiteral, textFault } from './values';

export const MOST_PARAMETERS = 50;
const PARAMETER_NAME = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;
const LONGEST_LABEL = 255;

/** Everything that is wrong with a template's parameters themselves. One that the filter does not name is fine. */
export function validateParameters(parameters: readonly ReportParameter[]): DefinitionProblem[] {
  const firstUse = new Map<string, number>();
  // What lies beyond the limit is not examined: the answer would be as long as the question.
  const problems = parameters.slice(0, MOST_PARAMETERS).flatMap((parameter, index) => {
    const pointer = `/parameters/${index}`;
    const first = firstUse.get(parameter.name);
    if (first === undefined) firstUse.set(parameter.name, index);
    return [...nameProblems(parameter.name, first, pointer), ...restProblems(parameter, pointer)];
  });
  if (parameters.length > MOST_PARAMETERS) {
    const message = `A template has ${MOST_PARAMETERS} parameters at most; this one has ${parameters.length}.`;
    problems.push(problem('parameters.too_many', '/parameters', message));
  }
  return problems;
}

/** Whether a value of a parameter's type is one of the column's type as it is written. */
export function fitsColumn(parameter: DataType, column: DataType): boolean {
  if (parameter === column) return true;
  const decimals = column === 'decimal' || column === 'currency' || column === 'percent';
  return decimals && (parameter === 'integer' || parameter === 'decimal');
}

function nameProblems(name: string, first: number | undefined, pointer: string): DefinitionProblem[] {
  if (!PARAMETER_NAME.test(name)) {
    const message = 'The name is a letter, then letters, digits and underscores, 63 characters at most.';
    return [problem('parameter.name_invalid', `${pointer}/name`, message)];
  }
  if (first === undefined) return [];
  const message = `"${name}" is the name of parameter ${first + 1} already. Choose another.`;
  return [problem('parameter.duplicate', `${pointer}/name`, message)];
}

function restProblems({ label, dataType, defaultValue }: ReportParameter, pointer: string): DefinitionProblem[] {
  const fault = labelFault(label);
  const reading = parseLiteral(dataType, defaultValue);
  return [
    ...(fault === null ? [] : [problem('parameter.label_invalid', `${pointer}/label`, `The label ${fault}.`)]),
    ...(reading.ok
      ? []
      : [problem('value.unparsable', `${pointer}/defaultValue`, `The default value ${reading.problem}.`)]),
  ];
}

function labelFault(label: string): string | null {
  if (label.trim() === '') return 'is empty';
  return label.length > LONGEST_LABEL ? `has more than ${LONGEST_LABEL} characters` : textFault(label);
}

function problem(code: DefinitionProblemCode, pointer: string, message: string): DefinitionProblem {
  return { code, pointer, message };
}
