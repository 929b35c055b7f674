import type { BusinessDays } from './business-days';
import { firstDayOf, modulo, monthOf, nextOfCycle, weekdayOf, within, type Day, type DayRule } from './days';
import type { MonthDay, Weekday } from './recurrence';

/** From where units are counted without a start: 2000-01-01. Its week is that of 2000-01-03, the Monday after it. */
export const EPOCH_DAY: Day = 10_957;
const EPOCH_MONDAY: Day = EPOCH_DAY + 2;

export function everyDays(every: number, start: Day | null): DayRule {
  return { next: (after, last) => within(nextOfCycle(start ?? EPOCH_DAY, every, after), last) };
}

/** Weeks begin on Monday. */
export function everyWeeks(every: number, weekdays: readonly Weekday[], start: Day | null): DayRule {
  const monday = start === null ? EPOCH_MONDAY : start - weekdayOf(start) + 1;
  const phases = weekdays.map((weekday) => monday + weekday - 1);
  return {
    next: (after, last) => within(Math.min(...phases.map((phase) => nextOfCycle(phase, 7 * every, after))), last),
  };
}

export interface MonthCycle {
  /** Months from one that matches to the next. */
  readonly every: number;
  /** The number of any month that matches. */
  readonly phase: number;
}

/** Units of several months, such as quarters, are counted from the one in which the start lies. */
export function monthCycle(every: number, unit: 1 | 3 | 12, monthOfUnit: number, start: Day | null): MonthCycle {
  const month = monthOf(start ?? EPOCH_DAY);
  return { every: every * unit, phase: month - modulo(month, unit) + monthOfUnit - 1 };
}

export function monthDays({ every, phase }: MonthCycle, on: MonthDay, business: BusinessDays): DayRule {
  return {
    next(after, last) {
      const current = monthOf(after);
      for (let month = nextOfCycle(phase, every, current - 1); firstDayOf(month) <= last; month += every) {
        const day = dayOfMonth(month, on, business);
        if (day !== null && day > after) return within(day, last);
      }
      return null;
    },
  };
}

/** The day of a month, or null when it has none such. */
function dayOfMonth(month: number, on: MonthDay, business: BusinessDays): Day | null {
  const first = firstDayOf(month);
  const last = firstDayOf(month + 1) - 1;
  switch (on.type) {
    case 'day':
      return Math.min(first + on.day - 1, last);
    case 'last_day':
      return last - on.before;
    case 'weekday': {
      if (on.nth === 'last') return last - modulo(weekdayOf(last) - on.weekday, 7);
      return within(first + modulo(on.weekday - weekdayOf(first), 7) + (on.nth - 1) * 7, last);
    }
    case 'business_day':
      return nthBusinessDay(first, last, 1, on.nth, business);
    case 'last_business_day':
      return nthBusinessDay(last, first, -1, on.before + 1, business);
  }
}

function nthBusinessDay(from: Day, to: Day, step: 1 | -1, nth: number, business: BusinessDays): Day | null {
  let left = nth;
  for (let day = from; day !== to + step; day += step) {
    if (business.includes(day)) left -= 1;
    if (left === 0) return day;
  }
  return null;
}

/** Only these days, which are given in ascending order. */
export function theseDays(days: readonly Day[]): DayRule {
  return {
    next(after, last) {
      const day = days.find((candidate) => candidate > after);
      return day === undefined ? null : within(day, last);
    },
  };
}
