import type { Response } from 'express';
import { currentOutcome, type JobOutput, type OutputFile } from '#domain';
import { ZipWriter } from '#export-engine';
import type { FileStore } from '#file-store';
import type { JobView } from '#read-models';

/** Named so that no file of a report can be it: they end otherwise. */
const MANIFEST = 'manifest.json';

/**
 * Sends the files of a job as one ZIP file, its manifest first. Nothing is kept but a piece of one file at a time. Resolves when
 * all is sent or the caller has gone away; throws what the store threw.
 */
export async function sendZipped(
  job: JobView,
  output: JobOutput,
  fileStore: FileStore,
  response: Response,
): Promise<void> {
  try {
    const zip = new ZipWriter(
      { write: (bytes) => sent(response, bytes) },
      { modifiedAt: new Date(job.endedAt ?? job.updatedAt) },
    );
    await zip.add(MANIFEST, Buffer.from(`${JSON.stringify(manifestOf(job, output), null, 2)}\n`));
    for (const file of output.files) await addFile(zip, file, fileStore);
    await zip.end();
    response.end();
  } catch (error) {
    if (error instanceof CallerGone) return;
    throw error;
  }
}

async function addFile(zip: ZipWriter, file: OutputFile, fileStore: FileStore): Promise<void> {
  const entry = await zip.open(file.name, {
    method: isText(file) ? 'deflate' : 'store',
    expectedBytes: file.bytes,
  });
  // Leaving the loop, also by an error, closes the file.
  for await (const piece of await fileStore.read(file.key)) await entry.write(piece as Buffer);
  await entry.end();
}

/** What is compressed already becomes no smaller. */
function isText({ format, mediaType }: OutputFile): boolean {
  return (format === 'csv' || format === 'jsonl') && mediaType !== 'application/gzip';
}

/** What the answer of `/output` says, for whoever has the ZIP file alone: no links, and the job that they are of. */
function manifestOf({ jobRequestId, templateId, templateName, nominalTime, timeZone }: JobView, output: JobOutput) {
  const { files, rows, truncated, warnings, timings } = currentOutcome(output);
  return {
    ...{ jobRequestId, templateId, templateName, nominalTime, timeZone },
    files: files.map(({ name, format, mediaType, rows: fileRows, bytes, sha256, sheets }) => ({
      ...{ name, format, mediaType, rows: fileRows, bytes, sha256, sheets },
    })),
    ...{ rows, truncated, warnings, timings },
  };
}

/** A caller who goes away in the middle is nobody's error. */
class CallerGone extends Error {}

/** Returns once there is room for more. */
async function sent(response: Response, bytes: Buffer): Promise<void> {
  if (response.closed) throw new CallerGone();
  if (response.write(bytes)) return;
  await new Promise<void>((resolve) => {
    const onReady = (): void => {
      response.off('drain', onReady).off('close', onReady);
      resolve();
    };
    response.on('drain', onReady).on('close', onReady);
  });
}
