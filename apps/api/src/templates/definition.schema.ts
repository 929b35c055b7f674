import { z } from 'zod';
import {
  AGGREGATES,
  aggregateResultType,
  DATA_TYPES,
  DEFAULT_CSV,
  DELIVERY_CONDITIONS,
  LIMIT_POLICIES,
  PLAIN_REPORT,
  readExpression,
  withParameterValues,
  type Aggregate,
  type DatasetColumn,
  type DatasetState,
  type ReportColumn,
  type TemplateDefinition,
} from '#domain';
import { id, uuid } from '../http/fields';
import { filterInput, filterNode } from './filter.schema';
import { output, outputInput, withDefaults } from './output.schema';

const dataType = z.enum(DATA_TYPES);
const aggregate = z.enum(AGGREGATES);
const COLUMN_TEXT = 'Dataset column; null for a count of rows and for a calculated column.';
const EXPRESSION_TEXT = 'What a calculated column is computed by: `round([distance] * 1.609, 1)`.';

const reportColumn = z.object({
  column: z.string().nullable().describe(COLUMN_TEXT),
  expression: z.string().nullable().describe(EXPRESSION_TEXT),
  header: z.string(),
  dataType,
  format: z.string().nullable(),
  aggregate: aggregate.nullable(),
});

const reportColumnInput = z.strictObject({
  column: z.string().nullable().default(null).describe(COLUMN_TEXT),
  expression: z.string().nullable().default(null).describe(EXPRESSION_TEXT),
  header: z.string().optional().describe("Left out: the dataset column's label, or the expression."),
  dataType: dataType
    .optional()
    .describe("Left out: the type of the column or expression, or that of the aggregate's result."),
  format: z
    .string()
    .max(200)
    .nullable()
    .default(null)
    .describe('`#,##0.00 ¤EUR`, `d MMMM yyyy`, `Yes/No`; null: plain.'),
  aggregate: aggregate.nullable().default(null),
});

const direction = z.enum(['ascending', 'descending']);

const parameter = {
  name: z.string().describe('A letter, then letters, digits and underscores.'),
  label: z.string().describe('What people are asked.'),
  dataType,
  defaultValue: z.string().describe('What counts unless a run says otherwise, in the text form of its type.'),
};

const layout = {
  rowNumbers: z.boolean().describe('A first column that counts the rows.'),
  totals: z.boolean().describe('A last row with the sums of the numeric columns; CSV and XLSX only.'),
  coverSheet: z.boolean().describe('A first sheet that tells who made the report when and of what; XLSX only.'),
};

const limit = z.number().nullable();
const limits = {
  rowsPerFile: limit,
  rowsPerSheet: limit.describe('XLSX only.'),
  bytesPerFile: limit,
  seconds: limit.describe('That the export may take.'),
  whenReached: z
    .enum(LIMIT_POLICIES)
    .describe('What becomes of rows beyond a limit. Limits of the whole report truncate unless they fail.'),
};

const splitBy = { header: z.string(), into: z.enum(['files', 'sheets']) };
const locale = z.string().describe('Language of separators and names of months, a BCP 47 tag: `en`, `de-CH`.');
const fileName = z
  .string()
  .nullable()
  .describe('Such as `{template}_{date}_{part}-of-{parts}`; null for the usual one.');
const deliver = z
  .enum(DELIVERY_CONDITIONS)
  .describe('Whether there are files: always, with rows only, or only with other rows than the last time.');

/** A definition in an answer. */
export const definition = z
  .object({
    datasetId: uuid,
    columns: z.array(reportColumn),
    filter: filterNode.nullable(),
    groupBy: z.array(z.string()).nullable(),
    sort: z.array(z.object({ header: z.string(), direction })),
    rowLimit: z.number().nullable(),
    output,
    locale,
    parameters: z.array(z.object(parameter)),
    layout: z.object(layout),
    limits: z.object(limits),
    splitBy: z.object(splitBy).nullable(),
    fileName,
    deliver,
  })
  .meta({ id: 'TemplateDefinition', description: 'What a template selects and how the file looks.' });

