import type { MonthDay, Recurrence, WallTime, Weekday } from './recurrence';

/** Languages in which sentences for people are written. */
export type SentenceLocale = 'en';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];
/** A longer list of dates is told by its ends, and a longer one of cron's times by the expression. */
const MOST_TOLD = 6;

/** When a recurrence fires, such as `Every 2 weeks on Monday and Friday at 07:30`: what `describeSchedule` begins with. */
export function describeRecurrence(recurrence: Recurrence, locale: SentenceLocale): string {
  const list = (parts: readonly string[]) => new Intl.ListFormat(locale).format(parts);
  switch (recurrence.type) {
    case 'minutes':
      return every(recurrence.every, 'minute');
    case 'hourly':
      return `Every hour at minute ${recurrence.minute}`;
    case 'daily':
      return `Every day at ${recurrence.time}`;
    case 'weekly':
      return `Every ${list(weekdayNames(recurrence.weekdays))} at ${recurrence.time}`;
    case 'monthly': {
      const { day, time } = recurrence;
      const on: MonthDay = day === 'last' ? { type: 'last_day', before: 0 } : { type: 'day', day };
      return `Every month ${monthDayOf(on)} at ${time}`;
    }
    case 'cron':
      return cronSentence(recurrence.expression, list) ?? `By the cron expression ${recurrence.expression.trim()}`;
    case 'every_hours':
      return recurrence.every === 1
        ? `Every hour at minute ${recurrence.minute}`
        : `Every ${recurrence.every} hours from midnight on, at minute ${recurrence.minute}`;
    case 'every_days':
      return `${every(recurrence.every, 'day')} at ${list(sorted(recurrence.times))}`;
    case 'every_weeks': {
      const days = list(weekdayNames(recurrence.weekdays));
      return `${every(recurrence.every, 'week')} on ${days} at ${list(sorted(recurrence.times))}`;
    }
    case 'every_months': {
      const { on } = recurrence;
      const isLastBusinessDay = recurrence.every === 1 && on.type === 'last_business_day' && on.before === 0;
      const days = isLastBusinessDay
        ? 'Every last business day'
        : `${every(recurrence.every, 'month')} ${monthDayOf(on)}`;
      return `${days} at ${list(sorted(recurrence.times))}`;
    }
    case 'every_quarters': {
      const days = `${monthDayOf(recurrence.on)} of the ${ordinal(recurrence.month)} month`;
      return `${every(recurrence.every, 'quarter')} ${days} at ${list(sorted(recurrence.times))}`;
    }
    case 'every_years': {
      const days = `${monthDayOf(recurrence.on)} of ${MONTHS[recurrence.month - 1] ?? ''}`;
      return `${every(recurrence.every, 'year')} ${days} at ${list(sorted(recurrence.times))}`;
    }
    case 'dates': {
      const dates = sorted(recurrence.dates).map((date) => date.replace('T', ' at '));
      return dates.length <= MOST_TOLD
        ? `On ${list(dates)}`
        : `On ${dates.length} dates from ${dates[0] ?? ''} to ${dates.at(-1) ?? ''}`;
    }
    case 'after_schedule':
      return 'Whenever a job of another schedule has succeeded';
    case 'dataset_refreshed':
      return 'Whenever the dataset was refreshed';
  }
}

function every(count: number, unit: string): string {
  return count === 1 ? `Every ${unit}` : `Every ${count} ${unit}s`;
}

function sorted(times: readonly string[]): string[] {
  return [...new Set(times)].sort();
}

function weekdayNames(weekdays: readonly Weekday[]): string[] {
  return [...weekdays].sort().map((weekday) => WEEKDAYS[weekday - 1] ?? '');
}

function monthDayOf(on: MonthDay): string {
  switch (on.type) {
    case 'day':
      return on.day > 28
        ? `on the ${ordinal(on.day)}, or the last day of a shorter month,`
        : `on the ${ordinal(on.day)}`;
    case 'last_day':
      return on.before === 0 ? 'on the last day' : `${counted(on.before, 'day')} before the last day`;
    case 'weekday':
      return `on the ${on.nth === 'last' ? 'last' : ordinal(on.nth)} ${WEEKDAYS[on.weekday - 1] ?? ''}`;
    case 'business_day':
      return `on the ${ordinal(on.nth)} business day`;
    case 'last_business_day':
      return on.before === 0
        ? 'on the last business day'
        : `${counted(on.before, 'business day')} before the last business day`;
  }
}

export function counted(count: number, unit: string): string {
  return `${count.toLocaleString('en')} ${unit}${count === 1 ? '' : 's'}`;
}

function ordinal(number: number): string {
  const suffixes = { zero: 'th', one: 'st', two: 'nd', few: 'rd', many: 'th', other: 'th' };
  return `${number}${suffixes[new Intl.PluralRules('en', { type: 'ordinal' }).select(number)]}`;
}

/** Words for an expression whose meaning is plain; null for any other. */
function cronSentence(expression: string, list: (parts: readonly string[]) => string): string | null {
  const [minute = '', hour = '', ...dayFields] = expression.trim().split(/\s+/);
  const days = cronDays(dayFields.join(' '), list);
  if (days === null) return null;
  const step = /^\*\/(\d+)$/.exec(minute)?.[1];
  if (hour === '*' && days === 'Every day') {
    if (minute === '*') return 'Every minute';
    if (step !== undefined && 60 % Number(step) === 0) return every(Number(step), 'minute');
    return /^\d+$/.test(minute) ? `Every hour at minute ${Number(minute)}` : null;
  }
  const times = cronTimes(minute, hour);
  return times === null ? null : `${days} at ${list(times)}`;
}

function cronDays(fields: string, list: (parts: readonly string[]) => string): string | null {
  if (fields === '* * *') return 'Every day';
  if (fields === '* * 1-5') return 'Every Monday to Friday';
  if (fields === 'L * *') return 'Every month on the last day';
  const weekdays = /^\* \* ([0-7](?:,[0-7])*)$/.exec(fields)?.[1];
  if (weekdays !== undefined) {
    const numbers = new Set(weekdays.split(',').map((day) => (Number(day) || 7) as Weekday));
    return `Every ${list(weekdayNames([...numbers]))}`;
  }
  // Unlike a monthly schedule, cron passes over a month that lacks the day.
  const day = Number(/^(\d+) \* \*$/.exec(fields)?.[1]);
  return day >= 1 && day <= 28 ? `Every month on the ${ordinal(day)}` : null;
}

function cronTimes(minutes: string, hours: string): WallTime[] | null {
  const isList = /^\d+(,\d+)*$/;
  if (!isList.test(minutes) || !isList.test(hours)) return null;
  const two = (number: string) => number.padStart(2, '0');
  const times = hours.split(',').flatMap((hour) => minutes.split(',').map((minute) => `${two(hour)}:${two(minute)}`));
  return times.length <= MOST_TOLD ? sorted(times) : null;
}
