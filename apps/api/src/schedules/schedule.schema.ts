import { z } from 'zod';
import { CATCH_UP_POLICIES, HOLIDAY_POLICIES, OVERLAP_POLICIES, PLAIN_SCHEDULE, PRIORITIES } from '#domain';
import { id, instantInput, words } from '../http/fields';
import { recurrenceInput } from './recurrence.schema';

export const priority = z.enum(PRIORITIES);

/** What becomes of an occurrence under special conditions. */
export const schedulePolicies = {
  catchUp: z
    .enum(CATCH_UP_POLICIES)
    .default(PLAIN_SCHEDULE.catchUp)
    .describe('Which of those that an outage delayed, and the window still allows, run.'),
  clockChanges: z
    .strictObject({
      skippedTime: z.enum(['shift', 'skip']).default(PLAIN_SCHEDULE.clockChanges.skippedTime),
      repeatedTime: z.enum(['first', 'second', 'both']).default(PLAIN_SCHEDULE.clockChanges.repeatedTime),
    })
    .default(PLAIN_SCHEDULE.clockChanges)
    .describe('What becomes of wall times that a clock change leaves out (`shift`: the end of the gap) or repeats.'),
  calendar: z
    .strictObject({ calendarId: id, onHoliday: z.enum(HOLIDAY_POLICIES) })
    .nullable()
    .default(null)
    .describe(
      'The calendar of holidays that it minds, and what becomes of occurrences on days that are no business days.',
    ),
  maxRuns: z.int().min(1).max(1_000_000).nullable().default(null).describe('How many occurrences it has at most.'),
  overlap: z
    .enum(OVERLAP_POLICIES)
    .default(PLAIN_SCHEDULE.overlap)
    .describe('What becomes of an occurrence that falls due while a job of the same schedule has not ended.'),
  jitterSeconds: z
    .int()
    .min(0)
    .max(3600)
    .default(0)
    .describe('Each job starts up to so many seconds late, so that many schedules of one time spread.'),
  pauseAfterFailures: z
    .int()
    .min(1)
    .max(100)
    .nullable()
    .default(null)
    .describe('So many jobs in a row that fail pause the schedule.'),
};

/** What a schedule says, without its template. */
export const scheduleFields = {
  name: words(200),
  recurrence: recurrenceInput,
  timeZone: z.string().min(1).max(64).describe('IANA time zone, such as `Europe/Berlin`.'),
  startsAt: instantInput.nullable().default(null).describe('No occurrence before this.'),
  endsAt: instantInput.nullable().default(null).describe('No occurrence after this.'),
  priority: priority.default('normal'),
  catchUpMinutes: z
    .number()
    .default(60)
    .describe('How late an occurrence may still run after an outage; older ones are skipped. 0 to 10,080.'),
  ...schedulePolicies,
};

export const scheduleInput = z.strictObject(scheduleFields).meta({ id: 'ScheduleInput' });
export const newScheduleInput = z.strictObject({ templateId: id, ...scheduleFields }).meta({ id: 'NewScheduleInput' });
