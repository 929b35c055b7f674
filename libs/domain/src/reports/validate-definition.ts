import type { DatasetState } from '../datasets/dataset-messages';
import { isComparable } from './conversions';
import type { DatasetColumn } from './data-type';
import type { ReportColumn, TemplateDefinition } from './definition';
import type { DefinitionProblem, DefinitionProblemCode } from './definition-problem';
import { parseFormat } from './format-pattern';
import { localeFault } from './locale';
import { calculationGroupingProblems, calculationProblems } from './validate-calculated-column';
import { validateFilter } from './validate-filter';
import { validateLayout } from './validate-layout';
import { validateLimits } from './validate-limits';
import { validateOutput } from './validate-output';
import { validateParameters } from './validate-parameters';
import { conversionProblems, valueTypeProblems } from './validate-value-type';
import { textFault } from './values';

/** Columns of a report, and dataset columns that it is grouped by. */
export const MOST_COLUMNS = 500;
export const LONGEST_HEADER = 255;

type ColumnsByName = ReadonlyMap<string, DatasetColumn>;

/**
 * Everything that is wrong with a definition, measured against its dataset: one entry each, with a JSON pointer into the
 * definition. Without a dataset, what can be told from the definition alone is told.
 */
export function validateDefinition(definition: TemplateDefinition, dataset: DatasetState): DefinitionProblem[] {
  const known = dataset.status !== 'absent' && dataset.datasetId === definition.datasetId;
  const columns: ColumnsByName | null = known
    ? new Map(dataset.definition.columns.map((column) => [column.name, column]))
    : null;
  return [
    ...datasetProblems(known ? dataset.status : 'absent'),
    ...columnsProblems(definition, columns),
    ...headerProblems(definition),
    ...groupProblems(definition, columns),
    ...(definition.filter === null ? [] : validateFilter(definition.filter, columns, definition.parameters)),
    ...validateParameters(definition.parameters),
    ...sortProblems(definition),
    ...validateLimits(definition),
    ...validateOutput(definition.output),
    ...localeProblems(definition.locale),
    ...validateLayout(definition),
  ];
}

function datasetProblems(status: DatasetState['status']): DefinitionProblem[] {
  switch (status) {
    case 'absent':
      return [problem('dataset.missing', '/datasetId', 'There is no such dataset.')];
    case 'retired':
      return [problem('dataset.retired', '/datasetId', 'The dataset is retired. Choose another.')];
    case 'active':
      return [];
  }
}

function columnsProblems(definition: TemplateDefinition, columns: ColumnsByName | null): DefinitionProblem[] {
  const count = definition.columns.length;
  if (count === 0) return [problem('columns.empty', '/columns', 'A report needs at least one column.')];
  const problems = definition.columns
    // What lies beyond the limit is not examined: the answer would be as long as the question.
    .slice(0, MOST_COLUMNS)
    .flatMap((column, index) => columnProblems(column, definition.groupBy, columns, `/columns/${index}`));
  if (count > MOST_COLUMNS) problems.push(tooMany('/columns', count));
  return problems;
}

function columnProblems(
  column: ReportColumn,
  groupBy: readonly string[] | null,
  columns: ColumnsByName | null,
  pointer: string,
): DefinitionProblem[] {
  return [
    ...sourceProblems(column, columns, pointer),
    ...groupingProblems(column, groupBy, pointer),
    ...formatProblems(column, pointer),
  ];
}

/** Where the value comes from, and whether it can be of the column's type. */
function sourceProblems(column: ReportColumn, columns: ColumnsByName | null, pointer: string): DefinitionProblem[] {
  const { column: name, expression, aggregate, dataType } = column;
  if (expression !== null) return calculationProblems(column, expression, columns, pointer);
  if (name === null) {
    return aggregate === 'count'
      ? conversionProblems('integer', dataType, pointer)
      : [problem('column.missing', `${pointer}/column`, 'Name a dataset column; only a count goes without.')];
  }
  if (columns === null) return [];
  const source = columns.get(name);
  if (source === undefined) {
    return [problem('column.unknown', `${pointer}/column`, `The dataset has no column "${name}".`)];
  }
  return valueTypeProblems(source.type, aggregate, dataType, pointer);
}

