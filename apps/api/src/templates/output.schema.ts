import { z } from 'zod';
import {
  CSV_ENCODINGS,
  DEFAULT_CSV,
  DEFAULT_JSON_LINES,
  DEFAULT_PARQUET,
  DEFAULT_XLSX,
  FILE_COMPRESSIONS,
  PARQUET_COMPRESSIONS,
} from '#domain';

const delimiter = z.enum([',', ';', '\t', '|']);
const lineEnding = z.enum(['crlf', 'lf']);

const retentionMinutes = z
  .int()
  .nullable()
  .describe('Minutes after which the files are removed; null: as the system says.');

const csv = z.object({
  format: z.literal('csv'),
  delimiter,
  quoting: z.enum(['needed', 'all']).describe('Which values stand in quotes: those that need them, or all but NULL.'),
  lineEnding,
  encoding: z.enum(CSV_ENCODINGS),
  byteOrderMark: z.boolean().describe('Byte order mark, which Excel wants; for the encodings of Unicode.'),
  header: z.boolean(),
  nullText: z.string().describe('What stands for NULL.'),
  neutraliseFormulas: z.boolean().describe('An apostrophe before text that a spreadsheet would take for a formula.'),
  compression: z.enum(FILE_COMPRESSIONS),
  retentionMinutes,
});
const xlsx = z.object({
  format: z.literal('xlsx'),
  sheetName: z.string(),
  freezeHeader: z.boolean(),
  autoFilter: z.boolean(),
  retentionMinutes,
});

const jsonLines = z.object({ format: z.literal('jsonl'), compression: z.enum(FILE_COMPRESSIONS), retentionMinutes });
const parquet = z.object({ format: z.literal('parquet'), compression: z.enum(PARQUET_COMPRESSIONS), retentionMinutes });

export const output = z.discriminatedUnion('format', [csv, xlsx, jsonLines, parquet]).meta({ id: 'Output' });

/** The same fields, each of which may be left out. */
export function withDefaults<Shape extends z.ZodRawShape>(
  shape: Shape,
  defaults: { readonly [Name in keyof Shape]: z.output<Shape[Name]> },
): { [Name in keyof Shape]: z.ZodDefault<Shape[Name]> } {
  const fields = Object.entries(shape).map(([name, field]) => [name, (field as z.ZodType).default(defaults[name])]);
  return Object.fromEntries(fields) as { [Name in keyof Shape]: z.ZodDefault<Shape[Name]> };
}

/** What is left out, save the format, is as the domain's defaults have it. */
export const outputInput = z
  .discriminatedUnion('format', [
    z.strictObject({ ...withDefaults(csv.shape, DEFAULT_CSV), format: csv.shape.format }),
    z.strictObject({ ...withDefaults(xlsx.shape, DEFAULT_XLSX), format: xlsx.shape.format }),
    z.strictObject({ ...withDefaults(jsonLines.shape, DEFAULT_JSON_LINES), format: jsonLines.shape.format }),
    z.strictObject({ ...withDefaults(parquet.shape, DEFAULT_PARQUET), format: parquet.shape.format }),
  ])
  .meta({ id: 'OutputInput', description: 'Only `format` is needed; the rest has defaults.' });
