import type { JobOutput } from '#domain';
import { ExportFailure, type ExportParts, type ExportRequest } from './export-request';

/** Runs an export. Throws `ExportFailure` only. */
export function processExportRequest(request: ExportRequest, parts: ExportParts): Promise<JobOutput> {
  parts.onProgress(0, 0);
  return Promise.reject(new ExportFailure('export.failed', `Job ${request.jobId} cannot run.`, false));
}
