import { DataSources, identifier, joinStatements, sql } from '#data-sources';
import { DEFAULT_XLSX } from '#domain';
import { DiskFileStore } from '#file-store';
import { FileSink } from '../../../libs/export-engine/src/writers/file-sink';
import { writeXlsx } from '../../../libs/export-engine/src/writers/xlsx/xlsx';
import { serveJob } from '../harness/measured-child';
import { DATA_SOURCE, datasetOf, type ExportTable } from './export-table';
import type { Exported } from './our-export-child';

export interface OurSheetsJob {
  /** Connection URL of the sample database. */
  readonly url: string;
  /** Where the file store keeps its files. */
  readonly folder: string;
  readonly table: ExportTable;
  /** Rows of the table, all of which are written. */
  readonly rows: number;
  readonly sheets: number;
}

const TIMEOUT_MS = 3_600_000;

/** The whole table into one workbook of several sheets, which no job asks for yet: COPY, writer and file store alone. */
serveJob(async ({ url, folder, table, rows, sheets }: OurSheetsJob): Promise<Exported> => {
  const dataSources = new DataSources({ [DATA_SOURCE]: url }, { poolMax: 2, statementTimeoutMs: TIMEOUT_MS });
  try {
    const source = await dataSources.get(DATA_SOURCE);
    if (!source) throw new Error('the sample database is missing from the data sources');
    const { columns } = await datasetOf(source, table);
    const { schema, name } = table.relation;
    const names = table.columns.map((column) => identifier(column.name));
    const upload = await new DiskFileStore(folder).create('orders.xlsx');
    const sink = new FileSink(upload.stream);
    const written = await writeXlsx(
      {
        source: await source.copyOut(
          sql`SELECT ${joinStatements(names, ', ')} FROM ${identifier(schema, name)}`,
          { type: 'text' },
          {},
        ),
        columns: table.columns.map((column) => ({
          header: column.name,
          dataType: columns.find((live) => live.name === column.name)?.type ?? 'string',
          numberFormat: column.format,
        })),
        options: DEFAULT_XLSX,
        maxRows: rows,
        rowsPerSheet: Math.ceil(rows / sheets),
        whenSheetIsFull: 'next_sheet',
        onRows: () => undefined,
      },
      sink,
    );
    await upload.commit();
    if (written.sheets.length !== sheets) throw new Error(`${written.sheets.length} sheets instead of ${sheets}`);
    return { rows: written.rows, bytes: sink.bytes };
  } finally {
    await dataSources.close();
  }
});
