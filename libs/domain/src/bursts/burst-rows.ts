import { Temporal } from 'temporal-polyfill';
import type { TimeZone } from '../identifiers';
import type { DataType } from '../reports/data-type';
import { chooseParameters, type ParameterValue, type ReportParameter } from '../reports/parameters';
import type { BurstDefinition, LeftOutRow } from './burst-messages';

/** A row of a list: text forms by header, as the list's file has them; null stands for NULL. */
export type ListRow = ReadonlyMap<string, string | null>;

export interface FilledRow {
  readonly row: number;
  /** As `chooseParameters` gives them. */
  readonly parameters: readonly ParameterValue[];
  /** As the row has it; null for a burst that sends no mail. */
  readonly address: string | null;
}

export type RowReading =
  { readonly ok: true; readonly filled: FilledRow } | { readonly ok: false; readonly leftOut: LeftOutRow };

export interface RowTerms {
  readonly definition: BurstDefinition;
  /** Of the template that is run for each row. */
  readonly parameters: readonly ReportParameter[];
  /** Types of the list's columns that stand there without a format, by header. */
  readonly types: ReadonlyMap<string, DataType>;
  /** In which the list writes its times. */
  readonly timeZone: TimeZone;
}

/** What a row of a list asks for. Throws a `RangeError` where the template has a parameter no more. */
export function readListRow(row: number, values: ListRow, terms: RowTerms): RowReading {
  const { definition, parameters } = terms;
  const { email } = definition.delivery;
  const wanted = [...definition.parameters.map(({ column }) => column), ...(email ? [email.addressColumn] : [])];
  const missing = wanted.find((column) => (values.get(column) ?? null) === null);
  if (missing !== undefined) {
    const message = `The column "${missing}" has no value.`;
    return { ok: false, leftOut: { row, code: 'value.missing', message } };
  }
  const chosen = definition.parameters.map(({ name, column }) => {
    const text = values.get(column) ?? '';
    const to = parameters.find((parameter) => parameter.name === name)?.dataType;
    return {
      name,
      value: terms.types.get(column) === 'timestamp' && to === 'timestamp' ? instantOf(text, terms) : text,
    };
  });
  const choice = chooseParameters(parameters, chosen);
  if (choice.ok) {
    const address = email === null ? null : (values.get(email.addressColumn) ?? null);
    return { ok: true, filled: { row, parameters: choice.values, address } };
  }
  const unknown = choice.problems.find(({ code }) => code === 'parameter.unknown');
  if (unknown) throw new RangeError(unknown.message);
  const message = choice.problems.map((problem) => problem.message).join(' ');
  return { ok: false, leftOut: { row, code: 'value.unparsable', message } };
}

/**
 * A time of day as reports write it, `2026-11-23 07:30:00.5` in the report's zone, as an instant; another text as it is. What the clock
 * shows twice is the earlier, what it skips the later time.
 */
function instantOf(text: string, { timeZone }: RowTerms): string {
  if (!/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?$/.test(text)) return text;
  try {
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).toInstant().toString();
  } catch (error) {
    if (error instanceof RangeError) return text;
    throw error;
  }
}
