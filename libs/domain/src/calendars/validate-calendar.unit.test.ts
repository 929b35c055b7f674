import type { Weekday } from '../schedules/recurrence';
import { calendarDefinition } from '../testing/samples';
import type { CalendarDefinition, CalendarSource } from './calendar-messages';
import { validateCalendar } from './validate-calendar';

const check = (more: Partial<CalendarDefinition>) =>
  validateCalendar(calendarDefinition(more)).map(({ code, pointer }) => `${code} ${pointer}`);
const onDays = (...dates: string[]) => check({ holidays: dates.map((date) => ({ date, name: 'A day' })) });
const days = (count: number) =>
  Array.from({ length: count }, (_, day) => new Date(day * 86_400_000).toISOString().slice(0, 10));
const germany = (fromYear: number, toYear: number): CalendarSource => ({
  ...{ country: 'DE', region: null },
  ...{ fromYear, toYear },
});

it.each<Partial<CalendarDefinition>>([
  {},
  { weekend: [] },
  { weekend: [1, 2, 3, 4, 5, 6] },
  { holidays: [] },
  { source: germany(1970, 2100) },
  { source: germany(2026, 2026) },
])('accepts %j', (more) => {
  expect(check(more)).toEqual([]);
});

it.each([[[1, 1]], [[0]], [[8]], [[1.5]], [[1, 2, 3, 4, 5, 6, 7]]])('refuses the weekend %j', (weekend) => {
  expect(check({ weekend: weekend as Weekday[] })).toEqual(['weekend.invalid /weekend']);
});

it('accepts days of all years from 1970 to 2100, in any order', () => {
  expect(onDays('2100-12-31', '1970-01-01', '2028-02-29')).toEqual([]);
});

it.each(['2026-02-29', '2026-13-01', '2026-1-1', '20261-01-01', 'Christmas', ''])('refuses the date %j', (date) => {
  expect(onDays('2026-01-01', date)).toEqual(['holiday.no_such_date /holidays/1/date']);
});

it.each(['1969-12-31', '2101-01-01'])('refuses %s, which is too far away', (date) => {
  expect(onDays(date)).toEqual(['holiday.year_out_of_range /holidays/0/date']);
});

it('refuses a date that stands there twice, where it stands again', () => {
  expect(onDays('2026-05-01', '2026-01-01', '2026-05-01')).toEqual(['holiday.repeated /holidays/2/date']);
});

it('takes 5,000 holidays and no more', () => {
  expect(onDays(...days(5_000))).toEqual([]);
  expect(onDays(...days(5_001))).toEqual(['holidays.too_many /holidays']);
});

it.each([
  [1969, 2026],
  [2026, 2101],
  [2027, 2026],
  [2026, 2026.5],
])('refuses a source of the years %d to %d', (fromYear, toYear) => {
  expect(check({ source: germany(fromYear, toYear) })).toEqual(['source.invalid /source']);
});
