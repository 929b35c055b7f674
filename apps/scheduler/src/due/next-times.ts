import {
  dueOccurrences,
  mayLeaveOut,
  nextMomentOf,
  nextOccurrenceOf,
  wallTimeAt,
  type BusinessCalendar,
  type DueAnswer,
  type ScheduleDefinition,
  type TimeZone,
} from '#domain';

const MINUTE_MS = 60_000;
const MOST_REMEMBERED = 20_000;
/** Occurrences of one schedule that are requested in one go; the rest follows in the next batch. */
const MOST_AT_ONCE = 100;

/** When a schedule is to be looked at next, and when it runs next; null: never. */
export interface NextTime {
  /** The next moment: an occurrence, or the time at which what is left out is told. */
  readonly nextRunAt: Date | null;
  readonly nextOccurrenceAt: Date | null;
}

export const NEVER: NextTime = { nextRunAt: null, nextOccurrenceAt: null };

/**
 * Due times, each computed once per recurrence, zone and time: a burst is the same few recurrences over and over, and a
 * cron step costs about 0.1 ms. Due times are whole minutes, so instants within the same minute share one answer.
 */
export class NextTimes {
  readonly #moments = new Map<string, Date | null>();
  readonly #due = new Map<string, DueAnswer>();
  readonly #occurrences = new Map<string, Date | null>();
  readonly #walls = new Map<string, string>();
  readonly #calendars = new WeakMap<BusinessCalendar, number>();
  #calendarsSeen = 0;

  /**
   * The first moment strictly after an instant and inside the schedule's window at which an occurrence falls or is left out;
   * null when none is left.
   */
  after(definition: ScheduleDefinition, calendar: BusinessCalendar | null, instant: Date): Date | null {
    return this.#after(nextMomentOf, this.#moments, definition, calendar, instant);
  }

  /** The first occurrence strictly after an instant and inside the schedule's window; null when none is left. */
  occurrenceAfter(definition: ScheduleDefinition, calendar: BusinessCalendar | null, instant: Date): Date | null {
    return this.#after(nextOccurrenceOf, this.#occurrences, definition, calendar, instant);
  }

  /** What comes after an instant; `moment` is the first moment after it, where that is known. */
  nextAfter(
    definition: ScheduleDefinition,
    calendar: BusinessCalendar | null,
    instant: Date,
    moment: Date | null = this.after(definition, calendar, instant),
  ): NextTime {
    const runsAtIt = moment === null || !mayLeaveOut(definition);
    return {
      nextRunAt: moment,
      nextOccurrenceAt: runsAtIt ? moment : this.occurrenceAfter(definition, calendar, instant),
    };
  }

  /** What the clock on the wall shows; see `wallTimeAt`. */
  wallTimeAt(timeZone: TimeZone, instant: Date): string {
    return remember(this.#walls, `${timeZone} ${instant.getTime()}`, () => wallTimeAt(timeZone, instant));
  }

  /**
   * What is to become of a schedule's occurrences after `since` that are due by now; see `dueOccurrences`. `nextDue` is the
   * first moment among them.
   */
  dueBy(
    now: Date,
    definition: ScheduleDefinition,
    calendar: BusinessCalendar | null,
    { since, nextDue }: { readonly since: Date; readonly nextDue: Date },
  ): DueAnswer {
    const minute = minuteOf(now) < nextDue ? nextDue : minuteOf(now);
    // Only what a holiday leaves out can lie before the moment at which it is told.
    const from = definition.calendar?.onHoliday === 'skip' ? since : new Date(nextDue.getTime() - 1);
    const { catchUp, catchUpMinutes } = definition;
    const key = `${this.#keyOf(definition, calendar, from)} ${catchUp} ${catchUpMinutes} ${minute.getTime()}`;
    return remember(this.#due, key, () =>
      dueOccurrences({ definition, calendar, since: from, now: minute, limit: MOST_AT_ONCE }),
    );
  }

  #after(
    find: typeof nextMomentOf,
    known: Map<string, Date | null>,
    definition: ScheduleDefinition,
    calendar: BusinessCalendar | null,
    instant: Date,
  ): Date | null {
    const exactly = (after: Date) =>
      remember(known, this.#keyOf(definition, calendar, after), () => find(definition, calendar, after, after));
    const next = exactly(minuteOf(instant));
    // What a clock change leaves out falls just before it, within the minute.
    return next !== null && next <= instant ? exactly(instant) : next;
  }

  #keyOf(definition: ScheduleDefinition, calendar: BusinessCalendar | null, instant: Date): string {
    const { recurrence, timeZone, startsAt, endsAt, clockChanges } = definition;
    const policies = [clockChanges, definition.calendar?.onHoliday, calendar && this.#numberOf(calendar)];
    return JSON.stringify([recurrence, timeZone, startsAt, endsAt, ...policies, instant.getTime()]);
  }

  /** A calendar is known by its object: its holidays would make long keys. */
  #numberOf(calendar: BusinessCalendar): number {
    const known = this.#calendars.get(calendar);
    if (known !== undefined) return known;
    this.#calendarsSeen += 1;
    this.#calendars.set(calendar, this.#calendarsSeen);
    return this.#calendarsSeen;
  }
}

function minuteOf(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / MINUTE_MS) * MINUTE_MS);
}

function remember<Value>(values: Map<string, Value>, key: string, compute: () => Value): Value {
  const known = values.get(key);
  if (known !== undefined) return known;
  const value = compute();
  if (values.size >= MOST_REMEMBERED) values.clear();
  values.set(key, value);
  return value;
}
