import { MONDAY_TO_FRIDAY, type BusinessCalendar, type ScheduleDefinition, type SkipReason } from '#domain';
import type { IntlClock } from './intl-clock';
import { hasDate, isBusinessDay, naiveDate, naivelyMoved, type NaiveDate } from './naive-days';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The longest run of days without a business day that the fuzz makes. */
const FARTHEST_MOVE = 40;

export interface NaiveTimes {
  /** Ascending, each once. */
  readonly fires: readonly number[];
  readonly leftOut: readonly { readonly at: number; readonly reason: SkipReason }[];
}

/** Which days and times a cron expression of the fuzz names: told beside its text, so that nothing has to read cron. */
export interface CronMeaning {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly hasDate: (date: NaiveDate) => boolean;
}

export interface NaiveQuestion {
  readonly definition: ScheduleDefinition;
  readonly cron: CronMeaning | null;
  readonly calendar: BusinessCalendar | null;
  readonly clock: IntlClock;
  readonly from: number;
  readonly until: number;
}

/** All that a schedule does after an instant and up to another, found by trying every day or every minute. */
export function naiveTimes(question: NaiveQuestion): NaiveTimes {
  const { definition, from, until } = question;
  const found = isElapsed(definition) ? elapsedTimes(question) : wallTimes(question);
  const start = definition.startsAt === null ? -Infinity : Date.parse(definition.startsAt);
  const end = definition.endsAt === null ? Infinity : Date.parse(definition.endsAt);
  const inside = (at: number) => at > from && at <= until && at >= start && at <= end;
  return {
    fires: [...new Set(found.fires)].filter(inside).sort((one, other) => one - other),
    leftOut: found.leftOut.filter(({ at }) => inside(at)),
  };
}

function isElapsed({ recurrence: { type } }: ScheduleDefinition): boolean {
  return type === 'minutes' || type === 'hourly' || type === 'every_hours';
}

function wallTimes(question: NaiveQuestion): NaiveTimes {
  const { definition, calendar, clock, from, until } = question;
  const policy = calendar === null || definition.calendar === null ? 'run' : definition.calendar.onHoliday;
  const margin = (policy.endsWith('_business_day') ? FARTHEST_MOVE : 2) * DAY;
  const walls = new Set<number>();
  const onHolidays = new Set<number>();
  for (let date = naiveDate(from - margin); date.time <= until + margin; date = naiveDate(date.time + DAY)) {
    for (const time of timesOn(date, question)) {
      const moved = naivelyMoved(date, policy, calendar ?? MONDAY_TO_FRIDAY);
      if (moved === null) onHolidays.add(date.time + time);
      else walls.add(moved.time + time);
    }
  }

  const { skippedTime, repeatedTime } = definition.clockChanges;
  const chosen = (wall: number) => {
    const passes = clock.instantsOf(wall);
    if (repeatedTime === 'both') return passes;
    return repeatedTime === 'first' ? passes.slice(0, 1) : passes.slice(-1);
  };
  const fires: number[] = [];
  const leftOut: { at: number; reason: SkipReason }[] = [];
  for (const wall of walls) {
    const passes = chosen(wall);
    if (passes.length > 0) fires.push(...passes);
    else if (skippedTime === 'shift') fires.push(clock.gapOf(wall).at);
    else leftOut.push({ at: clock.gapOf(wall).at - 1, reason: 'clock_change' });
  }
  for (const wall of onHolidays) {
    const passes = chosen(wall);
    const moments = passes.length > 0 ? passes : [clock.gapOf(wall).at - 1];
    leftOut.push(...moments.map((at) => ({ at, reason: 'holiday' as const })));
  }
  return { fires, leftOut };
}

/** Milliseconds after midnight. */
function timesOn(date: NaiveDate, { definition, cron, calendar, clock }: NaiveQuestion): readonly number[] {
  const { recurrence, startsAt } = definition;
  const start = startsAt === null ? null : naiveDate(clock.wallAt(Date.parse(startsAt)));
  const business = calendar ?? MONDAY_TO_FRIDAY;
  const parsed = (time: string) => Number(time.slice(0, 2)) * HOUR + Number(time.slice(3)) * MINUTE;
  if (cron) {
    if (!cron.hasDate(date)) return [];
    return cron.hours.flatMap((hour) => cron.minutes.map((minute) => hour * HOUR + minute * MINUTE));
  }
  switch (recurrence.type) {
    case 'dates': {
      const day = new Date(date.time).toISOString().slice(0, 10);
      return [
        ...new Set(recurrence.dates.filter((entry) => entry.startsWith(day)).map((entry) => parsed(entry.slice(11)))),
      ];
    }
    case 'daily':
    case 'weekly':
    case 'monthly':
      return hasDate(recurrence, date, start, business) ? [parsed(recurrence.time)] : [];
    case 'every_days':
    case 'every_weeks':
    case 'every_months':
    case 'every_quarters':
    case 'every_years':
      return hasDate(recurrence, date, start, business) ? [...new Set(recurrence.times.map(parsed))] : [];
    case 'minutes':
    case 'hourly':
    case 'every_hours':
    case 'cron':
    case 'after_schedule':
    case 'dataset_refreshed':
      return [];
  }
}

/** Recurrences of time that passes: minute by minute. */
function elapsedTimes({ definition, calendar, clock, from, until }: NaiveQuestion): NaiveTimes {
  const { recurrence } = definition;
  const policy = calendar === null || definition.calendar === null ? 'run' : definition.calendar.onHoliday;
  const business = (wall: number) => policy === 'run' || isBusinessDay(naiveDate(wall), calendar ?? MONDAY_TO_FRIDAY);
  const fires: number[] = [];
  const leftOut: { at: number; reason: SkipReason }[] = [];
  // An occurrence that would move meets one of the business day, where such a schedule fires anyway.
  const settle = (at: number, wall: number, left: number) => {
    if (business(wall)) fires.push(at);
    else if (policy === 'skip') leftOut.push({ at: left, reason: 'holiday' });
  };

  if (recurrence.type === 'minutes') {
    const step = recurrence.every * MINUTE;
    const midnight = Date.UTC(2000, 0, 1);
    const anchor = clock.instantsOf(midnight)[0] ?? clock.gapOf(midnight).at;
    const first = Math.ceil((from - anchor) / step);
    for (let at = anchor + first * step; at <= until; at += step) settle(at, clock.wallAt(at), at);
    return { fires, leftOut };
  }
  if (recurrence.type !== 'hourly' && recurrence.type !== 'every_hours') throw new Error(recurrence.type);
  const every = recurrence.type === 'hourly' ? 1 : recurrence.every;
  const isNamed = (wall: number) =>
    new Date(wall).getUTCMinutes() === recurrence.minute && new Date(wall).getUTCHours() % every === 0;
  for (let at = Math.floor(from / MINUTE) * MINUTE; at <= until; at += MINUTE) {
    const wall = clock.wallAt(at);
    const [pass] = clock.instantsOf(wall);
    const isRepeatedSoon = pass !== undefined && pass < at && at - pass < HOUR;
    if (isNamed(wall) && !isRepeatedSoon) settle(at, wall, at);
    const gap = clock.changes.find((change) => change.at === at);
    const size = gap ? gap.after - gap.before : 0;
    if (gap === undefined || size <= 0 || size >= HOUR) continue;
    for (let missed = at + gap.before; missed < wall; missed += MINUTE) if (isNamed(missed)) settle(at, missed, at - 1);
  }
  return { fires, leftOut };
}
