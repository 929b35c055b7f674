import { parseLiteral } from '../reports/values';
import {
  FIRST_YEAR,
  LAST_YEAR,
  MOST_HOLIDAYS,
  type CalendarDefinition,
  type CalendarProblem,
  type CalendarSource,
  type Holiday,
} from './calendar-messages';

/** Everything that is wrong with a calendar's definition; an empty list when it may be used. */
export function validateCalendar({ weekend, holidays, source }: CalendarDefinition): CalendarProblem[] {
  return [...weekendProblems(weekend), ...holidaysProblems(holidays), ...sourceProblems(source)];
}

function weekendProblems(weekend: readonly number[]): CalendarProblem[] {
  const known = weekend.every((day) => Number.isInteger(day) && day >= 1 && day <= 7);
  if (known && weekend.length < 7 && new Set(weekend).size === weekend.length) return [];
  const message = 'The weekend is up to six different weekdays, from 1 (Monday) to 7 (Sunday).';
  return [{ code: 'weekend.invalid', pointer: '/weekend', message }];
}

function holidaysProblems(holidays: readonly Holiday[]): CalendarProblem[] {
  if (holidays.length > MOST_HOLIDAYS) {
    const message = 'A calendar has at most 5,000 holidays. Leave out years that are over.';
    return [{ code: 'holidays.too_many', pointer: '/holidays', message }];
  }
  const seen = new Set<string>();
  return holidays.flatMap(({ date }, place) => {
    const repeated = seen.has(date);
    seen.add(date);
    const problem = dateProblem(date, repeated);
    return problem === null ? [] : [{ ...problem, pointer: `/holidays/${place}/date` }];
  });
}

function dateProblem(date: string, repeated: boolean): Pick<CalendarProblem, 'code' | 'message'> | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || !parseLiteral('date', date).ok) {
    return { code: 'holiday.no_such_date', message: 'There is no such date. Write it as YYYY-MM-DD.' };
  }
  const year = Number(date.slice(0, 4));
  if (year < FIRST_YEAR || year > LAST_YEAR) {
    return { code: 'holiday.year_out_of_range', message: 'Holidays lie in the years 1970 to 2100.' };
  }
  return repeated ? { code: 'holiday.repeated', message: 'This date stands there already: give it one name.' } : null;
}

function sourceProblems(source: CalendarSource | null): CalendarProblem[] {
  if (source === null) return [];
  const { fromYear, toYear } = source;
  const whole = Number.isInteger(fromYear) && Number.isInteger(toYear);
  if (whole && FIRST_YEAR <= fromYear && fromYear <= toYear && toYear <= LAST_YEAR) return [];
  const message = 'The imported years go from one of 1970 to 2100 to the same or a later one.';
  return [{ code: 'source.invalid', pointer: '/source', message }];
}
