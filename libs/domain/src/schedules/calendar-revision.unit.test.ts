import type { BusinessCalendar } from '../calendars/business-calendar';
import { CALENDAR_ID, scheduleDefinition } from '../testing/samples';
import { settledAfterRevision } from './calendar-revision';
import type { Recurrence, Weekday } from './recurrence';
import type { HolidayPolicy } from './schedule-messages';

const off = (...days: number[]): BusinessCalendar => ({
  weekend: [6, 7],
  holidays: new Set(days.map((day) => `2026-11-${day}`)),
});
// Monday is the 23rd.
const at = (day: number, time = '06:30') => new Date(`2026-11-${day}T${time}:00.000Z`);
const weekly = (...weekdays: Weekday[]): Recurrence => ({ type: 'weekly', weekdays, time: '07:30' });
const daily: Recurrence = { type: 'daily', time: '07:30' };

function settled(recurrence: Recurrence, onHoliday: HolidayPolicy) {
  const definition = scheduleDefinition({ recurrence, calendar: { calendarId: CALENDAR_ID, onHoliday } });
  return (before: BusinessCalendar, after: BusinessCalendar, settledTo: Date) =>
    settledAfterRevision(definition, { before, after }, settledTo);
}

describe('an occurrence that has run', () => {
  const next = 'next_business_day';
  const previous = 'previous_business_day';

  it('does not run again on the day to which a holiday moves it afterwards', () => {
    expect(settled(weekly(2), next)(off(), off(24), at(24))).toEqual(at(25));
    expect(settled(weekly(2), next)(off(), off(24, 25), at(24))).toEqual(at(26));
  });
  it('does not run again on its own day, when it ran before because of a holiday that is none any more', () => {
    expect(settled(weekly(2), previous)(off(24), off(), at(23))).toEqual(at(24));
  });
  it('leaves its own run to the day to which it would be moved', () => {
    expect(settled(daily, next)(off(), off(24), at(24))).toEqual(at(24));
    expect(settled(weekly(2, 3), next)(off(), off(24), at(24))).toEqual(at(24));
  });
  it('counts for all days that had come by then', () => {
    expect(settled(weekly(1, 2), next)(off(23), off(23, 24), at(24))).toEqual(at(25));
  });
  it('counts for its own day, and not for the next one that had been moved there', () => {
    expect(settled(daily, previous)(off(24), off(), at(23))).toEqual(at(23));
  });
  it('keeps later times of the day to come', () => {
    const twice: Recurrence = { type: 'every_weeks', every: 1, weekdays: [2], times: ['07:30', '19:30'] };
    expect(settled(twice, next)(off(), off(24), at(24))).toEqual(at(25));
    expect(settled(twice, next)(off(), off(24), at(24, '18:30'))).toEqual(at(25, '18:30'));
  });
  it('is settled as before where it is not moved, or not to a later day', () => {
    expect(settled(weekly(2), next)(off(24), off(), at(25))).toEqual(at(25));
    expect(settled(weekly(2), next)(off(), off(26), at(24))).toEqual(at(24));
    expect(settled(weekly(2), 'skip')(off(), off(24), at(24))).toEqual(at(24));
    expect(settled(weekly(2), 'run')(off(), off(24), at(24))).toEqual(at(24));
  });
  it('is none where the day is none of the schedule', () => {
    expect(settled(weekly(2), next)(off(), off(25), at(25))).toEqual(at(25));
    expect(settled(weekly(2), previous)(off(), off(25), at(25))).toEqual(at(25));
    expect(settled({ type: 'dataset_refreshed', datasetId: CALENDAR_ID }, next)(off(), off(24), at(24))).toEqual(
      at(24),
    );
  });
  it('may be one of a list of dates', () => {
    const dates: Recurrence = { type: 'dates', dates: ['2026-11-24T07:30', '2026-12-01T07:30'] };
    expect(settled(dates, next)(off(), off(24), at(24))).toEqual(at(25));
  });
});
