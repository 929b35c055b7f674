import { readCron, type CronRule } from './cron';
import type { SimpleRecurrence, WallTime } from './recurrence';
import type { WallMilliseconds } from './wall-clock';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const WEEK = 7 * DAY;

/** The recurrences that name times on the wall, rather than stretches of elapsed time. */
export type WallRecurrence = Exclude<SimpleRecurrence, { type: 'minutes' | 'hourly' }>;

/** The first wall time of a recurrence after another, or null when none comes. Throws a RangeError if it is invalid. */
export function nextWallTime(recurrence: WallRecurrence, after: WallMilliseconds): WallMilliseconds | null {
  switch (recurrence.type) {
    case 'daily':
      return nextOfCycle(timeOfDay(recurrence.time), DAY, after);
    case 'weekly':
      return Math.min(...weeklyPhases(recurrence).map((phase) => nextOfCycle(phase, WEEK, after)));
    case 'monthly':
      return nextOfMonth(recurrence, after);
    case 'cron':
      return nextOfCron(ruleOf(recurrence.expression), after);
  }
}

/** How many wall times lie after one (excluded) and up to another (included). */
export function countWallTimes(recurrence: WallRecurrence, after: WallMilliseconds, until: WallMilliseconds): number {
  switch (recurrence.type) {
    case 'daily':
      return countOfCycle(timeOfDay(recurrence.time), DAY, after, until);
    case 'weekly':
      return weeklyPhases(recurrence).reduce((sum, phase) => sum + countOfCycle(phase, WEEK, after, until), 0);
    case 'monthly': {
      let count = 0;
      for (let wall = nextOfMonth(recurrence, after); wall <= until; wall = nextOfMonth(recurrence, wall)) count += 1;
      return count;
    }
    case 'cron':
      return countOfCron(ruleOf(recurrence.expression), after, until);
  }
}

/** Milliseconds after midnight. */
function timeOfDay(time: WallTime): number {
  const [hours, minutes] = time.split(':').map(Number);
  if (hours === undefined || minutes === undefined) throw new RangeError(`not a wall time: ${time}`);
  return (hours * 60 + minutes) * MINUTE;
}

function nextOfCycle(phase: number, length: number, after: number): number {
  return phase + (Math.floor((after - phase) / length) + 1) * length;
}

export function countOfCycle(phase: number, length: number, after: number, until: number): number {
  return Math.max(0, Math.floor((until - phase) / length) - Math.floor((after - phase) / length));
}

function weeklyPhases(recurrence: Extract<WallRecurrence, { type: 'weekly' }>): number[] {
  // 1970-01-01, where the count begins, was a Thursday (4).
  return [...new Set(recurrence.weekdays)].map((day) => (day - 4) * DAY + timeOfDay(recurrence.time));
}

function nextOfMonth({ day, time }: Extract<WallRecurrence, { type: 'monthly' }>, after: number): number {
  const start = new Date(after);
  for (let month = start.getUTCMonth(); ; month += 1) {
    const lastDay = new Date(Date.UTC(start.getUTCFullYear(), month + 1, 0)).getUTCDate();
    const date = day === 'last' ? lastDay : Math.min(day, lastDay);
    const wall = Date.UTC(start.getUTCFullYear(), month, date) + timeOfDay(time);
    if (wall > after) return wall;
  }
}

function ruleOf(expression: string): CronRule {
  const reading = readCron(expression);
  if (!reading.ok) throw new RangeError(reading.problem.message);
  return reading.rule;
}

function nextOfCron(rule: CronRule, after: number): number | null {
  const today = Math.floor(after / DAY) * DAY;
  const first = rule.nextDay(today - 1);
  if (first === today) {
    const time = rule.times.find((candidate) => today + candidate > after);
    if (time !== undefined) return today + time;
  }
  const day = first === today ? rule.nextDay(today) : first;
  return day === null ? null : day + (rule.times[0] ?? 0);
}

function countOfCron(rule: CronRule, after: number, until: number): number {
  const firstDay = Math.floor(after / DAY) * DAY;
  let count = 0;
  for (let day = rule.nextDay(firstDay - 1); day !== null && day <= until; day = rule.nextDay(day)) {
    const whole = day > after && day + DAY <= until;
    count += whole ? rule.times.length : countWithin(rule.times, after - day, until - day);
  }
  return count;
}

function countWithin(times: readonly number[], after: number, until: number): number {
  return times.filter((time) => time > after && time <= until).length;
}
