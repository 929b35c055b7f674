import { dueOccurrences, nextOccurrenceOf, type DueAnswer, type ScheduleDefinition } from '#domain';

const MINUTE_MS = 60_000;
const MOST_REMEMBERED = 20_000;
/** Occurrences of one schedule that are requested in one go; the rest follows in the next batch. */
const MOST_AT_ONCE = 100;

/**
 * Due times, each computed once per recurrence, zone and time: a burst is the same few recurrences over and over, and a
 * cron step costs about 0.1 ms. Due times are whole minutes, so instants within the same minute share one answer.
 */
export class NextTimes {
  readonly #next = new Map<string, Date | null>();
  readonly #due = new Map<string, DueAnswer>();

  /** The first due time strictly after an instant and inside the schedule's window; null when none is left. */
  after(definition: ScheduleDefinition, instant: Date): Date | null {
    const minute = minuteOf(instant);
    return remember(this.#next, keyOf(definition, minute), () => nextOccurrenceOf(definition, minute, minute));
  }

  /** What is to become of the occurrences from `nextDue` on that are due by now; see `dueOccurrences`. */
  dueBy(now: Date, definition: ScheduleDefinition, nextDue: Date): DueAnswer {
    const minute = minuteOf(now) < nextDue ? nextDue : minuteOf(now);
    const key = `${keyOf(definition, nextDue)} ${definition.catchUpMinutes} ${minute.getTime()}`;
    return remember(this.#due, key, () =>
      dueOccurrences({
        definition,
        effectiveFrom: new Date(nextDue.getTime() - 1),
        nextDue,
        now: minute,
        limit: MOST_AT_ONCE,
      }),
    );
  }
}

function minuteOf(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / MINUTE_MS) * MINUTE_MS);
}

function keyOf({ recurrence, timeZone, startsAt, endsAt }: ScheduleDefinition, instant: Date): string {
  return JSON.stringify([recurrence, timeZone, startsAt, endsAt, instant.getTime()]);
}

function remember<Value>(values: Map<string, Value>, key: string, compute: () => Value): Value {
  const known = values.get(key);
  if (known !== undefined) return known;
  const value = compute();
  if (values.size >= MOST_REMEMBERED) values.clear();
  values.set(key, value);
  return value;
}
