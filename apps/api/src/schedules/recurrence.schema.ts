import { z } from 'zod';
import { MOST_DATES, MOST_EVERY, MOST_TIMES, type Recurrence } from '#domain';
import { id } from '../http/fields';

export const wallTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM, from 00:00 to 23:59');
const wallDateTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d$/, 'must be YYYY-MM-DDTHH:MM, in the wall time of the zone');
export const weekday = z.literal([1, 2, 3, 4, 5, 6, 7]).meta({ description: '1 is Monday, 7 is Sunday.' });

const times = z.array(wallTime).min(1).max(MOST_TIMES);
const every = (most: number) => z.int().min(1).max(most);

const monthDay = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('day'), day: z.int().min(1).max(31) }),
    z.strictObject({ type: z.literal('last_day'), before: z.int().min(0).max(27) }),
    z.strictObject({
      type: z.literal('weekday'),
      weekday,
      nth: z.union([z.int().min(1).max(5), z.literal('last')]),
    }),
    z.strictObject({ type: z.literal('business_day'), nth: z.int().min(1).max(23) }),
    z.strictObject({ type: z.literal('last_business_day'), before: z.int().min(0).max(22) }),
  ])
  .meta({
    id: 'MonthDay',
    description:
      'A day of a month. `day`: a month that lacks it fires on its last one. `last_day` and `last_business_day`: so many days before ' +
      'the last one. `weekday` and `business_day`: the nth; a month that lacks it is passed over. Business days are those of the ' +
      'schedule’s calendar, Monday to Friday without one.',
  });

/** When a schedule fires, in the wall time of its zone. */
export const recurrenceInput: z.ZodType<Recurrence> = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('minutes'), every: every(1440) }),
    z.strictObject({ type: z.literal('hourly'), minute: z.int().min(0).max(59) }),
    z.strictObject({ type: z.literal('daily'), time: wallTime }),
    z.strictObject({ type: z.literal('weekly'), weekdays: z.array(weekday).max(7), time: wallTime }),
    z.strictObject({
      type: z.literal('monthly'),
      day: z.union([z.int().min(1).max(31), z.literal('last')]),
      time: wallTime,
    }),
    z.strictObject({ type: z.literal('cron'), expression: z.string().min(1).max(200) }),
    z.strictObject({ type: z.literal('every_hours'), every: every(23), minute: z.int().min(0).max(59) }),
    z.strictObject({ type: z.literal('every_days'), every: every(MOST_EVERY.days), times }),
    z.strictObject({
      type: z.literal('every_weeks'),
      every: every(MOST_EVERY.weeks),
      weekdays: z.array(weekday).max(7),
      times,
    }),
    z.strictObject({ type: z.literal('every_months'), every: every(MOST_EVERY.months), on: monthDay, times }),
    z.strictObject({
      type: z.literal('every_quarters'),
      every: every(MOST_EVERY.quarters),
      month: z.int().min(1).max(3),
      on: monthDay,
      times,
    }),
    z.strictObject({
      type: z.literal('every_years'),
      every: every(MOST_EVERY.years),
      month: z.int().min(1).max(12),
      on: monthDay,
      times,
    }),
    z.strictObject({ type: z.literal('dates'), dates: z.array(wallDateTime).min(1).max(MOST_DATES) }),
    z.strictObject({ type: z.literal('after_schedule'), scheduleId: id }),
    z.strictObject({ type: z.literal('dataset_refreshed'), datasetId: id }),
  ])
  .meta({
    id: 'Recurrence',
    description:
      'When a schedule fires, in the wall time of its zone; `clockChanges` tells what becomes of times that a clock change leaves ' +
      'out or repeats. Cron has five fields. `every_…` counts from the start of the schedule, without one from 2000-01-01.',
    examples: [
      { type: 'daily', time: '07:30' },
      { type: 'cron', expression: '0 6 * * 1-5' },
      { type: 'every_months', every: 1, on: { type: 'last_business_day', before: 0 }, times: ['07:30'] },
    ],
  });
