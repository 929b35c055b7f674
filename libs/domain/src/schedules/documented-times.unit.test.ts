import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BusinessCalendar } from '../calendars/business-calendar';
import { NO_CALENDAR, type CalendarCheck } from '../calendars/calendar-check';
import { scheduleDefinition } from '../testing/samples';
import { describeSchedule } from './describe-schedule';
import { dueOccurrences } from './due-occurrences';
import { nextMomentOf, upcomingOccurrences } from './occurrences';
import { RECURRENCE_TYPES, type MonthDay, type Recurrence } from './recurrence';
import type { ScheduleDefinition } from './schedule-messages';
import { validateSchedule } from './validate-schedule';

const page = readFileSync(join(__dirname, '../../../../docs/concepts/scheduling.md'), 'utf8');
const blocks = [...page.matchAll(/^```text\n(schedule [^`]*)^```$/gm)].map(([, text]) => text!);
const examples = blocks.map((text) => Object.fromEntries(text.trim().split('\n').map(lineOf)));

function lineOf(line: string): [string, string] {
  const [, key, value] = /^(\w+) +(.+)$/.exec(line)!;
  return [key!, value!];
}

function short(instant: Date): string {
  return instant.toISOString().replace(/(:00)?\.000Z$/, 'Z');
}

/** What is left out up to an instant, as a scheduler that never rests would tell it. */
function skips(definition: ScheduleDefinition, calendar: BusinessCalendar | null, after: Date, until: Date): string[] {
  const told: string[] = [];
  let since = after;
  for (let now = nextMomentOf(definition, calendar, since, since); now !== null && now <= until;) {
    const answer = dueOccurrences({ definition, calendar, since, now, limit: 100 });
    told.push(...answer.skipped.map(({ to, reason, count }) => `${short(to)} ${reason} ${count}`));
    since = now;
    now = answer.next;
  }
  return told;
}

it.each(examples)('$sentence', ({ schedule, calendar: calendarText, after, runs, skips: told, sentence }) => {
  const definition = scheduleDefinition(JSON.parse(schedule!) as Partial<ScheduleDefinition>);
  const given =
    calendarText === undefined
      ? null
      : (JSON.parse(calendarText) as { name: string; weekend: BusinessCalendar['weekend']; holidays: string[] });
  const calendar = given && { weekend: given.weekend, holidays: new Set(given.holidays) };
  const check: CalendarCheck = calendar ? { status: 'active', calendar } : NO_CALENDAR;
  const start = new Date(after!);
  expect(validateSchedule(definition, check, start.toISOString())).toEqual([]);
  expect(describeSchedule(definition, given?.name ?? null, 'en')).toBe(sentence);
  const expected = runs!.split(', ');
  const found = upcomingOccurrences(definition, calendar, start, expected.length);
  expect(found.map(short)).toEqual(expected);
  expect(skips(definition, calendar, start, found.at(-1)!).join(', ')).toBe(told ?? '');
});

const inTables = [...page.matchAll(/^\| `(\{ "type": [^`]+\})`/gm)].map(
  ([, text]) => JSON.parse(text!) as { type: string },
);
const recurrences = inTables.filter(({ type }) => RECURRENCE_TYPES.some((known) => known === type)) as Recurrence[];
const days = inTables.filter(({ type }) => !RECURRENCE_TYPES.some((known) => known === type)) as MonthDay[];

it('shows each recurrence and each day of a month, as they may be given', () => {
  expect(recurrences.map(({ type }) => type).sort()).toEqual([...RECURRENCE_TYPES].sort());
  expect(days.map(({ type }) => type)).toEqual(['day', 'last_day', 'weekday', 'business_day', 'last_business_day']);
  const ofDays = days.map((on): Recurrence => ({ type: 'every_months', every: 1, on, times: ['07:30'] }));
  for (const recurrence of [...recurrences, ...ofDays]) {
    const problems = validateSchedule(scheduleDefinition({ recurrence }), NO_CALENDAR, '2026-11-23T12:00:00.000Z');
    expect({ recurrence, problems }).toEqual({ recurrence, problems: [] });
  }
});
