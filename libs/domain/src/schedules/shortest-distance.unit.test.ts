import type { BusinessCalendar } from '../calendars/business-calendar';
import { CALENDAR_ID, NOON, scheduleDefinition } from '../testing/samples';
import type { Recurrence } from './recurrence';
import { frequencyProblems } from './shortest-distance';

const problems = (recurrence: Recurrence, leastMinutes: number) =>
  frequencyProblems(scheduleDefinition({ recurrence }), null, leastMinutes, NOON);
const cron = (expression: string): Recurrence => ({ type: 'cron', expression });
const atTimes = (...times: string[]) => ({ every: 1, times }) as const;

it.each<[Recurrence, number]>([
  [{ type: 'minutes', every: 7 }, 7],
  [{ type: 'minutes', every: 1_440 }, 1_440],
  [{ type: 'hourly', minute: 5 }, 60],
  [{ type: 'daily', time: '07:30' }, 1_440],
  [{ type: 'weekly', weekdays: [1, 5], time: '07:30' }, 3 * 1_440],
  [{ type: 'weekly', weekdays: [1, 7], time: '07:30' }, 1_440],
  [{ type: 'every_hours', every: 4, minute: 0 }, 240],
  // Counted anew each day: 20:00, then 00:00.
  [{ type: 'every_hours', every: 5, minute: 0 }, 240],
  [{ type: 'every_hours', every: 23, minute: 0 }, 60],
  [{ type: 'every_days', ...atTimes('23:50', '07:00', '00:10') }, 20],
  [{ type: 'every_days', ...atTimes('23:50', '07:00', '00:10'), every: 2 }, 410],
  // Saturday's last and Sunday's first; but not those of Monday and Wednesday.
  [{ type: 'every_weeks', weekdays: [6, 7], ...atTimes('00:10', '23:50') }, 20],
  [{ type: 'every_weeks', weekdays: [1, 3], ...atTimes('00:10', '23:50') }, 1_420],
  [cron('*/10 * * * *'), 10],
  [cron('0,50 9 * * *'), 50],
  [cron('0,1 9 29 2 *'), 1],
  // The 31st is followed by the 1st.
  [cron('0 0,23 1,31 * *'), 60],
  [{ type: 'dates', dates: ['2026-12-01T07:30', '2026-12-03T07:30', '2026-12-01T07:45'] }, 15],
])('of %j is %d minutes', (recurrence, minutes) => {
  expect(problems(recurrence, minutes)).toEqual([]);
  expect(problems(recurrence, minutes + 1)).toMatchObject([{ code: 'schedule.too_frequent', pointer: '/recurrence' }]);
});

it('is told with what would be right', () => {
  expect(problems({ type: 'minutes', every: 1 }, 15)[0]?.message).toBe(
    'Two of its times are 1 minute apart, and at least 15 minutes must lie between two. Choose fewer times or a longer interval.',
  );
});

it('does not count dates that are over', () => {
  const dates = ['2026-11-01T07:30', '2026-11-01T07:31', '2026-12-03T07:30'];
  expect(problems({ type: 'dates', dates }, 1_440)).toEqual([]);
});

it('counts the days to which holidays move occurrences', () => {
  const calendar: BusinessCalendar = { weekend: [], holidays: new Set(['2026-12-01']) };
  const moving = scheduleDefinition({
    recurrence: { type: 'every_weeks', every: 1, weekdays: [2, 4], times: ['00:10', '23:50'] },
    calendar: { calendarId: CALENDAR_ID, onHoliday: 'next_business_day' },
  });
  expect(frequencyProblems(moving, null, 21, NOON)).toEqual([]);
  expect(frequencyProblems(moving, calendar, 21, NOON)).toHaveLength(1);
});

it('is no matter of what fires when something else happens', () => {
  expect(problems({ type: 'dataset_refreshed', datasetId: CALENDAR_ID }, 1_440)).toEqual([]);
});
