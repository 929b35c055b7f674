import { millisecondsOf } from '../instants';
import type { Instant, TimeZone } from '../identifiers';
import { counted, describeRecurrence, type SentenceLocale } from './describe-recurrence';
import { isTriggered } from './recurrence';
import { PLAIN_SCHEDULE, type HolidayPolicy, type OverlapPolicy, type ScheduleDefinition } from './schedule-messages';
import { offsetPeriodAt } from './wall-clock';

/** The catch-up window of a schedule that names none. */
const PLAIN_CATCH_UP_MINUTES = 60;

/**
 * One sentence for people on when a schedule fires, such as `Every last business day at 07:30, Europe/Berlin`, with whatever
 * differs from a plain schedule after semicolons. `calendarName` is that of the calendar which the definition names; null when
 * it names none or the name is not known.
 */
export function describeSchedule(
  definition: ScheduleDefinition,
  calendarName: string | null,
  locale: SentenceLocale,
): string {
  const when = `${describeRecurrence(definition.recurrence, locale)}, ${definition.timeZone}`;
  return [
    when,
    ...windowWords(definition),
    ...calendarWords(definition, calendarName),
    ...clockWords(definition),
    ...catchUpWords(definition),
    ...limitWords(definition),
  ].join('; ');
}

function windowWords({ startsAt, endsAt, timeZone }: ScheduleDefinition): string[] {
  const from = startsAt === null ? [] : [`from ${wallTimeOf(startsAt, timeZone)}`];
  return endsAt === null ? from : [[...from, `until ${wallTimeOf(endsAt, timeZone)}`].join(' ')];
}

/** Without seconds, unless there are some. */
function wallTimeOf(instant: Instant, zone: TimeZone): string {
  const at = millisecondsOf(instant);
  const wall = new Date(at + offsetPeriodAt(zone, at).offset).toISOString();
  return `${wall.slice(0, 10)} ${wall.slice(11, 19).replace(/:00$/, '')}`;
}

const ON_HOLIDAY: Record<HolidayPolicy, string> = {
  run: 'business days are those of',
  skip: 'only on business days of',
  previous_business_day: 'else moved to the previous business day of',
  next_business_day: 'else moved to the next business day of',
};

function calendarWords({ calendar }: ScheduleDefinition, name: string | null): string[] {
  return calendar === null ? [] : [`${ON_HOLIDAY[calendar.onHoliday]} ${name ?? 'its calendar'}`];
}

function clockWords({ recurrence, clockChanges: { skippedTime, repeatedTime } }: ScheduleDefinition): string[] {
  // What goes by elapsed time knows no clock changes.
  const { type } = recurrence;
  if (isTriggered(recurrence) || type === 'minutes' || type === 'hourly' || type === 'every_hours') return [];
  return [
    ...(skippedTime === 'skip' ? ['not at times that a clock change leaves out'] : []),
    ...(repeatedTime === 'second' ? ['the second time where a clock change repeats a time'] : []),
    ...(repeatedTime === 'both' ? ['both times where a clock change repeats a time'] : []),
  ];
}

function catchUpWords({ catchUp, catchUpMinutes }: ScheduleDefinition): string[] {
  const window = catchUpMinutes === PLAIN_CATCH_UP_MINUTES ? '' : ` within ${counted(catchUpMinutes, 'minute')}`;
  switch (catchUp) {
    case 'all':
      return window === '' ? [] : [`missed runs are made up for${window}`];
    case 'latest':
      return [`only the latest missed run is made up for${window}`];
    case 'none':
      return ['missed runs are not made up for'];
  }
}

const ON_OVERLAP: Record<OverlapPolicy, string | null> = {
  allow: null,
  skip: 'not while one of its jobs has not ended',
  queue_one: 'one job at a time, and one waits',
  queue_all: 'one job at a time, and the others wait',
  cancel_running: 'a new job cancels the one before',
};

function limitWords({ maxRuns, overlap, jitterSeconds, pauseAfterFailures }: ScheduleDefinition): string[] {
  const overlapping = ON_OVERLAP[overlap];
  return [
    ...(maxRuns === PLAIN_SCHEDULE.maxRuns ? [] : [`at most ${counted(maxRuns, 'run')}`]),
    ...(overlapping === null ? [] : [overlapping]),
    ...(jitterSeconds === 0 ? [] : [`up to ${counted(jitterSeconds, 'second')} later, at random`]),
    ...(pauseAfterFailures === null ? [] : [`paused after ${counted(pauseAfterFailures, 'failure')} in a row`]),
  ];
}
