import type { Weekday } from './recurrence';

/** A date as a number: days since 1970-01-01. */
export type Day = number;

export const DAY_MS = 86_400_000;

/** Which days match. */
export interface DayRule {
  /** The first matching day strictly after one and not after `last`; null when there is none. */
  next(after: Day, last: Day): Day | null;
}

export const EVERY_DAY: DayRule = { next: (after, last) => within(after + 1, last) };

/** The days of a rule that a test lets pass. */
export function daysThat(rule: DayRule, passes: (day: Day) => boolean): DayRule {
  return {
    next(after, last) {
      let day = rule.next(after, last);
      while (day !== null && !passes(day)) day = rule.next(day, last);
      return day;
    },
  };
}

export function weekdayOf(day: Day): Weekday {
  // 1970-01-01 was a Thursday (4).
  return (modulo(day + 3, 7) + 1) as Weekday;
}

/** The number of a month: 12 times the year, and 0 to 11. */
export function monthOf(day: Day): number {
  const date = new Date(day * DAY_MS);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

export function firstDayOf(month: number): Day {
  return Date.UTC(Math.floor(month / 12), modulo(month, 12)) / DAY_MS;
}

/** `YYYY-MM-DD`, or null for text that is no date of the calendar. */
export function dayOf(date: string): Day | null {
  const day = Date.parse(`${date}T00:00:00Z`) / DAY_MS;
  // Date.parse takes 30 February for 2 March.
  return Number.isInteger(day) && dateOf(day) === date ? day : null;
}

function dateOf(day: Day): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

export function within(day: Day, last: Day): Day | null {
  return day <= last ? day : null;
}

export function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

/** The first of the numbers `phase`, `phase + length`, … in both directions that is greater than `after`. */
export function nextOfCycle(phase: number, length: number, after: number): number {
  return phase + (Math.floor((after - phase) / length) + 1) * length;
}

/** How many numbers of the cycle lie after one (excluded) and up to another (included). */
export function countOfCycle(phase: number, length: number, after: number, until: number): number {
  return Math.max(0, Math.floor((until - phase) / length) - Math.floor((after - phase) / length));
}
