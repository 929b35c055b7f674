import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { DataSource } from '#data-sources';
import type { JobOutput, OutputWarning } from '#domain';
import type { FileUpload } from '#file-store';
import { ContentDigest } from './content-digest';
import { withheldFor } from './delivery';
import { asExportFailure } from './export-failure';
import type { ExportParts, ExportRequest } from './export-request';
import { completeCover } from './plan/cover-lines';
import type { ExportPlan } from './plan/export-plan';
import { fileTypeOf } from './plan/file-type';
import { prepareExport } from './prepare-export';
import { progressOf } from './progress';
import { FileSink } from './writers/file-sink';
import { copyFormatOf, openRowWriter } from './writers/open-row-writer';
import { feedRows, type RowFeed } from './writers/row-writer';
import type { Written } from './writers/written';
import { writeXlsx, type XlsxJob } from './writers/xlsx/xlsx';

/**
 * Runs an export: validates the input against the live dataset, plans one query, streams its rows into a file and stores it
 * under `jobs/<job id>/<attempt>/<name>`. `input.dynamicMapping` tells a self-service request from a standard export. Memory
 * stays flat whatever the row count. Nothing is visible in the file store unless it succeeds, nor when the template's `deliver`
 * withholds the report.
 *
 * Throws `ExportFailure` only.
 */
export async function processExportRequest(request: ExportRequest, parts: ExportParts): Promise<JobOutput> {
  try {
    return await run(request, parts);
  } catch (error) {
    throw asExportFailure(error, parts.signal);
  }
}

async function run({ jobId, attempt, input }: ExportRequest, parts: ExportParts): Promise<JobOutput> {
  const { dataset, dataSources, signal, limits } = parts;
  const beganAt = performance.now();
  signal.throwIfAborted();
  const { plan, source } = await prepareExport({ input, dataset, dataSources, signal, maxRows: limits.maxRows });
  const plannedAt = performance.now();
  const key = `jobs/${jobId}/${attempt}/${plan.fileName}`;
  const upload = await parts.fileStore.create(key);
  try {
    const sink = new FileSink(upload.stream);
    const { written, contentSha256 } = await write(plan, source, sink, parts);
    const exportedAt = performance.now();
    signal.throwIfAborted();
    const withheld = await withheldFor(plan, { rows: written.rows, contentSha256 }, parts);
    const timings = () => ({
      planMs: elapsed(beganAt, plannedAt),
      exportMs: elapsed(plannedAt, exportedAt),
      storeMs: elapsed(exportedAt, performance.now()),
    });
    const { rows, truncated, warnings, sheets } = written;
    if (withheld !== null) {
      await abandon(upload);
      // What befell a file that nobody gets is nothing to be warned of.
      return { files: [], rows, truncated: false, withheld, contentSha256, warnings: [], timings: timings() };
    }
    await upload.commit();
    const { format } = plan.output;
    const { mediaType } = fileTypeOf(plan.output);
    const file = { name: plan.fileName, key, format, mediaType, rows, ...sink.digest(), sheets };
    return {
      files: [file],
      rows,
      truncated,
      withheld,
      contentSha256,
      warnings: [...limitWarnings(plan, truncated), ...warnings],
      timings: timings(),
    };
  } catch (error) {
    await abandon(upload);
    throw error;
  }
}

async function write(
  plan: ExportPlan,
  dataSource: DataSource,
  sink: FileSink,
  parts: ExportParts,
): Promise<{ readonly written: Written; readonly contentSha256: string | null }> {
  const { output, totals, timeZone, relation } = plan;
  const maxRows = totals ? plan.maxRows + 1 : plan.maxRows;
  const progress = progressOf(parts.onProgress);
  const onRows = (rows: number): void => progress.report(rows, sink.bytes);
  const options = { signal: parts.signal, timeoutMs: parts.limits.timeoutMs, timeZone, reads: relation };
  const format = copyFormatOf(output);
  const source = await dataSource.copyOut(plan.select, format, options);
  const digest = plan.deliver === 'if_changed' ? ContentDigest.of(source, format.type, maxRows) : null;
  try {
    const all = await writeRows({ source: digest ?? source, maxRows, onRows }, plan, sink, parts);
    const written = totals ? withoutTotals(all) : all;
    progress.finish(written.rows, sink.bytes);
    return { written, contentSha256: digest?.sha256() ?? null };
  } finally {
    await closed(source);
  }
}

async function writeRows(
  feed: Omit<RowFeed, 'layout'>,
  plan: ExportPlan,
  sink: FileSink,
  parts: ExportParts,
): Promise<Written> {
  const { columns, output, totals } = plan;
  if (output.format === 'xlsx') {
    const cover = coverOf(plan, parts.ownerName ?? null);
    return writeXlsx({ ...feed, columns, options: output, whenSheetIsFull: 'stop', totals, cover }, sink);
  }
  const layout = copyFormatOf(output).type;
  return feedRows({ ...feed, layout }, await openRowWriter(columns, output, sink, parts));
}

function coverOf({ cover, totals }: ExportPlan, ownerName: string | null): NonNullable<XlsxJob['cover']> | null {
  if (cover === null) return null;
  return ({ rows, truncated }) => completeCover(cover, ownerName, { rows: totals ? rows - 1 : rows, truncated });
}

/** The manifest counts rows of data: the last row written is the totals. */
function withoutTotals(written: Written): Written {
  const rows = written.rows - 1;
  return {
    ...written,
    rows,
    sheets: written.sheets.map((sheet) => ({ ...sheet, toRow: Math.min(sheet.toRow, rows) })),
  };
}

/** No query outlives its export. */
async function closed(stream: Readable): Promise<void> {
  stream.destroy();
  if (!stream.closed) await once(stream, 'close').catch(() => undefined);
}

/** The reason for giving up counts, not what giving up ran into. */
async function abandon(upload: FileUpload): Promise<void> {
  await upload.abort().catch(() => undefined);
}

function limitWarnings({ maxRows, maxRowsFrom }: ExportPlan, truncated: boolean): OutputWarning[] {
  if (!truncated) return [];
  const count = maxRows.toLocaleString('en');
  switch (maxRowsFrom) {
    case 'template':
      return [warning('row_limit.template', `The report was cut at the ${count} rows that its template allows.`)];
    case 'system':
      return [warning('row_limit.system', `The report was cut at the ${count} rows that one report may have.`)];
    case 'xlsx':
      return [warning('xlsx.row_limit', `The report was cut at the ${count} rows that a spreadsheet can hold.`)];
  }
}

function warning(code: string, message: string): OutputWarning {
  return { code, message };
}

function elapsed(from: number, to: number): number {
  return Math.round(to - from);
}
