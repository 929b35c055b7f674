import { z } from 'zod';
import { changed, id, instantInput, page, paging } from '../http/fields';
import { operation } from '../http/operation';
import {
  BATCH_TYPE_IDS,
  batchTypeId,
  jobInput,
  jobOrigin,
  jobOutput,
  jobRequest,
  jobStatus,
  jobSummary,
} from './job.schema';

const tag = 'Job requests';
const jobRequestId = z.strictObject({ jobRequestId: id });
const verb = { method: 'post', tag, params: jobRequestId, command: true, response: changed } as const;

export const jobOperations = {
  request: operation({
    id: 'requestJob',
    method: 'post',
    path: '/v1/job-requests',
    tag,
    summary: 'Run a template now, or export a whole dataset',
    body: jobInput,
    status: 202,
    response: changed,
    command: true,
    problems: [
      'priority.not_allowed',
      'template.missing',
      'template.archived',
      'template.invalid',
      'parameters.invalid',
      'dataset.missing',
      'dataset.retired',
    ],
  }),
  list: operation({
    id: 'listJobRequests',
    method: 'get',
    path: '/v1/job-requests',
    tag,
    summary: 'List the job requests that are yours or of templates you see, newest first',
    query: z.strictObject({
      ...paging,
      status: z
        .union([jobStatus, z.array(jobStatus)])
        .optional()
        .describe('May be given several times.'),
      templateId: id.optional(),
      scheduleId: id.optional(),
      batchTypeId: z
        .enum(BATCH_TYPE_IDS.map(String))
        .transform(Number)
        .pipe(batchTypeId)
        .optional()
        .meta({ override: { type: 'integer', enum: BATCH_TYPE_IDS } }),
      origin: jobOrigin.optional(),
      rerunOf: id.optional(),
      backfillId: id.optional(),
      burstOf: id.optional().describe('Reports of the rows of the list that this job made.'),
      from: instantInput.optional().describe('Requested at or after this.'),
      to: instantInput.optional().describe('Requested before this.'),
    }),
    response: page(jobSummary),
    waits: 'read-models',
    problems: ['cursor.invalid'],
  }),
  get: operation({
    id: 'getJobRequest',
    method: 'get',
    path: '/v1/job-requests/:jobRequestId',
    tag,
    summary: 'Read a job request, with its attempts and progress',
    params: jobRequestId,
    response: jobRequest,
    waits: 'read-models',
    problems: ['job.missing'],
  }),
  cancel: operation({
    ...verb,
    id: 'cancelJob',
    path: '/v1/job-requests/:jobRequestId/cancel',
    summary: 'Cancel a job that has not ended; a running query is cancelled in its database too',
    ifMatch: 'honoured',
    body: z.strictObject({ reason: z.string().trim().max(500).nullable().default(null) }).meta({ id: 'CancelInput' }),
    problems: ['job.missing', 'job.ended'],
  }),
  retry: operation({
    ...verb,
    id: 'retryJob',
    path: '/v1/job-requests/:jobRequestId/retry',
    summary: 'Try a failed, cancelled or expired job again, as a new job with the same input',
    status: 202,
    problems: ['job.missing', 'job.not_ended', 'job.did_not_fail', 'template.archived'],
  }),
  rerun: operation({
    ...verb,
    id: 'rerunJob',
    path: '/v1/job-requests/:jobRequestId/rerun',
    summary: 'Run an ended job again, as a new job with the same input and nominal time',
    status: 202,
    problems: ['job.missing', 'job.not_ended', 'template.archived'],
  }),
  events: operation({
    id: 'followJob',
    method: 'get',
    path: '/v1/job-requests/:jobRequestId/events',
    tag,
    summary: 'Follow a job live, as server-sent events',
    description:
      'The present state comes first, as an event `status` whose data is the job request; then a `status` for each change ' +
      'and a `progress` (`rowsDone`, `bytesDone`) while it runs. A comment comes every 15 seconds. The stream ends with the job.',
    params: jobRequestId,
    response: 'text/event-stream',
    waits: 'read-models',
    problems: ['job.missing'],
  }),
};

export const outputOperations = {
  manifest: operation({
    id: 'getJobOutput',
    method: 'get',
    path: '/v1/job-requests/:jobRequestId/output',
    tag,
    summary: 'Read what a job left, with links to its files',
    params: jobRequestId,
    response: jobOutput,
    waits: 'read-models',
    problems: ['job.missing', 'output.not_ready', 'output.expired'],
  }),
  download: operation({
    id: 'downloadFile',
    method: 'get',
    path: '/v1/job-requests/:jobRequestId/files/:name',
    tag,
    summary: 'Download a file; one Range is honoured. The download is recorded before it begins.',
    params: z.strictObject({ jobRequestId: id, name: z.string().max(500) }),
    response: 'application/octet-stream',
    waits: 'read-models',
    problems: [
      'job.missing',
      'output.not_ready',
      'output.expired',
      'output.file_missing',
      'output.range_unsatisfiable',
      'access.not_recorded',
      'file_store.missing',
      'file_store.unavailable',
    ],
  }),
  zip: operation({
    id: 'downloadFiles',
    method: 'get',
    path: '/v1/job-requests/:jobRequestId/files.zip',
    tag,
    summary:
      'Download all files of a job as one ZIP file with a manifest.json. The download is recorded before it begins.',
    params: jobRequestId,
    response: 'application/zip',
    waits: 'read-models',
    problems: [
      'job.missing',
      'output.not_ready',
      'output.expired',
      'output.file_missing',
      'access.not_recorded',
      'file_store.unavailable',
    ],
  }),
};
