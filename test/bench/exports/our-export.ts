import { randomUUID } from 'node:crypto';
import { DataSources } from '#data-sources';
import { BATCH_TYPE_SELF_SERVICE, type JobOutput, type OutputFile, type OutputOptions } from '#domain';
import { processExportRequest } from '#export-engine';
import { DiskFileStore } from '#file-store';
import { DATA_SOURCE, datasetOf, everyRow, type ExportTable } from './export-table';

export interface OurExportJob {
  /** Connection URL of the sample database. */
  readonly url: string;
  /** Where the file store keeps its files. */
  readonly folder: string;
  readonly table: ExportTable;
  readonly rows: number;
  readonly output: OutputOptions;
  /** Null: all of them on one, if the format has sheets. */
  readonly rowsPerSheet: number | null;
}

export interface Exported {
  readonly rows: number;
  readonly bytes: number;
}

/** What the product left. */
export interface OurExport extends Exported {
  /** In all files. */
  readonly sheets: number;
}

const TIMEOUT_MS = 3_600_000;

/** What the exporter does with a job that it has claimed, from the validation to the file that is safe on disk. */
export async function exportOnce({ url, folder, table, rows, output, rowsPerSheet }: OurExportJob): Promise<OurExport> {
  const dataSources = new DataSources({ [DATA_SOURCE]: url }, { poolMax: 2, statementTimeoutMs: TIMEOUT_MS });
  try {
    const source = await dataSources.get(DATA_SOURCE);
    if (!source) throw new Error('the sample database is missing from the data sources');
    const definition = await datasetOf(source, table);
    const datasetId = randomUUID();
    const manifest = await processExportRequest(
      {
        ...{ jobId: randomUUID(), attempt: 1, batchTypeId: BATCH_TYPE_SELF_SERVICE },
        input: everyRow(table, datasetId, definition, { output, rowsPerSheet }),
      },
      {
        dataset: { status: 'active', datasetId, definition },
        dataSources,
        fileStore: new DiskFileStore(folder),
        signal: new AbortController().signal,
        limits: { maxRows: rows, timeoutMs: TIMEOUT_MS },
        onProgress: () => undefined,
      },
    );
    return {
      rows: manifest.rows,
      bytes: sumOf(manifest, ({ bytes }) => bytes),
      sheets: sumOf(manifest, ({ sheets }) => sheets.length),
    };
  } finally {
    await dataSources.close();
  }
}

function sumOf({ files }: JobOutput, figure: (file: OutputFile) => number): number {
  return files.reduce((sum, file) => sum + figure(file), 0);
}
