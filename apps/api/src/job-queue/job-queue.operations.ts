import { z } from 'zod';
import { PRIORITIES, WAIT_REASONS, type WaitReason } from '#domain';
import { instant, page, paging, uuid } from '../http/fields';
import { operation } from '../http/operation';

const MEANINGS: Readonly<Record<WaitReason['type'], string>> = {
  start_after: 'it is not to start before `until`',
  retry: 'its last attempt failed, and the next one comes at `until`',
  exclusive: 'another job of its schedule (`behind`) runs or goes before it',
  blackout: 'its data source is in a blackout until `until`',
  circuit_open: 'its data source did not answer for a while, and is left alone until `until`',
  circuit_probe: 'its data source did not answer for a while, and another job tries whether it does now',
  data_source_limit: 'as many jobs as may read from its data source run',
  dataset_limit: 'as many jobs of its dataset as may run do',
  user_limit: 'as many jobs of its user as may run do',
  slots: 'nothing but a free slot',
};

const waitReason = z.enum(WAIT_REASONS).describe(
  Object.entries(MEANINGS)
    .map(([type, meaning]) => `\`${type}\`: ${meaning}.`)
    .join(' '),
);

const place = {
  jobRequestId: uuid,
  userId: uuid,
  datasetId: uuid,
  dataSource: z.string().nullable().describe('Null while it is not known yet.'),
  scheduleId: uuid.nullable(),
};

const queuedJob = z
  .object({
    position: z.int().describe('Among the jobs of all users: 1 has the next turn, if nothing but slots is wanting.'),
    ...place,
    priority: z.enum(PRIORITIES),
    catchUp: z.boolean().describe('It makes up for an outage, so it ranks below what is due.'),
    requestedAt: instant,
    nominalTime: instant,
    attempt: z.int().describe('The last attempt that began; 0 before the first.'),
    reason: z.object({
      type: waitReason,
      until: instant.nullable(),
      behind: uuid.nullable().describe('The job that it waits for.'),
    }),
  })
  .meta({ id: 'QueuedJob' });

const jobQueue = page(queuedJob)
  .extend({
    capacity: z
      .object({ processes: z.int(), slots: z.int() })
      .describe('The processes that run jobs now, and how many jobs they run together at most.'),
    running: z.array(
      z.object({ ...place, worker: z.string().describe('Host, process and claim.') }).meta({ id: 'RunningJob' }),
    ),
    reasons: z
      .record(z.enum(WAIT_REASONS), z.int())
      .describe('How many of the waiting jobs wait for what, all pages together.'),
    unplaced: z.int().describe('Jobs of anybody behind the first 10,000, which are given a place as these leave.'),
  })
  .meta({ id: 'JobQueue' });

export const jobQueueOperations = {
  get: operation({
    id: 'getJobQueue',
    method: 'get',
    path: '/v1/job-queue',
    tag: 'Job requests',
    summary: 'See which jobs wait, for what, and which run where: your own, for administrators all',
    description: 'The queue as it is at the moment. It moves while its pages are read.',
    query: z.strictObject(paging),
    response: jobQueue,
    problems: ['cursor.invalid'],
  }),
};
