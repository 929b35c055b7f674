import type { ReportColumn, TemplateDefinition } from './definition';
import type { DefinitionProblem } from './definition-problem';
import { isSplit } from './validate-limits';

/** Head of the column that counts the rows. */
export const ROW_NUMBER_HEADER = '#';

/**
 * Whether the totals row has a sum in a column: in one of numbers that are amounts of something, or sums or counts of them.
 * A sum of averages, extremes or distinct counts says nothing.
 */
export function isTotalled({ dataType, aggregate }: ReportColumn): boolean {
  const amounts = dataType === 'integer' || dataType === 'decimal' || dataType === 'currency';
  return amounts && (aggregate === null || aggregate === 'sum' || aggregate === 'count');
}

/** What a definition asks to stand around its rows and cannot have. */
export function validateLayout(definition: TemplateDefinition): DefinitionProblem[] {
  const { layout, columns, output } = definition;
  const { rowNumbers, totals, coverSheet } = layout;
  const problems: DefinitionProblem[] = [];
  if (rowNumbers) problems.push(...headerProblems(columns));
  if (totals && (output.format === 'jsonl' || output.format === 'parquet')) {
    // Whoever reads such a file would take the last row for one of the others.
    problems.push(unsupported('/layout/totals', `A file of format ${output.format} has rows alone, and no totals.`));
  } else if (totals && !columns.some(isTotalled)) {
    const message = 'Totals need a column of numbers that is not aggregated, or a sum or count.';
    problems.push(unsupported('/layout/totals', message));
  }
  if (totals && isSplit(definition)) {
    const message = 'Totals stand below all rows, so there are none of a report that is split into files or sheets.';
    problems.push(unsupported('/layout/totals', message));
  }
  if (coverSheet && output.format !== 'xlsx') {
    problems.push(
      unsupported('/layout/coverSheet', `A file of format ${output.format} has no sheets, and so no cover sheet.`),
    );
  }
  return problems;
}

function headerProblems(columns: readonly ReportColumn[]): DefinitionProblem[] {
  const index = columns.findIndex(({ header }) => header === ROW_NUMBER_HEADER);
  if (index < 0) return [];
  const message = `The header "${ROW_NUMBER_HEADER}" stands over the row numbers. Choose another.`;
  return [{ code: 'header.duplicate', pointer: `/columns/${index}/header`, message }];
}

function unsupported(pointer: string, message: string): DefinitionProblem {
  return { code: 'layout.unsupported', pointer, message };
}
