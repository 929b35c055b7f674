import { z } from 'zod';
import { BACKFILL_STATUSES, MOST_AT_A_TIME, MOST_BACKFILLED } from '#domain';
import { actor, changed, id, instant, instantInput, page, paging, uuid } from '../http/fields';
import { operation } from '../http/operation';
import { priority } from '../schedules/schedule.schema';

const tag = 'Backfills';
const path = '/v1/schedules/:scheduleId/backfills';
const scheduleId = z.strictObject({ scheduleId: id });
const backfillId = z.strictObject({ scheduleId: id, backfillId: id });

const backfill = z
  .object({
    backfillId: uuid,
    scheduleId: uuid,
    scheduleRevision: z.int().describe('Of the schedule, from which the times follow.'),
    templateId: uuid,
    templateRevision: z.int().describe('Of the template, from which all its reports are made.'),
    owner: uuid.describe("The schedule's, whose jobs they are."),
    from: instant,
    to: instant,
    concurrency: z.int(),
    priority,
    note: z.string().nullable(),
    status: z.enum(BACKFILL_STATUSES),
    progress: z
      .object({
        total: z.int().describe('Occurrences in the range.'),
        requested: z
          .int()
          .describe('Jobs requested so far, whatever became of them; those that are none of the following wait.'),
        running: z.int(),
        completed: z.int().describe('With warnings or without.'),
        failed: z.int(),
        cancelled: z.int(),
        expired: z.int(),
      })
      .meta({ id: 'BackfillProgress' }),
    cancelRunning: z.boolean().describe('Whether running jobs were cancelled as well.'),
    cancelCause: z
      .enum(['by_hand', 'schedule_removed', 'template_archived'])
      .nullable()
      .describe('Why it was cancelled; null: it was not.'),
    cancelledBy: actor.nullable(),
    startedBy: actor,
    startedAt: instant,
    endedAt: instant.nullable(),
    revision: z.int(),
    updatedAt: instant,
  })
  .meta({
    id: 'Backfill',
    description: 'A past range of a schedule that is run again. Its jobs have its `backfillId`.',
  });

export const backfillOperations = {
  start: operation({
    id: 'startBackfill',
    method: 'post',
    path,
    tag,
    summary: 'Run the occurrences of a past range, whether or not they ran before',
    description:
      'Each becomes a job with its own nominal time, to which relative dates resolve. The schedule may be paused. One at a ' +
      'time for each schedule.',
    params: scheduleId,
    body: z
      .strictObject({
        from: instantInput.describe('Where the range begins; an occurrence at this very time belongs to it.'),
        to: instantInput.describe(
          `Where it ends, this included; not in the future. At most ${MOST_BACKFILLED} occurrences.`,
        ),
        concurrency: z
          .int()
          .min(1)
          .max(MOST_AT_A_TIME)
          .default(1)
          .describe('So many of its jobs have not ended at a time, at most.'),
        priority: priority.default('low'),
        note: z.string().trim().max(500).nullable().default(null),
      })
      .meta({ id: 'BackfillInput' }),
    status: 202,
    response: changed,
    command: true,
    problems: [
      'schedule.missing',
      'schedule.removed',
      'template.missing',
      'template.archived',
      'template.invalid',
      'backfill.range_invalid',
      'backfill.too_many',
      'backfill.nothing_due',
      'backfill.no_clock',
      'backfill.under_way',
      'priority.not_allowed',
    ],
  }),
  list: operation({
    id: 'listBackfills',
    method: 'get',
    path,
    tag,
    summary: 'List the backfills of a schedule, newest first',
    params: scheduleId,
    query: z.strictObject(paging),
    response: page(backfill),
    waits: 'read-models',
    problems: ['schedule.missing', 'cursor.invalid'],
  }),
  get: operation({
    id: 'getBackfill',
    method: 'get',
    path: `${path}/:backfillId`,
    tag,
    summary: 'Read a backfill, with how far it is',
    params: backfillId,
    response: backfill,
    waits: 'read-models',
    problems: ['schedule.missing', 'backfill.missing'],
  }),
  cancel: operation({
    id: 'cancelBackfill',
    method: 'post',
    path: `${path}/:backfillId/cancel`,
    tag,
    summary: 'Request no further jobs of a backfill, and cancel those that wait',
    params: backfillId,
    body: z
      .strictObject({
        cancelRunning: z.boolean().default(false).describe('Cancel those that run as well. May be sent later, too.'),
      })
      .meta({ id: 'CancelBackfillInput' }),
    response: changed,
    command: true,
    ifMatch: 'honoured',
    problems: ['schedule.missing', 'backfill.missing', 'backfill.ended'],
  }),
};
