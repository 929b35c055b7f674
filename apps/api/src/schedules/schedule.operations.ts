import { z } from 'zod';
import { PAUSE_CAUSES, RECURRENCE_TYPES, SKIP_REASONS } from '#domain';
import { changed, id, instant, instantInput, page, paging, uuid } from '../http/fields';
import { operation } from '../http/operation';
import { recurrenceInput } from './recurrence.schema';
import { newScheduleInput, priority, scheduleFields, scheduleInput, schedulePolicies } from './schedule.schema';

const tag = 'Schedules';
const scheduleId = z.strictObject({ scheduleId: id });
const status = z.enum(['active', 'paused', 'removed']);
const frequency = z.enum(RECURRENCE_TYPES);

const sentence = z
  .string()
  .describe('When it fires, for people, such as `Every last business day at 07:30, Europe/Berlin`.');

const summary = {
  scheduleId: uuid,
  templateId: uuid,
  templateName: z.string().nullable(),
  owner: uuid,
  name: z.string(),
  recurrence: recurrenceInput,
  scheduleFrequency: frequency,
  sentence,
  timeZone: z.string(),
  startsAt: instant.nullable(),
  endsAt: instant.nullable(),
  priority,
  catchUpMinutes: z.int(),
  ...schedulePolicies,
  calendarName: z.string().nullable().describe('As the calendar is called now; null without one.'),
  status,
  pauseNote: z.string().nullable(),
  pausedUntil: instant.nullable().describe('When it resumes by itself; null: when somebody resumes it.'),
  pauseCause: z
    .enum(PAUSE_CAUSES)
    .nullable()
    .describe('`failures`: too many of its jobs in a row failed. Null unless paused.'),
  runs: z.int().describe('Occurrences requested so far, of which `maxRuns` is the most.'),
  nextRunTime: instant
    .nullable()
    .describe('When it runs next; null when it does not, or the scheduler has not looked yet.'),
  revision: z.int(),
  createdAt: instant,
  updatedAt: instant,
};

const nextRuns = z.array(instant).describe('The next 10 times, in UTC; none for a schedule that is not active.');
const verb = {
  method: 'post',
  tag,
  params: scheduleId,
  command: true,
  ifMatch: 'honoured',
  response: changed,
} as const;

export const scheduleOperations = {
  define: operation({
    id: 'defineSchedule',
    method: 'post',
    path: '/v1/schedules',
    tag,
    summary: 'Schedule a template',
    body: newScheduleInput,
    status: 201,
    response: changed,
    command: true,
    problems: [
      'template.missing',
      'template.archived',
      'template.invalid',
      'schedule.invalid',
      'schedule.too_many',
      'priority.not_allowed',
    ],
  }),
  list: operation({
    id: 'listSchedules',
    method: 'get',
    path: '/v1/schedules',
    tag,
    summary: 'List the schedules that are yours or of templates you see, newest first',
    query: z.strictObject({ ...paging, templateId: id.optional(), status: status.optional() }),
    response: page(z.object(summary).meta({ id: 'ScheduleSummary' })),
    waits: 'read-models',
    problems: ['cursor.invalid'],
  }),
  get: operation({
    id: 'getSchedule',
    method: 'get',
    path: '/v1/schedules/:scheduleId',
    tag,
    summary: 'Read a schedule, with its next 10 times',
    params: scheduleId,
    response: z.object({ ...summary, nextRuns }).meta({ id: 'Schedule' }),
    waits: 'read-models',
    problems: ['schedule.missing'],
  }),
  revise: operation({
    id: 'reviseSchedule',
    method: 'put',
    path: '/v1/schedules/:scheduleId',
    tag,
    summary: 'Revise a schedule',
    params: scheduleId,
    body: scheduleInput,
    response: changed,
    command: true,
    ifMatch: 'required',
    problems: [
      'schedule.missing',
      'schedule.removed',
      'schedule.invalid',
      'priority.not_allowed',
      'template.archived',
      'template.invalid',
    ],
  }),
  pause: operation({
    ...verb,
    id: 'pauseSchedule',
    path: '/v1/schedules/:scheduleId/pause',
    summary: 'Pause a schedule',
    body: z
      .strictObject({
        note: z.string().trim().max(500).nullable().default(null),
        until: instantInput.nullable().default(null).describe('When it resumes by itself.'),
      })
      .meta({ id: 'PauseInput' }),
    problems: ['schedule.missing', 'schedule.removed', 'pause.until_passed'],
  }),
  resume: operation({
    ...verb,
    id: 'resumeSchedule',
    path: '/v1/schedules/:scheduleId/resume',
    summary: 'Resume a paused schedule, from now on',
    problems: [
      'schedule.missing',
      'schedule.removed',
      'schedule.invalid',
      'priority.not_allowed',
      'template.archived',
      'template.invalid',
    ],
  }),
  remove: operation({
    ...verb,
    id: 'removeSchedule',
    path: '/v1/schedules/:scheduleId/remove',
    summary: 'Remove a schedule for good; its jobs stay',
    problems: ['schedule.missing'],
  }),
  preview: operation({
    id: 'previewSchedule',
    method: 'post',
    path: '/v1/schedules/preview',
    tag,
    summary: 'See when a schedule would run, without saving it',
    body: z
      .strictObject({
        recurrence: scheduleFields.recurrence,
        timeZone: scheduleFields.timeZone,
        startsAt: scheduleFields.startsAt,
        endsAt: scheduleFields.endsAt,
        clockChanges: scheduleFields.clockChanges,
        calendar: scheduleFields.calendar,
      })
      .meta({ id: 'SchedulePreviewInput' }),
    response: z.object({ sentence, nextRuns }).meta({ id: 'SchedulePreview' }),
    problems: ['schedule.invalid'],
  }),
  skipped: operation({
    id: 'listSkippedOccurrences',
    method: 'get',
    path: '/v1/schedules/:scheduleId/skipped',
    tag,
    summary: 'List what was due and will not run, latest first',
    params: scheduleId,
    query: z.strictObject(paging),
    response: page(
      z
        .object({
          eventId: uuid,
          from: instant,
          to: instant,
          count: z.int(),
          reason: z.enum(SKIP_REASONS),
          skippedAt: instant,
        })
        .meta({ id: 'SkippedOccurrences' }),
    ),
    waits: 'read-models',
    problems: ['schedule.missing', 'cursor.invalid'],
  }),
  selfService: operation({
    id: 'listSelfServiceSchedules',
    method: 'get',
    path: '/v1/schedules/self-service',
    tag,
    summary: 'The self-service schedule table: template, frequency, next run time, owner',
    query: z.strictObject({ ...paging, templateId: id.optional(), status: status.optional() }),
    response: page(
      z
        .object({
          templateId: uuid,
          scheduleFrequency: frequency,
          nextRunTime: instant.nullable(),
          userId: uuid,
          scheduleId: uuid,
          name: z.string(),
          timeZone: z.string(),
          status,
        })
        .meta({ id: 'SelfServiceSchedule' }),
    ),
    waits: 'read-models',
    problems: ['cursor.invalid'],
  }),
};