function groupingProblems(
  { column, expression, aggregate }: ReportColumn,
  groupBy: readonly string[] | null,
  pointer: string,
): DefinitionProblem[] {
  if (groupBy === null) {
    if (aggregate === null) return [];
    const message = 'An aggregate needs grouping. Set groupBy; an empty list makes one row over everything.';
    return [problem('aggregate.without_grouping', `${pointer}/aggregate`, message)];
  }
  if (aggregate !== null) return [];
  if (expression !== null) return calculationGroupingProblems(expression, groupBy, pointer);
  if (column === null || groupBy.includes(column)) return [];
  const message = `"${column}" is neither grouped by nor aggregated. Add it to groupBy or give it an aggregate.`;
  return [problem('column.not_grouped', `${pointer}/column`, message)];
}

function formatProblems({ dataType, format }: ReportColumn, pointer: string): DefinitionProblem[] {
  if (format === null) return [];
  const reading = parseFormat(dataType, format);
  return reading.ok ? [] : [problem('format.invalid', `${pointer}/format`, reading.problem)];
}

function headerProblems({ columns, output }: TemplateDefinition): DefinitionProblem[] {
  // Many readers of Parquet take names for the same that differ in case alone.
  const nameOf = (header: string): string => (output.format === 'parquet' ? header.toLowerCase() : header);
  const firstUse = new Map<string, number>();
  return columns.slice(0, MOST_COLUMNS).flatMap(({ header }, index) => {
    const pointer = `/columns/${index}/header`;
    if (header.trim() === '') return [problem('header.empty', pointer, 'A column needs a header.')];
    const fault = headerFault(header);
    if (fault !== null) return [problem('header.invalid', pointer, `The header ${fault}.`)];
    const first = firstUse.get(nameOf(header));
    if (first === undefined) {
      firstUse.set(nameOf(header), index);
      return [];
    }
    const message = `The header "${header}" stands over column ${first + 1} already. Choose another.`;
    return [problem('header.duplicate', pointer, message)];
  });
}

function headerFault(header: string): string | null {
  if (header.length > LONGEST_HEADER) return `has more than ${LONGEST_HEADER} characters`;
  // XML 1.0, and so XLSX, knows no control characters but tab and line breaks.
  return (
    textFault(header) ?? (/(?![\t\n\r])[\p{Cc}\uFFFE\uFFFF]/u.test(header) ? 'contains a control character' : null)
  );
}

function groupProblems({ groupBy }: TemplateDefinition, columns: ColumnsByName | null): DefinitionProblem[] {
  if (groupBy === null) return [];
  const seen = new Set<string>();
  const problems = groupBy.slice(0, MOST_COLUMNS).flatMap((name, index) => {
    const pointer = `/groupBy/${index}`;
    if (seen.has(name)) return [problem('group.duplicate', pointer, `"${name}" is grouped by twice.`)];
    seen.add(name);
    if (columns === null) return [];
    const source = columns.get(name);
    if (source === undefined) {
      return [problem('group.unknown_column', pointer, `The dataset has no column "${name}".`)];
    }
    return isComparable(source.type)
      ? []
      : [problem('group.unsupported', pointer, `Rows cannot be grouped by a ${source.type} column.`)];
  });
  if (groupBy.length > MOST_COLUMNS) problems.push(tooMany('/groupBy', groupBy.length));
  return problems;
}

function sortProblems({ sort, columns }: TemplateDefinition): DefinitionProblem[] {
  const types = new Map(columns.map((column) => [column.header, column.dataType]));
  const seen = new Set<string>();
  // With more keys than columns, one of the first is repeated or unknown.
  return sort.slice(0, MOST_COLUMNS + 1).flatMap(({ header }, index) => {
    const pointer = `/sort/${index}/header`;
    const type = types.get(header);
    if (type === undefined) {
      return [problem('sort.unknown_header', pointer, `No column of the template has the header "${header}".`)];
    }
    if (seen.has(header)) return [problem('sort.duplicate', pointer, `The template sorts by "${header}" twice.`)];
    seen.add(header);
    return isComparable(type)
      ? []
      : [problem('sort.unsupported', pointer, `Rows cannot be sorted by a column of type ${type}.`)];
  });
}

function localeProblems(locale: string): DefinitionProblem[] {
  const fault = localeFault(locale);
  return fault === null ? [] : [problem('locale.invalid', '/locale', `The locale ${fault}.`)];
}

function tooMany(pointer: string, count: number): DefinitionProblem {
  return problem('columns.too_many', pointer, `At most ${MOST_COLUMNS} columns fit here; there are ${count}.`);
}

function problem(code: DefinitionProblemCode, pointer: string, message: string): DefinitionProblem {
  return { code, pointer, message };
}
