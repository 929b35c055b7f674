import { readCron } from './cron';
import { dayOf } from './days';
import {
  MOST_DATES,
  MOST_EVERY,
  MOST_TIMES,
  type DatesRecurrence,
  type MonthDay,
  type Recurrence,
  type WallTime,
} from './recurrence';
import type { RecurrenceProblem } from './schedule-messages';

/** Everything that is wrong with a recurrence by itself; pointers are those of a schedule's definition. */
export function recurrenceProblems(recurrence: Recurrence): RecurrenceProblem[] {
  switch (recurrence.type) {
    case 'minutes':
      return everyProblems(recurrence.every, 1_440, 'minutes');
    case 'hourly':
      return minuteProblems(recurrence.minute);
    case 'daily':
      return timeProblems(recurrence.time, '/recurrence/time');
    case 'weekly':
      return [...weekdayProblems(recurrence.weekdays), ...timeProblems(recurrence.time, '/recurrence/time')];
    case 'monthly': {
      const known = recurrence.day === 'last' || inRange(recurrence.day, 1, 31);
      const day = known ? [] : [invalid('/recurrence/day', 'The day of the month is 1 to 31, or "last".')];
      return [...day, ...timeProblems(recurrence.time, '/recurrence/time')];
    }
    case 'cron': {
      const reading = readCron(recurrence.expression);
      return reading.ok ? [] : [{ ...reading.problem, pointer: '/recurrence/expression' }];
    }
    case 'every_hours':
      return [...everyProblems(recurrence.every, 23, 'hours'), ...minuteProblems(recurrence.minute)];
    case 'every_days':
      return [...everyProblems(recurrence.every, MOST_EVERY.days, 'days'), ...timesProblems(recurrence.times)];
    case 'every_weeks':
      return [
        ...everyProblems(recurrence.every, MOST_EVERY.weeks, 'weeks'),
        ...weekdayProblems(recurrence.weekdays),
        ...timesProblems(recurrence.times),
      ];
    case 'every_months':
      return [
        ...everyProblems(recurrence.every, MOST_EVERY.months, 'months'),
        ...monthDayProblems(recurrence.on),
        ...timesProblems(recurrence.times),
      ];
    case 'every_quarters':
      return [
        ...everyProblems(recurrence.every, MOST_EVERY.quarters, 'quarters'),
        ...monthProblems(recurrence.month, 3, 'The month of the quarter is 1, 2 or 3.'),
        ...monthDayProblems(recurrence.on),
        ...timesProblems(recurrence.times),
      ];
    case 'every_years':
      return [
        ...everyProblems(recurrence.every, MOST_EVERY.years, 'years'),
        ...monthProblems(recurrence.month, 12, 'The month is 1 (January) to 12 (December).'),
        ...monthDayProblems(recurrence.on),
        ...timesProblems(recurrence.times),
      ];
    case 'dates':
      return datesProblems(recurrence);
    case 'after_schedule':
    case 'dataset_refreshed':
      return [];
  }
}

export function inRange(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

export function invalid(pointer: string, message: string): RecurrenceProblem {
  return { code: 'recurrence.invalid', pointer, message };
}

function everyProblems(every: number, most: number, unit: string): RecurrenceProblem[] {
  if (inRange(every, 1, most)) return [];
  const range = `from 1 to ${most.toLocaleString('en-US')}`;
  return [invalid('/recurrence/every', `The interval is a whole number of ${unit} ${range}.`)];
}

function minuteProblems(minute: number): RecurrenceProblem[] {
  if (inRange(minute, 0, 59)) return [];
  return [invalid('/recurrence/minute', 'The minute of the hour is a whole number from 0 to 59.')];
}

function monthProblems(month: number, most: number, message: string): RecurrenceProblem[] {
  return inRange(month, 1, most) ? [] : [invalid('/recurrence/month', message)];
}

function timeProblems(time: WallTime, pointer: string): RecurrenceProblem[] {
  return isTime(time) ? [] : [invalid(pointer, 'The time is written HH:MM, from 00:00 to 23:59.')];
}

function isTime(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
}

function timesProblems(times: readonly WallTime[]): RecurrenceProblem[] {
  const pointer = '/recurrence/times';
  if (times.length === 0) return [invalid(pointer, 'Give at least one time.')];
  if (times.length > MOST_TIMES) return [invalid(pointer, `At most ${MOST_TIMES} times can be given.`)];
  return times.flatMap((time, index) => {
    const twice = times.indexOf(time) < index;
    return twice
      ? [invalid(`${pointer}/${index}`, 'This time is named twice.')]
      : timeProblems(time, `${pointer}/${index}`);
  });
}

function weekdayProblems(weekdays: readonly number[]): RecurrenceProblem[] {
  if (weekdays.length === 0) return [invalid('/recurrence/weekdays', 'Choose at least one weekday.')];
  return weekdays.flatMap((weekday, index) => {
    const pointer = `/recurrence/weekdays/${index}`;
    if (!inRange(weekday, 1, 7)) return [invalid(pointer, 'A weekday is 1 (Monday) to 7 (Sunday).')];
    return weekdays.indexOf(weekday) < index ? [invalid(pointer, 'This weekday is named twice.')] : [];
  });
}

function monthDayProblems(on: MonthDay): RecurrenceProblem[] {
  const outside = (member: string, message: string) => [invalid(`/recurrence/on/${member}`, message)];
  switch (on.type) {
    case 'day':
      return inRange(on.day, 1, 31) ? [] : outside('day', 'The day of the month is 1 to 31.');
    case 'last_day':
      return inRange(on.before, 0, 27) ? [] : outside('before', 'The days before the last one are 0 to 27.');
    case 'weekday':
      return [
        ...(inRange(on.weekday, 1, 7) ? [] : outside('weekday', 'A weekday is 1 (Monday) to 7 (Sunday).')),
        ...(on.nth === 'last' || inRange(on.nth, 1, 5)
          ? []
          : outside('nth', 'The weekday is the 1st to 5th, or "last".')),
      ];
    case 'business_day':
      return inRange(on.nth, 1, 23) ? [] : outside('nth', 'The business day is the 1st to 23rd of its month.');
    case 'last_business_day':
      return inRange(on.before, 0, 22) ? [] : outside('before', 'The business days before the last one are 0 to 22.');
  }
}

/** A date may be given twice, which counts once. */
function datesProblems({ dates }: DatesRecurrence): RecurrenceProblem[] {
  if (dates.length === 0) return [invalid('/recurrence/dates', 'Give at least one date.')];
  if (dates.length > MOST_DATES) return [invalid('/recurrence/dates', `At most ${MOST_DATES} dates can be given.`)];
  return dates.flatMap((date, index) => {
    const [, day, time] = /^(\d{4}-\d{2}-\d{2})T(.*)$/.exec(date) ?? [];
    if (day !== undefined && time !== undefined && isTime(time) && dayOf(day) !== null) return [];
    const message = 'This is no date of the calendar with its time. Write YYYY-MM-DDTHH:MM, such as 2026-12-24T07:30.';
    return [invalid(`/recurrence/dates/${index}`, message)];
  });
}
