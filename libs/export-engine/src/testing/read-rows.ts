import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { Workbook } from 'exceljs';
import type { JobOutput, OutputFile } from '#domain';
import type { ExportWorld } from './export-world';
import { readWithDuckDB } from './read-parquet';

/** What stands in a file: rows of values as text, NULL as null, each under the name of its sheet (`''` where there are none). */
export interface FileContent {
  readonly name: string;
  readonly sheets: readonly { readonly name: string; readonly rows: readonly Row[] }[];
}
export type Row = readonly (string | null)[];

/** Reads the files that an export left, by readers that are not the product's. CSV is to have no quoted line breaks. */
export function readFiles(world: ExportWorld, output: JobOutput): Promise<FileContent[]> {
  return Promise.all(
    output.files.map(async (file) => ({
      name: file.name,
      sheets: await readSheets(world.pathOf(output, file.key), file),
    })),
  );
}

/** The rows of all files and sheets, one after another. */
export function rowsOf(files: readonly FileContent[]): Row[] {
  return files.flatMap(({ sheets }) => sheets.flatMap(({ rows }) => rows));
}

async function readSheets(path: string, { format }: OutputFile): Promise<FileContent['sheets']> {
  if (format === 'xlsx') return readWorkbook(path);
  if (format === 'parquet') {
    const { rows } = await readWithDuckDB(path);
    return [{ name: '', rows: rows as Row[] }];
  }
  const bytes = await readFile(path);
  const lines = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().split(/\r?\n/).slice(0, -1);
  const rows = format === 'csv' ? lines.slice(1).map(fieldsOf) : lines.map(membersOf);
  return [{ name: '', rows }];
}

async function readWorkbook(path: string): Promise<FileContent['sheets']> {
  const workbook = new Workbook();
  await workbook.xlsx.readFile(path);
  return workbook.worksheets.map((sheet) => {
    const width = sheet.getRow(1).cellCount;
    const cells = Array.from({ length: sheet.rowCount - 1 }, (_, row) =>
      Array.from({ length: width }, (_column, column) => textOf(sheet.getCell(row + 2, column + 1).value)),
    );
    return { name: sheet.name, rows: cells };
  });
}

function fieldsOf(line: string): Row {
  return [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? plain || null : quoted.replaceAll('""', '"'),
  );
}

function membersOf(line: string): Row {
  return Object.values(JSON.parse(line) as object).map(textOf);
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
