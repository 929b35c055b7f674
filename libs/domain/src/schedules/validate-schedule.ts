import { Temporal } from 'temporal-polyfill';
import type { CalendarCheck } from '../calendars/calendar-check';
import type { Instant, TimeZone } from '../identifiers';
import { millisecondsOf } from '../instants';
import { parseLiteral } from '../reports/values';
import { readCron } from './cron';
import { nextOccurrenceOf } from './occurrences';
import { isSimple, type Recurrence, type WallTime } from './recurrence';
import type { RecurrenceProblem, ScheduleDefinition } from './schedule-messages';

/** One week. */
const MOST_CATCH_UP_MINUTES = 10_080;

/** Everything that is wrong with a schedule's definition at a time; an empty list when it will fire at least once. */
export function validateSchedule(
  definition: ScheduleDefinition,
  check: CalendarCheck,
  at: Instant,
): RecurrenceProblem[] {
  const problems = [
    ...recurrenceProblems(definition.recurrence),
    ...zoneProblems(definition.timeZone),
    ...windowProblems(definition, at),
    ...catchUpProblems(definition.catchUpMinutes),
  ];
  if (problems.length > 0) return problems;

  const now = new Date(at);
  const calendar = check.status === 'active' ? check.calendar : null;
  if (nextOccurrenceOf(definition, calendar, now, now) !== null) return [];
  const windowed = definition.startsAt !== null || definition.endsAt !== null;
  return [
    {
      code: 'recurrence.never_fires',
      pointer: definition.recurrence.type === 'cron' ? '/recurrence/expression' : '/recurrence',
      message: windowed
        ? 'The schedule has no occurrence between its start and its end. Widen the window or choose other times.'
        : 'The schedule never fires: no such date comes. Choose other days or months.',
    },
  ];
}

function recurrenceProblems(recurrence: Recurrence): RecurrenceProblem[] {
  if (!isSimple(recurrence)) return [];
  switch (recurrence.type) {
    case 'minutes':
      return inRange(recurrence.every, 1, 1_440)
        ? []
        : [invalid('/recurrence/every', 'The interval is a whole number of minutes from 1 to 1,440.')];
    case 'hourly':
      return inRange(recurrence.minute, 0, 59)
        ? []
        : [invalid('/recurrence/minute', 'The minute of the hour is a whole number from 0 to 59.')];
    case 'daily':
      return timeProblems(recurrence.time);
    case 'weekly':
      return [...weekdayProblems(recurrence.weekdays), ...timeProblems(recurrence.time)];
    case 'monthly': {
      const known = recurrence.day === 'last' || inRange(recurrence.day, 1, 31);
      const day = known ? [] : [invalid('/recurrence/day', 'The day of the month is 1 to 31, or "last".')];
      return [...day, ...timeProblems(recurrence.time)];
    }
    case 'cron': {
      const reading = readCron(recurrence.expression);
      return reading.ok ? [] : [{ ...reading.problem, pointer: '/recurrence/expression' }];
    }
  }
}

function timeProblems(time: WallTime): RecurrenceProblem[] {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(time)
    ? []
    : [invalid('/recurrence/time', 'The time is written HH:MM, from 00:00 to 23:59.')];
}

function weekdayProblems(weekdays: readonly number[]): RecurrenceProblem[] {
  if (weekdays.length === 0) return [invalid('/recurrence/weekdays', 'Choose at least one weekday.')];
  return weekdays.flatMap((weekday, index) => {
    const pointer = `/recurrence/weekdays/${index}`;
    if (!inRange(weekday, 1, 7)) return [invalid(pointer, 'A weekday is 1 (Monday) to 7 (Sunday).')];
    return weekdays.indexOf(weekday) < index ? [invalid(pointer, 'This weekday is named twice.')] : [];
  });
}

function zoneProblems(timeZone: TimeZone): RecurrenceProblem[] {
  return isTimeZone(timeZone)
    ? []
    : [
        {
          code: 'time_zone.unknown',
          pointer: '/timeZone',
          message: 'The time zone is not known. Use an IANA name such as Europe/Berlin or UTC.',
        },
      ];
}

/** Whether a text is the name of a time zone in the IANA database. A bare offset such as `+01:00` is none. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

function windowProblems({ startsAt, endsAt }: ScheduleDefinition, at: Instant): RecurrenceProblem[] {
  const problems: RecurrenceProblem[] = [];
  for (const [pointer, time] of Object.entries({ '/startsAt': startsAt, '/endsAt': endsAt })) {
    // Date.parse would take 30 February for 2 March.
    const reading = time === null ? null : parseLiteral('timestamp', time);
    if (reading?.ok === false) problems.push(invalid(pointer, `The time ${reading.problem}.`));
  }
  if (problems.length > 0) return problems;

  const start = startsAt === null ? -Infinity : millisecondsOf(startsAt);
  const end = endsAt === null ? Infinity : millisecondsOf(endsAt);
  if (end < start) {
    problems.push({
      code: 'window.ends_before_start',
      pointer: '/endsAt',
      message: 'The schedule ends before it starts.',
    });
  }
  if (end <= millisecondsOf(at)) {
    problems.push({ code: 'window.ended', pointer: '/endsAt', message: 'The end of the schedule has passed already.' });
  }
  return problems;
}

function catchUpProblems(minutes: number): RecurrenceProblem[] {
  return inRange(minutes, 0, MOST_CATCH_UP_MINUTES)
    ? []
    : [
        {
          code: 'catch_up.out_of_range',
          pointer: '/catchUpMinutes',
          message: 'The catch-up window is a whole number of minutes from 0 to 10,080 (a week).',
        },
      ];
}

function inRange(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function invalid(pointer: string, message: string): RecurrenceProblem {
  return { code: 'recurrence.invalid', pointer, message };
}
