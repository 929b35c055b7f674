import { Temporal } from 'temporal-polyfill';
import type { CalendarCheck } from '../calendars/calendar-check';
import type { Instant, TimeZone } from '../identifiers';
import { millisecondsOf } from '../instants';
import { parseLiteral } from '../reports/values';
import { isTriggered } from './recurrence';
import type { RecurrenceProblem, ScheduleDefinition } from './schedule-messages';
import { Timetable } from './timetable';
import { inRange, invalid, recurrenceProblems } from './validate-recurrence';

/** One week. */
const MOST_CATCH_UP_MINUTES = 10_080;
const MOST_RUNS = 1_000_000;
const MOST_JITTER_SECONDS = 3_600;
const MOST_FAILURES = 100;
/** So many of the next occurrences, within a year, are compared with their successors. */
const OCCURRENCES_COMPARED = 50;
const YEAR_MS = 366 * 86_400_000;

/**
 * Everything that is wrong with a schedule's definition at a time; an empty list when it will fire at least once. One that fires
 * when something else happens may never do so.
 */
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
    ...calendarProblems(definition, check),
    ...limitProblems(definition),
  ];
  if (problems.length > 0 || isTriggered(definition.recurrence)) return problems;

  const calendar = check.status === 'active' && definition.calendar !== null ? check.calendar : null;
  const timetable = new Timetable(definition, calendar);
  const now = millisecondsOf(at);
  const first = timetable.fires.next(now, timetable.horizonOf(now));
  return first === null ? [neverFires(definition)] : jitterProblems(definition.jitterSeconds, timetable, first);
}

function neverFires({ recurrence, startsAt, endsAt, calendar, clockChanges }: ScheduleDefinition): RecurrenceProblem {
  const reasons = [
    ...(startsAt !== null || endsAt !== null ? ['widen the window between its start and its end'] : []),
    ...(recurrence.type === 'dates' ? ['give a date that is still to come'] : ['choose other days or months']),
    ...(calendar?.onHoliday === 'skip' ? ['let it run or move on holidays'] : []),
    ...(clockChanges.skippedTime === 'skip' ? ['let it shift times that a clock change leaves out'] : []),
  ];
  return {
    code: 'recurrence.never_fires',
    pointer: recurrence.type === 'cron' ? '/recurrence/expression' : '/recurrence',
    message: `The schedule has no occurrence in the next 30 years: ${reasons.join(', or ')}.`,
  };
}

function calendarProblems({ calendar }: ScheduleDefinition, { status }: CalendarCheck): RecurrenceProblem[] {
  if (calendar === null) return [];
  const pointer = '/calendar/calendarId';
  switch (status) {
    case 'active':
      return [];
    case 'removed':
      return [{ code: 'calendar.removed', pointer, message: 'The calendar was removed. Choose another one, or none.' }];
    case 'none':
    case 'absent':
      return [
        { code: 'calendar.missing', pointer, message: 'There is no such calendar. Choose one that exists, or none.' },
      ];
  }
}

function limitProblems({ maxRuns, jitterSeconds, pauseAfterFailures }: ScheduleDefinition): RecurrenceProblem[] {
  const problems: RecurrenceProblem[] = [];
  if (maxRuns !== null && !inRange(maxRuns, 1, MOST_RUNS)) {
    const message = 'The number of runs is a whole number from 1 to 1,000,000, or null for no limit.';
    problems.push({ code: 'max_runs.out_of_range', pointer: '/maxRuns', message });
  }
  if (!inRange(jitterSeconds, 0, MOST_JITTER_SECONDS)) {
    const message = 'The jitter is a whole number of seconds from 0 to 3,600 (an hour).';
    problems.push({ code: 'jitter.out_of_range', pointer: '/jitterSeconds', message });
  }
  if (pauseAfterFailures !== null && !inRange(pauseAfterFailures, 1, MOST_FAILURES)) {
    const message = 'The number of failures is a whole number from 1 to 100, or null to go on whatever fails.';
    problems.push({ code: 'pause_after_failures.out_of_range', pointer: '/pauseAfterFailures', message });
  }
  return problems;
}

/** A job that is put off beyond the next occurrence would overtake its successor. */
function jitterProblems(jitterSeconds: number, { fires }: Timetable, first: number): RecurrenceProblem[] {
  if (jitterSeconds === 0) return [];
  let shortest = Infinity;
  let last = first;
  for (let count = 0; count < OCCURRENCES_COMPARED; count += 1) {
    const next = fires.next(last, first + YEAR_MS);
    if (next === null) break;
    shortest = Math.min(shortest, next - last);
    last = next;
  }
  if (jitterSeconds * 1000 < shortest) return [];
  const message = `The jitter must be shorter than the time between two occurrences: at most ${shortest / 1000 - 1} seconds.`;
  return [{ code: 'jitter.too_long', pointer: '/jitterSeconds', message }];
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
