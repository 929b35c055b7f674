import { batchTypeOf, DEFAULT_CSV, PLAIN_REPORT, type DataType, type JobInput } from '#domain';
import { asExportFailure } from './export-failure';
import type { ExportParts } from './export-request';
import { prepareExport } from './prepare-export';

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

/** Output of a preview: text as it is, since it goes to a screen and not into a spreadsheet. */
const AS_TEXT = { ...DEFAULT_CSV, neutraliseFormulas: false };

/** The first rows of a report, whatever its format. Throws `ExportFailure` only, with the same checks as an export. */
export async function previewRows(input: JobInput, parts: PreviewParts, limit = 50): Promise<Preview> {
  const { dataset, dataSources, signal, timeoutMs } = parts;
  try {
    signal.throwIfAborted();
    const { plan, source } = await prepareExport({
      batchTypeId: batchTypeOf(input),
      input: withTextOutput(input),
      dataset,
      dataSources,
      signal,
      limits: { maxRows: limit, timeoutMs },
    });
    const rows = await source.rows(plan.select, { signal, timeoutMs, timeZone: plan.timeZone, reads: plan.relation });
    return {
      columns: plan.columns.map(({ header, dataType }) => ({ header, dataType })),
      rows: rows.slice(0, plan.limits.rows.most),
      truncated: rows.length > plan.limits.rows.most,
    };
  } catch (error) {
    throw asExportFailure(error, signal);
  }
}

/** Totals of the first rows would be taken for those of the report. Files and sheets play no part. */
function withTextOutput(input: JobInput): JobInput {
  if (!input.dynamicMapping) return { ...input, additionalConfig: { ...input.additionalConfig, output: AS_TEXT } };
  const layout = { ...input.additionalConfig.layout, totals: false, coverSheet: false };
  const { limits } = PLAIN_REPORT;
  return { ...input, additionalConfig: { ...input.additionalConfig, layout, limits, splitBy: null, output: AS_TEXT } };
}
