import { scheduleDefinition } from '../testing/samples';
import { describeSchedule } from './describe-schedule';
import type { Recurrence } from './recurrence';
import type { ScheduleDefinition } from './schedule-messages';

const sentence = (more: Partial<ScheduleDefinition>, calendarName: string | null = null) =>
  describeSchedule(scheduleDefinition(more), calendarName, 'en');
const times = ['12:00', '07:30'];
const at730 = ['07:30'];
const id = '00000000-0000-4000-8000-000000000001';

it.each<[Recurrence, string]>([
  [{ type: 'minutes', every: 1 }, 'Every minute'],
  [{ type: 'minutes', every: 30 }, 'Every 30 minutes'],
  [{ type: 'hourly', minute: 15 }, 'Every hour at minute 15'],
  [{ type: 'daily', time: '07:30' }, 'Every day at 07:30'],
  [{ type: 'weekly', weekdays: [5, 1, 7], time: '07:30' }, 'Every Monday, Friday, and Sunday at 07:30'],
  [{ type: 'monthly', day: 22, time: '07:30' }, 'Every month on the 22nd at 07:30'],
  [
    { type: 'monthly', day: 31, time: '07:30' },
    'Every month on the 31st, or the last day of a shorter month, at 07:30',
  ],
  [{ type: 'monthly', day: 'last', time: '07:30' }, 'Every month on the last day at 07:30'],
  [{ type: 'every_hours', every: 1, minute: 5 }, 'Every hour at minute 5'],
  [{ type: 'every_hours', every: 6, minute: 5 }, 'Every 6 hours from midnight on, at minute 5'],
  [{ type: 'every_days', every: 1, times }, 'Every day at 07:30 and 12:00'],
  [{ type: 'every_days', every: 3, times: ['07:30', '07:30'] }, 'Every 3 days at 07:30'],
  [{ type: 'every_weeks', every: 2, weekdays: [1, 5], times: at730 }, 'Every 2 weeks on Monday and Friday at 07:30'],
  [
    { type: 'every_months', every: 1, on: { type: 'last_business_day', before: 0 }, times: at730 },
    'Every last business day at 07:30',
  ],
  [
    { type: 'every_months', every: 2, on: { type: 'last_business_day', before: 0 }, times: at730 },
    'Every 2 months on the last business day at 07:30',
  ],
  [
    { type: 'every_months', every: 1, on: { type: 'last_business_day', before: 3 }, times: at730 },
    'Every month 3 business days before the last business day at 07:30',
  ],
  [
    { type: 'every_months', every: 1, on: { type: 'business_day', nth: 3 }, times: at730 },
    'Every month on the 3rd business day at 07:30',
  ],
  [
    { type: 'every_months', every: 1, on: { type: 'last_day', before: 1 }, times: at730 },
    'Every month 1 day before the last day at 07:30',
  ],
  [
    { type: 'every_quarters', every: 1, month: 2, on: { type: 'weekday', weekday: 2, nth: 1 }, times: at730 },
    'Every quarter on the 1st Tuesday of the 2nd month at 07:30',
  ],
  [
    { type: 'every_years', every: 1, month: 3, on: { type: 'weekday', weekday: 7, nth: 'last' }, times: at730 },
    'Every year on the last Sunday of March at 07:30',
  ],
  [
    { type: 'dates', dates: ['2026-12-31T12:00', '2026-12-24T07:30'] },
    'On 2026-12-24 at 07:30 and 2026-12-31 at 12:00',
  ],
  [
    { type: 'dates', dates: Array.from({ length: 7 }, (_, day) => `2027-01-0${9 - day}T07:30`) },
    'On 7 dates from 2027-01-03 at 07:30 to 2027-01-09 at 07:30',
  ],
  [{ type: 'after_schedule', scheduleId: id }, 'Whenever a job of another schedule has succeeded'],
  [{ type: 'dataset_refreshed', datasetId: id }, 'Whenever the dataset was refreshed'],
])('tells %j', (recurrence, expected) => {
  expect(sentence({ recurrence })).toBe(`${expected}, Europe/Berlin`);
});

