import { accept, refuse, type Decider } from '#event-sourcing';
import { sameJson } from '../json-equality';
import type { BusinessCalendar } from './business-calendar';
import type {
  CalendarCommand,
  CalendarDefinition,
  CalendarEvent,
  CalendarRefusal,
  CalendarState,
} from './calendar-messages';
import { validateCalendar } from './validate-calendar';

/** A calendar that has been defined, removed or not. */
export type ExistingCalendar = Exclude<CalendarState, { status: 'absent' }>;

/** Which days are business days. Each revision counts from then on; a removed calendar stays removed. */
export const calendar: Decider<CalendarCommand, CalendarState, CalendarEvent, CalendarRefusal> = {
  initial: { status: 'absent' },
  decide(command, state) {
    switch (command.type) {
      case 'DefineCalendar': {
        if (state.status === 'absent') return ifSound({ ...command, type: 'CalendarDefined' });
        const same = state.status === 'active' && sameJson(inOrder(command.definition), state.definition);
        return same ? accept() : refuse({ code: 'calendar.exists' });
      }
      case 'ReviseCalendar':
        if (state.status === 'absent') return refuse({ code: 'calendar.missing' });
        if (state.status === 'removed') return refuse({ code: 'calendar.removed' });
        if (sameJson(inOrder(command.definition), state.definition)) return accept();
        return ifSound({ ...command, type: 'CalendarRevised' });
      case 'RemoveCalendar': {
        if (state.status === 'absent') return refuse({ code: 'calendar.missing' });
        if (state.status === 'removed') return accept();
        const { users, ...removal } = command;
        if (users.schedules.length + users.more > 0) return refuse({ code: 'calendar.in_use', users });
        return accept({ ...removal, type: 'CalendarRemoved' });
      }
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'CalendarDefined':
        return { status: 'active', calendarId: event.calendarId, definition: event.definition };
      case 'CalendarRevised':
        return state.status === 'absent' ? state : { ...state, definition: event.definition };
      case 'CalendarRemoved':
        return state.status === 'absent' ? state : { ...state, status: 'removed' };
    }
  },
};

/** A definition as schedules ask it. */
export function businessCalendarOf({ weekend, holidays }: CalendarDefinition): BusinessCalendar {
  return { weekend, holidays: new Set(holidays.map(({ date }) => date)) };
}

type Defining = Exclude<CalendarEvent, { type: 'CalendarRemoved' }>;

function ifSound(event: Defining): ReturnType<typeof calendar.decide> {
  const problems = validateCalendar(event.definition);
  if (problems.length > 0) return refuse({ code: 'calendar.invalid', problems });
  return accept({ ...event, definition: inOrder(event.definition) });
}

/** So that the order in which somebody lists days makes no difference. */
function inOrder(definition: CalendarDefinition): CalendarDefinition {
  return {
    ...definition,
    weekend: definition.weekend.toSorted((one, other) => one - other),
    holidays: definition.holidays.toSorted((one, other) => (one.date < other.date ? -1 : 1)),
  };
}
