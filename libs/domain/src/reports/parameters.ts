import type { DataType } from './data-type';
import { mapOperands, type FilterNode } from './filter';
import { parseLiteral } from './values';

/** A value that the filter names. */
export interface ReportParameter {
  /** How operands and runs refer to it: a letter, then letters, digits and underscores. */
  readonly name: string;
  /** What people are asked. */
  readonly label: string;
  readonly dataType: DataType;
  /** What counts unless a run says otherwise, in the text form of its type. */
  readonly defaultValue: string;
}

/** What a run chose. */
export interface ParameterValue {
  readonly name: string;
  /** In the text form of the parameter's type. */
  readonly value: string;
}

/** One thing wrong with what a run chose. */
export interface ParameterProblem {
  readonly code: 'parameter.unknown' | 'value.unparsable';
  /** Of the parameter as the run wrote it. */
  readonly name: string;
  /** What is wrong and what would be right, for a person. */
  readonly message: string;
}

export type ParameterChoice =
  | { readonly ok: true; readonly values: readonly ParameterValue[] }
  | { readonly ok: false; readonly problems: readonly ParameterProblem[] };

/**
 * Reads what a run chose for a template's parameters, in any order and as few as it likes. The values given back are in the one
 * text form that their type has.
 */
export function chooseParameters(
  parameters: readonly ReportParameter[],
  chosen: readonly ParameterValue[],
): ParameterChoice {
  const declared = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const values: ParameterValue[] = [];
  const problems: ParameterProblem[] = [];
  for (const { name, value } of chosen) {
    const parameter = declared.get(name);
    if (parameter === undefined) {
      problems.push({ code: 'parameter.unknown', name, message: unknownParameter(name, [...declared.keys()]) });
      continue;
    }
    const reading = parseLiteral(parameter.dataType, value);
    if (reading.ok) values.push({ name, value: reading.value });
    else problems.push({ code: 'value.unparsable', name, message: `The value of "${name}" ${reading.problem}.` });
  }
  return problems.length === 0 ? { ok: true, values } : { ok: false, problems };
}

/** The sentence for a parameter that the template lacks. */
export function unknownParameter(name: string, declared: readonly string[]): string {
  const others = declared.length === 0 ? 'It has none.' : `It has: ${declared.join(', ')}.`;
  return `The template has no parameter "${name.slice(0, LONGEST_QUOTED_NAME)}". ${others}`;
}

const LONGEST_QUOTED_NAME = 100;

/** The parameters with what was chosen as their values; the others keep theirs. */
export function withChosenValues(
  parameters: readonly ReportParameter[],
  chosen: readonly ParameterValue[],
): readonly ReportParameter[] {
  const values = new Map(chosen.map(({ name, value }) => [name, value]));
  return parameters.map((parameter) => ({
    ...parameter,
    defaultValue: values.get(parameter.name) ?? parameter.defaultValue,
  }));
}

/** The filter with the value of its parameter in each literal that names one. Relative operands stay as they are. */
export function withParameterValues(filter: FilterNode, parameters: readonly ReportParameter[]): FilterNode {
  const values = new Map(parameters.map(({ name, defaultValue }) => [name, defaultValue]));
  return mapOperands(filter, (operand) => {
    const value = operand.type === 'literal' && operand.parameter !== null ? values.get(operand.parameter) : undefined;
    return operand.type === 'literal' && value !== undefined ? { ...operand, value } : operand;
  });
}
