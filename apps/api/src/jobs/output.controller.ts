import { Controller, Inject } from '@nestjs/common';
import { pipeline } from 'node:stream/promises';
import { AccessLog, type AccessEvent } from '#access';
import type { JobOutput, OutputFile } from '#domain';
import { fileName } from '#export-engine';
import type { JobView } from '#read-models';
import { PARTS, type Parts } from '#runtime';
import { Handles, STREAMED, type Call } from '../http/operation';
import { Problem } from '../http/problem';
import { readRange, type RangeReading } from './byte-range';
import { attachment } from './content-disposition';
import { jobAnswer, JobViews } from './job-views';
import { outputOperations as operations } from './job.operations';
import { sendZipped } from './zipped-files';

type Download = Call<typeof operations.download>;
type DownloadOfAll = Call<typeof operations.zip>;

@Controller()
export class OutputController {
  constructor(
    @Inject(PARTS) private readonly parts: Parts,
    @Inject(JobViews) private readonly views: JobViews,
    @Inject(AccessLog) private readonly accessLog: AccessLog,
  ) {}

  @Handles(operations.manifest)
  async manifest({ caller, params }: Call<typeof operations.manifest>) {
    const job = await this.views.view(caller, params.jobRequestId);
    outputOf(job);
    return { body: jobAnswer(job).jobOutput as NonNullable<ReturnType<typeof jobAnswer>['jobOutput']> };
  }

  @Handles(operations.download)
  async download(call: Download) {
    const { jobRequestId, name } = call.params;
    const job = await this.views.view(call.caller, jobRequestId);
    const file = outputOf(job).files.find((candidate) => candidate.name === name);
    if (!file) throw new Problem('output.file_missing', 'The manifest of the job names its files.');
    const stored = await this.parts.fileStore.stat(file.key);
    if (!stored) throw new Problem('output.expired', 'The file was removed: run the report again.');
    const range = rangeOf(call, file, stored.bytes);
    if (range.kind === 'unsatisfiable') {
      throw new Problem('output.range_unsatisfiable', `The file has ${stored.bytes} bytes.`, {
        headers: { 'Content-Range': `bytes */${stored.bytes}` },
      });
    }
    if (call.request.method !== 'HEAD') await this.record(call, [{ ...file, bytes: stored.bytes }]);
    writeHead(call, file, stored.bytes, range);
    if (call.request.method === 'HEAD') call.response.end();
    else await this.send(call, file, range);
    return STREAMED;
  }

  @Handles(operations.zip)
  async zip(call: DownloadOfAll) {
    const job = await this.views.view(call.caller, call.params.jobRequestId);
    const output = outputOf(job);
    const [first, ...more] = output.files;
    if (!first) throw new Problem('output.file_missing', 'The report left no file: the manifest of the job says why.');
    for (const { key } of output.files) {
      if (!(await this.parts.fileStore.stat(key))) {
        throw new Problem('output.expired', 'The files were removed: run the report again.');
      }
    }
    const { response, request } = call;
    if (request.method !== 'HEAD') await this.record(call, [first, ...more]);
    response.statusCode = 200;
    response.setHeader('Content-Type', 'application/zip');
    response.setHeader(
      'Content-Disposition',
      attachment(fileName(job.templateName ?? 'Export', job.nominalTime, job.timeZone, 'zip')),
    );
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Cache-Control', 'private, no-cache');
    if (request.method === 'HEAD') response.end();
    else await sendZipped(job, output, this.parts.fileStore, response);
    return STREAMED;
  }

  /** A download that cannot be recorded does not happen. */
  private async record(
    { caller, context, now }: Download | DownloadOfAll,
    files: readonly [OutputFile, ...OutputFile[]],
  ): Promise<void> {
    const eventOf = ({ key, bytes }: OutputFile): AccessEvent => {
      const jobId = key.split('/')[1] ?? '';
      return { type: 'FileDownloaded', userId: caller.userId, jobId, fileKey: key, bytes, at: now.toISOString() };
    };
    const [first, ...more] = files;
    await this.accessLog.recordAll([eventOf(first), ...more.map(eventOf)], context).catch((cause: unknown) => {
      throw new Problem('access.not_recorded', 'The download could not be recorded: try again.', {
        headers: { 'Retry-After': '5' },
        cause,
      });
    });
  }

  private async send({ response }: Download, file: OutputFile, range: RangeReading): Promise<void> {
    const part = range.kind === 'part' ? { start: range.start, end: range.end } : undefined;
    const content = await this.parts.fileStore.read(file.key, part);
    await pipeline(content, response).catch((error: unknown) => {
      // A caller who goes away in the middle is nobody's error.
      if (!(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE')) throw error;
    });
  }
}

/** What the job left, while it is there. */
function outputOf(job: JobView): JobOutput {
  if (!job.jobOutput) throw new Problem('output.not_ready', 'The job has not completed: there are no files.');
  if (job.outputExpiredAt !== null) {
    throw new Problem('output.expired', `The files were removed at ${job.outputExpiredAt}: run the report again.`);
  }
  return job.jobOutput;
}

/** If-Range with another tag asks for the whole file as it is now (RFC 9110, 13.1.5). */
function rangeOf({ request }: Download, file: OutputFile, bytes: number): RangeReading {
  const condition = request.headers['if-range'];
  if (condition !== undefined && condition !== `"${file.sha256}"`) return { kind: 'whole' };
  return readRange(request.headers.range, bytes);
}

function writeHead({ response }: Download, file: OutputFile, bytes: number, range: RangeReading): void {
  response.setHeader('Content-Type', file.mediaType);
  response.setHeader('Content-Disposition', attachment(file.name));
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('ETag', `"${file.sha256}"`);
  response.setHeader('Cache-Control', 'private, no-cache');
  if (range.kind === 'part') {
    response.statusCode = 206;
    response.setHeader('Content-Range', `bytes ${range.start}-${range.end}/${bytes}`);
    response.setHeader('Content-Length', range.end - range.start + 1);
  } else {
    response.statusCode = 200;
    response.setHeader('Content-Length', bytes);
  }
}
