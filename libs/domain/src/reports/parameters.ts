import type { DataType } from './data-type';

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
