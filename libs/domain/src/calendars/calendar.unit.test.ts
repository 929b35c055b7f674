import { ANNA, BEN, CALENDAR_ID, calendarDefinition, NOON, SCHEDULE_ID } from '../testing/samples';
import { given } from '../testing/scenario';
import { businessCalendarOf, calendar } from './calendar';
import type { CalendarCommand, CalendarEvent } from './calendar-messages';

const definition = calendarDefinition();
const [christmas, stephen] = definition.holidays;
const shuffled = calendarDefinition({ weekend: [7, 6], holidays: [stephen!, christmas!] });
const unsound = calendarDefinition({ holidays: [christmas!, christmas!] });
const shorter = calendarDefinition({ holidays: [christmas!] });
const LATER = '2026-11-23T13:00:00.000Z';

const define: CalendarCommand = { type: 'DefineCalendar', calendarId: CALENDAR_ID, definition, by: ANNA, at: NOON };
const defined: CalendarEvent = { ...define, type: 'CalendarDefined' };
const revise: CalendarCommand = {
  type: 'ReviseCalendar',
  calendarId: CALENDAR_ID,
  definition: shorter,
  by: BEN,
  at: LATER,
};
const revised: CalendarEvent = { ...revise, type: 'CalendarRevised' };
const removal = { calendarId: CALENDAR_ID, by: BEN, at: LATER };
const remove: CalendarCommand = { type: 'RemoveCalendar', ...removal, users: { schedules: [], more: 0 } };
const removed: CalendarEvent = { type: 'CalendarRemoved', ...removal };

describe('defining a calendar', () => {
  it('opens it', () => {
    given(calendar).when(define).then(defined);
    expect(given(calendar, defined).state).toEqual({ status: 'active', calendarId: CALENDAR_ID, definition });
  });
  it('puts weekdays and holidays in order', () =>
    given(calendar)
      .when({ ...define, definition: shuffled })
      .then(defined));
  it('changes nothing when it stands there already, in whatever order', () => {
    given(calendar, defined).when(define).thenNothing();
    given(calendar, defined)
      .when({ ...define, definition: shuffled })
      .thenNothing();
  });
  it('is refused under an id that is taken', () => {
    given(calendar, defined)
      .when({ ...define, definition: shorter })
      .refused('calendar.exists');
    given(calendar, defined, removed).when(define).refused('calendar.exists');
  });
  it('is refused with the problems of its definition', () => {
    expect(given(calendar).when({ ...define, definition: unsound }).decision).toMatchObject({
      accepted: false,
      refusal: { code: 'calendar.invalid', problems: [{ code: 'holiday.repeated', pointer: '/holidays/1/date' }] },
    });
  });
});

describe('revising a calendar', () => {
  it('replaces its definition', () => {
    given(calendar, defined).when(revise).then(revised);
    expect(given(calendar, defined, revised).state).toMatchObject({ status: 'active', definition: shorter });
  });
  it('puts weekdays and holidays in order', () =>
    given(calendar, defined, revised)
      .when({ ...revise, definition: shuffled })
      .then({ ...revised, definition }));
  it('changes nothing when it is the same, in whatever order', () => {
    given(calendar, defined, revised).when(revise).thenNothing();
    given(calendar, defined)
      .when({ ...revise, definition: shuffled })
      .thenNothing();
  });
  it('is refused for an unknown one', () => given(calendar).when(revise).refused('calendar.missing'));
  it('is refused for a removed one', () => given(calendar, defined, removed).when(revise).refused('calendar.removed'));
  it('is refused with problems', () =>
    given(calendar, defined)
      .when({ ...revise, definition: unsound })
      .refused('calendar.invalid'));
});

describe('removing a calendar', () => {
  it('closes it and keeps its last definition, by which a schedule that came too late goes on', () => {
    given(calendar, defined, revised).when(remove).then(removed);
    expect(given(calendar, defined, revised, removed).state).toEqual({
      status: 'removed',
      calendarId: CALENDAR_ID,
      definition: shorter,
    });
  });
  it('changes nothing the second time', () => given(calendar, defined, removed).when(remove).thenNothing());
  it('is refused for an unknown one', () => given(calendar).when(remove).refused('calendar.missing'));
  it.each([
    { schedules: [{ scheduleId: SCHEDULE_ID, name: 'Every morning' }], more: 0 },
    { schedules: [], more: 1 },
  ])('is refused while schedules use it: %j', (users) => {
    expect(given(calendar, defined).when({ ...remove, users }).decision).toEqual({
      accepted: false,
      refusal: { code: 'calendar.in_use', users },
    });
  });
});

it('ignores a history without a beginning', () => {
  expect(given(calendar, revised, removed).state).toEqual({ status: 'absent' });
});

it('says which days are business days', () => {
  expect(businessCalendarOf(definition)).toEqual({
    weekend: [6, 7],
    holidays: new Set(['2026-12-25', '2026-12-26']),
  });
});
