import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { DataSource } from '#data-sources';
import type { JobInput, JobOutput, OutputFile, OutputWarning } from '#domain';
import { ContentDigest } from './content-digest';
import { Deadline } from './deadline';
import { withheldFor } from './delivery';
import { asExportFailure } from './export-failure';
import type { ExportParts, ExportRequest } from './export-request';
import { feedFiles, type Fed } from './files/feed-files';
import { ReportFiles, type StoredPart } from './files/report-files';
import { cutWarning, limitFailure } from './limit-reached';
import { completeCover, type CoverFacts } from './plan/cover-lines';
import type { ExportPlan } from './plan/export-plan';
import { fileNames } from './plan/file-name';
import { fileTypeOf } from './plan/file-type';
import { timeLimit } from './plan/limits';
import { prepareExport } from './prepare-export';
import { progressOf } from './progress';
import { copyFormatOf } from './writers/open-row-writer';
import type { CoverText } from './writers/xlsx/xlsx';

/** The database ends a query by itself that this process has forgotten: later than this process would. */
const QUERY_GRACE_MS = 5000;

/**
 * Runs an export: validates the input against the live dataset, plans one query, streams its rows into a file, or into several
 * one after another, and stores them under `jobs/<job id>/<attempt>/`. `input.dynamicMapping` tells a self-service request from
 * a standard export. Memory stays flat whatever the row count. Nothing is left in the file store unless it succeeds, nor when
 * the template's `deliver` withholds the report; what a process that was killed left there is named by no manifest.
 *
 * Throws `ExportFailure` only.
 */
export async function processExportRequest(request: ExportRequest, parts: ExportParts): Promise<JobOutput> {
  const deadline = new Deadline(timeLimit(secondsOf(request.input), parts.limits), parts.signal);
  try {
    return await run(request, { ...parts, signal: deadline.signal });
  } catch (error) {
    throw deadline.failure(error) ?? asExportFailure(error, parts.signal);
  } finally {
    deadline.clear();
  }
}

function secondsOf(input: JobInput): number | null {
  return input.dynamicMapping ? input.additionalConfig.limits.seconds : null;
}

async function run({ jobId, attempt, batchTypeId, input }: ExportRequest, parts: ExportParts): Promise<JobOutput> {
  const { dataset, dataSources, fileStore, signal, limits, batchTypes } = parts;
  const beganAt = performance.now();
  signal.throwIfAborted();
  const { plan, source } = await prepareExport({
    batchTypeId,
    batchTypes,
    input,
    dataset,
    dataSources,
    signal,
    limits,
  });
  const plannedAt = performance.now();
  parts.onStep?.(0);
  const folder = `jobs/${jobId}/${attempt}`;
  const files = new ReportFiles(plan, {
    ...parts,
    layout: copyFormatOf(plan.output).type,
    coverOf: (known) => coverOf(plan, parts.ownerName ?? null, known),
    keyOf: (number) => `${folder}/${storedName(plan, number)}`,
  });
  const removeAll = async (): Promise<void> => {
    await files.abandon();
    // No event can have named those that are finished. What stays is swept with the attempt.
    if (files.hasStored) await fileStore.removeFolder(folder).catch(() => undefined);
  };
  const timings = () => ({
    planMs: Math.round(plannedAt - beganAt),
    exportMs: Math.round(performance.now() - plannedAt - files.millisecondsInStore),
    storeMs: Math.round(files.millisecondsInStore),
  });
  try {
    await files.begin();
    const { fed, contentSha256 } = await write(plan, source, files, parts);
    // A file that was cut at its bytes did not come to its totals.
    const hasTotals = plan.totals && !files.isFull;
    const read = hasTotals ? fed.rows - 1 : fed.rows;
    const withheld = await withheldFor(plan, { rows: read, contentSha256 }, parts);
    if (withheld !== null) {
      await removeAll();
      // What befell a file that nobody gets is nothing to be warned of.
      return { files: [], rows: read, truncated: false, withheld, contentSha256, warnings: [], timings: timings() };
    }
    const all = await files.finish(fed.truncated);
    const stored = hasTotals ? all.map(withoutTotals) : all;
    return {
      files: outputFiles(plan, stored),
      rows: stored.reduce((sum, { rows }) => sum + rows, 0),
      truncated: fed.truncated || files.warnings.length > 0,
      withheld,
      contentSha256,
      warnings: [
        ...(fed.truncated ? [cutWarning(plan.limits.rows.kind, plan.limits.rows)] : []),
        ...files.warnings,
        ...summedUp(stored),
      ],
      timings: timings(),
    };
  } catch (error) {
    await removeAll();
    throw error;
  }
}

