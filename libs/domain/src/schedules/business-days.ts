import { MONDAY_TO_FRIDAY, type BusinessCalendar } from '../calendars/business-calendar';
import { dayOf, daysThat, modulo, type Day, type DayRule } from './days';
import type { HolidayPolicy } from './schedule-messages';

/** How far an occurrence moves at most, in days: a calendar may have no business day at all. */
const FARTHEST_MOVE = 366;

/** The days of a calendar as numbers. */
export class BusinessDays {
  readonly #weekend: readonly boolean[];
  readonly #holidays: ReadonlySet<Day>;

  constructor({ weekend, holidays }: BusinessCalendar) {
    // By the remainder of the day's number: day 0 was a Thursday.
    this.#weekend = [4, 5, 6, 7, 1, 2, 3].map((weekday) => weekend.some((day) => day === weekday));
    this.#holidays = new Set([...holidays].flatMap((date) => dayOf(date) ?? []));
  }

  includes(day: Day): boolean {
    return this.#weekend[modulo(day, 7)] !== true && !this.#holidays.has(day);
  }

  /** The day itself, or the next business day within a year; null when there is none. */
  onOrAfter(day: Day): Day | null {
    for (let later = day; later <= day + FARTHEST_MOVE; later += 1) if (this.includes(later)) return later;
    return null;
  }

  /** The day itself, or the business day before it within a year; null when there is none. */
  onOrBefore(day: Day): Day | null {
    for (let earlier = day; earlier >= day - FARTHEST_MOVE; earlier -= 1) if (this.includes(earlier)) return earlier;
    return null;
  }
}

const read = new WeakMap<BusinessCalendar, BusinessDays>();

export function businessDaysOf(calendar: BusinessCalendar | null): BusinessDays {
  const used = calendar ?? MONDAY_TO_FRIDAY;
  const known = read.get(used);
  if (known !== undefined) return known;
  const days = new BusinessDays(used);
  read.set(used, days);
  return days;
}

/** Where a policy moves an occurrence that falls on a day; null: nowhere, it is left out. */
export function movedDay(policy: HolidayPolicy, business: BusinessDays, day: Day): Day | null {
  switch (policy) {
    case 'run':
      return day;
    case 'skip':
      return business.includes(day) ? day : null;
    case 'previous_business_day':
      return business.onOrBefore(day);
    case 'next_business_day':
      return business.onOrAfter(day);
  }
}

/** The days to which a policy moves those of a rule; days that meet are one. */
export function movedDays(policy: HolidayPolicy, business: BusinessDays, rule: DayRule): DayRule {
  switch (policy) {
    case 'run':
      return rule;
    case 'skip':
      return daysThat(rule, (day) => business.includes(day));
    case 'previous_business_day':
    case 'next_business_day':
      return { next: (after, last) => nextMoved(policy, business, rule, after, last) };
  }
}

function nextMoved(policy: HolidayPolicy, business: BusinessDays, rule: DayRule, after: Day, last: Day): Day | null {
  const [before, latest] =
    policy === 'next_business_day'
      ? // A day of the rule up to the last business day moves to that one at most.
        [business.onOrBefore(after) ?? after - FARTHEST_MOVE - 1, last]
      : // One before the next business day moves to before that one.
        [(business.onOrAfter(after + 1) ?? after + 1) - 1, last + FARTHEST_MOVE];
  for (let day = rule.next(before, latest); day !== null; day = rule.next(day, latest)) {
    const moved = movedDay(policy, business, day);
    if (moved !== null && moved > after) return moved <= last ? moved : null;
  }
  return null;
}
