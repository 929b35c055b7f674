import { z } from 'zod';
import { summary } from '../jobs/job.schema';
import { changed, id, instantInput, page, paging, uuid, words } from '../http/fields';
import { operation } from '../http/operation';

const tag = 'Dead letters';
const MOST_REDRIVEN = 1000;

const filter = {
  templateId: id.optional(),
  scheduleId: id.optional(),
  datasetId: id.optional(),
  dataSource: z.string().min(1).max(63).optional().describe('Its name.'),
  failureCode: z.string().min(1).max(100).optional().describe('Such as `data_source.unreachable`.'),
  since: instantInput.optional().describe('Failed at or after this.'),
  until: instantInput.optional().describe('Failed before this.'),
};

const deadLetter = z
  .object({
    ...summary,
    datasetId: uuid,
    dataSource: z.string().nullable().describe('What the dataset reads from now; null when there is no such dataset.'),
  })
  .meta({
    id: 'DeadLetter',
    description: 'A job whose attempts ran out, or the time for them: `failed`, or `expired` with `retry_deadline`.',
  });

const redriveInput = z
  .strictObject({
    filter: z.strictObject(filter).default({}),
    dryRun: z.boolean().default(false).describe('Only tell what would happen.'),
    limit: z.int().min(1).max(MOST_REDRIVEN).default(100).describe('Jobs at most, the earliest failure first.'),
  })
  .meta({ id: 'RedriveInput' });

const redriven = z
  .object({
    dryRun: z.boolean(),
    matching: z.int().describe('Failed jobs that match and have not been run again, beyond `limit` too.'),
    runAgain: z.int().describe('Failed jobs that match but were left out, since they have been run again already.'),
    items: z.array(
      z
        .object({
          jobRequestId: uuid,
          outcome: z
            .enum(['redriven', 'left_out', 'refused'])
            .describe('`left_out`: it was run again, or dropped, in this moment. `refused`: `code` says why.'),
          newJobRequestId: uuid.nullable().describe('The job that runs it again, in a dry run the one that would.'),
          code: z.string().nullable(),
          message: z.string().nullable(),
        })
        .meta({ id: 'RedrivenJob' }),
    ),
  })
  .meta({ id: 'Redriven' });

const jobRequestId = z.strictObject({ jobRequestId: id });
const bulk = { method: 'post', tag, command: true, body: redriveInput, response: redriven } as const;
const description =
  "Each becomes a new job in its owner's name, with `rerunOf`, the same input and nominal time, and ranks below what is due. " +
  'Your own, for administrators those of everybody.';

export const deadLetterOperations = {
  list: operation({
    id: 'listDeadLetters',
    method: 'get',
    path: '/v1/dead-letters',
    tag,
    summary: 'List the jobs whose attempts ran out, or the time for them: your own, for administrators all',
    description:
      'The latest failure first. A job leaves the list when it is dropped or run again. Its attempts: `GET /v1/job-requests/:id`.',
    query: z.strictObject({ ...paging, ...filter }),
    response: page(deadLetter),
    waits: 'read-models',
    problems: ['cursor.invalid'],
  }),
  redriveAll: operation({
    ...bulk,
    id: 'redriveDeadLetters',
    path: '/v1/dead-letters/redrive',
    summary: 'Run many dead letters again, by filter',
    description,
  }),
  redriveFailed: operation({
    ...bulk,
    id: 'redriveFailedJobs',
    path: '/v1/job-requests/redrive',
    summary: 'Run many failed jobs again, by filter, dead letters or not',
    description,
  }),
  redrive: operation({
    id: 'redriveDeadLetter',
    method: 'post',
    path: '/v1/dead-letters/:jobRequestId/redrive',
    tag,
    summary: "Run a dead letter again, as a new job in its owner's name",
    params: jobRequestId,
    command: true,
    status: 202,
    response: changed,
    problems: [
      'job.missing',
      'job.no_dead_letter',
      'job.redriven',
      'job.dropped',
      'job.owner_absent',
      'template.missing',
      'template.archived',
    ],
  }),
  drop: operation({
    id: 'dropDeadLetter',
    method: 'post',
    path: '/v1/dead-letters/:jobRequestId/drop',
    tag,
    summary: 'Take a job off the dead letters; it stays as it is',
    params: jobRequestId,
    body: z.strictObject({ reason: words(500) }).meta({ id: 'DropInput' }),
    command: true,
    ifMatch: 'honoured',
    response: changed,
    problems: ['job.missing', 'job.no_dead_letter'],
  }),
};