it.each([
  ['* * * * *', 'Every minute'],
  ['*/15 * * * *', 'Every 15 minutes'],
  ['5 * * * *', 'Every hour at minute 5'],
  ['0 6 * * *', 'Every day at 06:00'],
  [' 30,0  6,18 * * 1-5 ', 'Every Monday to Friday at 06:00, 06:30, 18:00, and 18:30'],
  ['0 6 * * 0,3,7', 'Every Wednesday and Sunday at 06:00'],
  ['0 6 L * *', 'Every month on the last day at 06:00'],
  ['0 6 1 * *', 'Every month on the 1st at 06:00'],
  // What cannot be said surely in a few words is told as it is.
  ['*/7 * * * *', 'By the cron expression */7 * * * *'],
  ['0 6 31 * *', 'By the cron expression 0 6 31 * *'],
  ['0 6 1 * 1', 'By the cron expression 0 6 1 * 1'],
  ['0 6 * * 5#2', 'By the cron expression 0 6 * * 5#2'],
  ['*/30 6 * * *', 'By the cron expression */30 6 * * *'],
  ['*/30 * * * 1-5', 'By the cron expression */30 * * * 1-5'],
  ['0 6 1 1 *', 'By the cron expression 0 6 1 1 *'],
  ['0-9,20 * * * *', 'By the cron expression 0-9,20 * * * *'],
  ['0,10,20,30 6,7 * * *', 'By the cron expression 0,10,20,30 6,7 * * *'],
])('tells cron %j', (expression, expected) => {
  expect(sentence({ recurrence: { type: 'cron', expression } })).toBe(`${expected}, Europe/Berlin`);
});

const calendarUse = (onHoliday: 'run' | 'skip' | 'previous_business_day' | 'next_business_day') => ({
  calendar: { calendarId: id, onHoliday },
});

it.each<[Partial<ScheduleDefinition>, string]>([
  [{ startsAt: '2026-11-25T06:30:00.000Z' }, 'from 2026-11-25 07:30'],
  [
    { startsAt: '2026-11-25T06:30:05.000Z', endsAt: '2027-07-01T00:00:00.000Z' },
    'from 2026-11-25 07:30:05 until 2027-07-01 02:00',
  ],
  [{ endsAt: '2027-07-01T00:00:00.000Z' }, 'until 2027-07-01 02:00'],
  [calendarUse('run'), 'business days are those of Germany'],
  [calendarUse('skip'), 'only on business days of Germany'],
  [calendarUse('previous_business_day'), 'else moved to the previous business day of Germany'],
  [calendarUse('next_business_day'), 'else moved to the next business day of Germany'],
  [{ clockChanges: { skippedTime: 'skip', repeatedTime: 'first' } }, 'not at times that a clock change leaves out'],
  [
    { clockChanges: { skippedTime: 'shift', repeatedTime: 'second' } },
    'the second time where a clock change repeats a time',
  ],
  [
    { clockChanges: { skippedTime: 'skip', repeatedTime: 'both' } },
    'not at times that a clock change leaves out; both times where a clock change repeats a time',
  ],
  [{ catchUpMinutes: 1_440 }, 'missed runs are made up for within 1,440 minutes'],
  [{ catchUp: 'latest' }, 'only the latest missed run is made up for'],
  [{ catchUp: 'latest', catchUpMinutes: 1 }, 'only the latest missed run is made up for within 1 minute'],
  [{ catchUp: 'none' }, 'missed runs are not made up for'],
  [{ maxRuns: 1 }, 'at most 1 run'],
  [{ overlap: 'skip' }, 'not while one of its jobs has not ended'],
  [{ overlap: 'queue_one' }, 'one job at a time, and one waits'],
  [{ overlap: 'queue_all' }, 'one job at a time, and the others wait'],
  [{ overlap: 'cancel_running' }, 'a new job cancels the one before'],
  [{ jitterSeconds: 30 }, 'up to 30 seconds later, at random'],
  [{ pauseAfterFailures: 3 }, 'paused after 3 failures in a row'],
  [{ maxRuns: 5, jitterSeconds: 60 }, 'at most 5 runs; up to 60 seconds later, at random'],
])('adds %j', (more, words) => {
  expect(sentence(more, 'Germany')).toBe(`Every day at 07:30, Europe/Berlin; ${words}`);
});

it('does without the name of a calendar that is not known', () => {
  expect(sentence(calendarUse('skip'))).toBe(
    'Every day at 07:30, Europe/Berlin; only on business days of its calendar',
  );
});

it('leaves out clock changes that change nothing', () => {
  const clockChanges = { skippedTime: 'skip', repeatedTime: 'both' } as const;
  expect(sentence({ recurrence: { type: 'hourly', minute: 0 }, clockChanges })).toBe(
    'Every hour at minute 0, Europe/Berlin',
  );
});