/** A definition as people may write it. */
export const definitionInput = z
  .strictObject({
    datasetId: id,
    columns: z.array(reportColumnInput),
    filter: filterInput.nullable().default(null),
    groupBy: z
      .array(z.string())
      .nullable()
      .default(null)
      .describe('Dataset columns to group by; null: no grouping; []: one row over everything.'),
    sort: z
      .array(z.strictObject({ header: z.string(), direction: direction.default('ascending') }))
      .default([])
      .describe("By headers of the template's columns."),
    rowLimit: z.number().nullable().default(null).describe("Most rows of the report; null: the system's limit."),
    output: outputInput.default(DEFAULT_CSV),
    locale: locale.default(PLAIN_REPORT.locale),
    parameters: z
      .array(z.strictObject({ ...parameter, label: parameter.label.optional() }))
      .default([])
      .describe('Values that the filter names by `{ "parameter": "name" }`.'),
    layout: z.strictObject(withDefaults(layout, PLAIN_REPORT.layout)).prefault({}),
    limits: z.strictObject(withDefaults(limits, PLAIN_REPORT.limits)).prefault({}),
    splitBy: z.strictObject(splitBy).nullable().default(null).describe('One file or sheet for each value of a column.'),
    fileName: fileName.default(null),
    deliver: deliver.default(PLAIN_REPORT.deliver),
  })
  .meta({
    id: 'TemplateDefinitionInput',
    description: 'What a template selects and how the file looks. What may be left out has a default.',
  });

/** Leaves room for the words of an aggregate within the longest header. */
const LONGEST_EXPRESSION_HEADER = 200;

/** Fills in what only the dataset can tell: headers and types that were left out. */
export function completeDefinition(input: z.output<typeof definitionInput>, dataset: DatasetState): TemplateDefinition {
  const known = new Map(
    dataset.status === 'absent' ? [] : dataset.definition.columns.map((column) => [column.name, column] as const),
  );
  const columns = input.columns.map(({ column, expression, header, dataType, format, aggregate }): ReportColumn => {
    const source = column === null ? undefined : known.get(column);
    const type = expression === null ? source?.type : calculatedType(expression, known);
    const natural = aggregate === null ? type : typeOf(aggregate, type);
    return {
      column,
      expression,
      header: header ?? headerOf(aggregate, expression?.slice(0, LONGEST_EXPRESSION_HEADER) ?? source?.label ?? column),
      dataType: dataType ?? natural ?? 'string',
      format,
      aggregate,
    };
  });
  const parameters = input.parameters.map(({ label, ...parameter }) => ({
    ...parameter,
    label: label ?? parameter.name,
  }));
  return { ...input, columns, parameters, filter: input.filter && withParameterValues(input.filter, parameters) };
}

function calculatedType(
  expression: string,
  columns: ReadonlyMap<string, DatasetColumn>,
): ReportColumn['dataType'] | undefined {
  const reading = readExpression(expression, columns);
  return reading.ok ? reading.expression.dataType : undefined;
}

function typeOf(
  aggregate: Aggregate,
  type: ReportColumn['dataType'] | undefined,
): ReportColumn['dataType'] | undefined {
  if (type === undefined) return aggregate === 'count' ? 'integer' : undefined;
  return aggregateResultType(aggregate, type) ?? undefined;
}

const AGGREGATE_WORDS: Readonly<Record<Aggregate, string>> = {
  count: 'Count of',
  count_distinct: 'Distinct',
  sum: 'Sum of',
  avg: 'Average',
  min: 'Least',
  max: 'Greatest',
};

function headerOf(aggregate: Aggregate | null, label: string | null): string {
  if (label === null) return 'Rows';
  return aggregate === null ? label : `${AGGREGATE_WORDS[aggregate]} ${label}`;
}
