import { z } from 'zod';
import {
  AGGREGATES,
  aggregateResultType,
  DATA_TYPES,
  DEFAULT_CSV,
  DEFAULT_XLSX,
  type Aggregate,
  type DatasetState,
  type ReportColumn,
  type TemplateDefinition,
} from '#domain';
import { id, uuid } from '../http/fields';
import { filterInput, filterNode } from './filter.schema';

const dataType = z.enum(DATA_TYPES);
const aggregate = z.enum(AGGREGATES);
const delimiter = z.enum([',', ';', '\t', '|']);
const lineEnding = z.enum(['crlf', 'lf']);

const csv = z.object({
  format: z.literal('csv'),
  delimiter,
  lineEnding,
  byteOrderMark: z.boolean().describe('UTF-8 byte order mark, which Excel wants.'),
  header: z.boolean(),
  nullText: z.string().describe('What stands for NULL.'),
  neutraliseFormulas: z.boolean().describe('An apostrophe before text that a spreadsheet would take for a formula.'),
  retentionMinutes: z.int().nullable().describe('Minutes after which the files are removed; null: as the system says.'),
});
const xlsx = z.object({
  format: z.literal('xlsx'),
  sheetName: z.string(),
  freezeHeader: z.boolean(),
  autoFilter: z.boolean(),
  retentionMinutes: z.int().nullable(),
});

const output = z.discriminatedUnion('format', [csv, xlsx]).meta({ id: 'Output' });

/** What is left out is as `DEFAULT_CSV` and `DEFAULT_XLSX` have it. */
export const outputInput = z
  .discriminatedUnion('format', [
    z.strictObject({
      format: csv.shape.format,
      delimiter: delimiter.default(DEFAULT_CSV.delimiter),
      lineEnding: lineEnding.default(DEFAULT_CSV.lineEnding),
      byteOrderMark: csv.shape.byteOrderMark.default(DEFAULT_CSV.byteOrderMark),
      header: csv.shape.header.default(DEFAULT_CSV.header),
      nullText: csv.shape.nullText.default(DEFAULT_CSV.nullText),
      neutraliseFormulas: csv.shape.neutraliseFormulas.default(DEFAULT_CSV.neutraliseFormulas),
      retentionMinutes: csv.shape.retentionMinutes.default(null),
    }),
    z.strictObject({
      format: xlsx.shape.format,
      sheetName: xlsx.shape.sheetName.default(DEFAULT_XLSX.sheetName),
      freezeHeader: xlsx.shape.freezeHeader.default(DEFAULT_XLSX.freezeHeader),
      autoFilter: xlsx.shape.autoFilter.default(DEFAULT_XLSX.autoFilter),
      retentionMinutes: xlsx.shape.retentionMinutes.default(null),
    }),
  ])
  .meta({ id: 'OutputInput', description: 'Only `format` is needed; the rest has defaults.' });

const reportColumn = z.object({
  column: z.string().nullable().describe('Dataset column; null for a count of rows.'),
  header: z.string(),
  dataType,
  format: z.string().nullable(),
  aggregate: aggregate.nullable(),
});

const reportColumnInput = z.strictObject({
  column: z.string().nullable().describe('Dataset column; null for a count of rows.'),
  header: z.string().optional().describe("Left out: the dataset column's label."),
  dataType: dataType.optional().describe("Left out: the dataset column's type, or that of the aggregate's result."),
  format: z.string().max(200).nullable().default(null).describe('`#,##0.00`, `dd.MM.yyyy`, `Yes/No`; null: plain.'),
  aggregate: aggregate.nullable().default(null),
});

const direction = z.enum(['ascending', 'descending']);

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
    rowLimit: z.number().nullable().default(null).describe("Most rows of a file; null: the system's limit."),
    output: outputInput.default(DEFAULT_CSV),
  })
  .meta({
    id: 'TemplateDefinitionInput',
    description: 'What a template selects and how the file looks. What may be left out has a default.',
  });

/** Fills in what only the dataset can tell: headers and types that were left out. */
export function completeDefinition(input: z.output<typeof definitionInput>, dataset: DatasetState): TemplateDefinition {
  const known = new Map(
    dataset.status === 'absent' ? [] : dataset.definition.columns.map((column) => [column.name, column] as const),
  );
  const columns = input.columns.map(({ column, header, dataType, format, aggregate }): ReportColumn => {
    const source = column === null ? undefined : known.get(column);
    const natural = aggregate === null ? source?.type : typeOf(aggregate, source?.type);
    return {
      column,
      header: header ?? headerOf(aggregate, source?.label ?? column),
      dataType: dataType ?? natural ?? 'string',
      format,
      aggregate,
    };
  });
  return { ...input, columns };
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
