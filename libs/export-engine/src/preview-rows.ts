import type { DataType, JobInput } from '#domain';
import { ExportFailure, type ExportParts } from './export-request';

export interface Preview {
  readonly columns: readonly { readonly header: string; readonly dataType: DataType }[];
  /** Values as a CSV file would hold them; NULL is null. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** True when there are more rows. */
  readonly truncated: boolean;
}

export type PreviewParts = Pick<ExportParts, 'dataset' | 'dataSources' | 'signal'> & {
  /** Milliseconds that the query may take. */
  readonly timeoutMs: number;
};

/** The first rows of the report. Throws `ExportFailure` only. */
export function previewRows(input: JobInput, parts: PreviewParts, limit = 50): Promise<Preview> {
  return Promise.reject(
    new ExportFailure(
      'export.failed',
      `No preview of ${limit} rows of ${input.additionalConfig.datasetId} (${parts.dataset.status}).`,
      false,
    ),
  );
}
