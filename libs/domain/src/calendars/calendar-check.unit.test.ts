import { MONDAY_TO_FRIDAY } from './business-calendar';
import { checkedCalendar, NO_CALENDAR } from './calendar-check';

it('gives the calendar that was found, and none for all else', () => {
  expect(checkedCalendar({ status: 'active', calendar: MONDAY_TO_FRIDAY })).toBe(MONDAY_TO_FRIDAY);
  expect(checkedCalendar({ status: 'removed' })).toBeNull();
  expect(checkedCalendar(NO_CALENDAR)).toBeNull();
});