async function write(
  plan: ExportPlan,
  source: DataSource,
  files: ReportFiles,
  parts: ExportParts,
): Promise<{ readonly fed: Fed; readonly contentSha256: string | null }> {
  const { output, totals, limits, splitInto, timeZone, relation } = plan;
  const maxRows = limits.rows.most + (totals ? 1 : 0);
  const progress = progressOf(parts.onProgress);
  const format = copyFormatOf(output);
  const timeoutMs = parts.limits.timeoutMs + QUERY_GRACE_MS;
  const options = { signal: parts.signal, timeoutMs, timeZone, reads: relation };
  parts.onStep?.(timeoutMs);
  const rows = await source.copyOut(plan.select, format, options);
  const digest = plan.deliver === 'if_changed' ? ContentDigest.of(rows, format.type, maxRows) : null;
  try {
    const fed = await feedFiles(
      {
        ...{ source: digest ?? rows, format, isSplit: splitInto !== null, maxRows },
        onRows: (count) => progress.report(count, files.bytes),
      },
      files,
    );
    if (fed.truncated && limits.whenReached === 'fail') throw limitFailure(limits.rows.kind, limits.rows);
    progress.finish(totals ? fed.rows - 1 : fed.rows, files.bytes);
    parts.onStep?.(0);
    return { fed, contentSha256: digest?.sha256() ?? null };
  } finally {
    await closed(rows);
  }
}

function coverOf(
  { cover, totals }: ExportPlan,
  ownerName: string | null,
  known: (rows: number) => CoverFacts,
): CoverText | null {
  if (cover === null) return null;
  return (rows) => completeCover(cover, ownerName, known(totals ? rows - 1 : rows));
}

/** The manifest counts rows of data: the last row written is the totals. */
function withoutTotals(part: StoredPart): StoredPart {
  const rows = part.rows - 1;
  return { ...part, rows, sheets: part.sheets.map((sheet) => ({ ...sheet, toRow: Math.min(sheet.toRow, rows) })) };
}

/** A single file has its final name in the store; how several are called is known at the end, when they are counted. */
function storedName({ limits, splitInto, naming }: ExportPlan, number: number): string {
  const isSingle = splitInto !== 'files' && (limits.whenReached === 'truncate' || limits.whenReached === 'fail');
  const [name = ''] = isSingle ? fileNames(naming, [{}]) : [`${number}.${naming.extension}`];
  return name;
}

function outputFiles({ output, naming }: ExportPlan, stored: readonly StoredPart[]): OutputFile[] {
  const names = fileNames(naming, stored);
  const { mediaType } = fileTypeOf(output);
  return stored.map(({ key, rows, bytes, sha256, sheets }, index) => ({
    ...{ name: names[index] ?? '', key, format: output.format, mediaType },
    ...{ rows, bytes, sha256, sheets },
  }));
}

/** One warning of each kind, whatever the number of files that have it. */
function summedUp(stored: readonly StoredPart[]): OutputWarning[] {
  const all = stored.flatMap(({ warnings }) => warnings);
  const firsts = all.filter(({ code }, index) => all.findIndex((other) => other.code === code) === index);
  return firsts.map((first) => {
    const more = all.filter(({ code }) => code === first.code).length - 1;
    return more === 0 ? first : { ...first, message: `${first.message} ${more} more files have such a warning.` };
  });
}

/** No query outlives its export. */
async function closed(stream: Readable): Promise<void> {
  stream.destroy();
  if (!stream.closed) await once(stream, 'close').catch(() => undefined);
}
