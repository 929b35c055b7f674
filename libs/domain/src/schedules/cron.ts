import { Cron } from 'croner';
import { DAY_MS, EVERY_DAY, within, type Day, type DayRule } from './days';
import type { RecurrenceProblem } from './schedule-messages';
import { firstPlaceAfter } from './times-of-day';

const HOUR = 3_600_000;

/** A cron expression taken apart: the same times on each of its days. */
export interface CronRule {
  /** Milliseconds after midnight, ascending, at least one. */
  readonly times: readonly number[];
  readonly days: DayRule;
}

export type CronReading =
  | { readonly ok: true; readonly rule: CronRule }
  | { readonly ok: false; readonly problem: Pick<RecurrenceProblem, 'code' | 'message'> };

/** Enough for every expression in use; the memory stays bounded whatever users try. */
const MOST_REMEMBERED = 1_000;
const readings = new Map<string, CronReading>();

/**
 * Reads a cron expression of exactly five fields. Croner does the parsing and finds the days, in UTC, so that no clock change
 * meets it; day of month and weekday are joined by *or* when both are restricted, as in crontab(5).
 */
export function readCron(expression: string): CronReading {
  const known = readings.get(expression);
  if (known !== undefined) return known;
  const reading = read(expression);
  if (!reading.ok) return reading;
  if (readings.size >= MOST_REMEMBERED) readings.clear();
  readings.set(expression, reading);
  return reading;
}

const LONGEST = 200;

function read(expression: string): CronReading {
  if (expression.length > LONGEST) {
    const message = `A cron expression has at most ${LONGEST} characters.`;
    return { ok: false, problem: { code: 'recurrence.invalid', message } };
  }
  const fields = expression.trim().split(/\s+/);
  if (fields.length === 6 || fields.length === 7) {
    const message =
      'A cron expression has five fields: minute, hour, day of month, month, weekday. Leave out the seconds.';
    return { ok: false, problem: { code: 'recurrence.seconds_not_allowed', message } };
  }
  const [minute, hour, ...dayFields] = fields;
  if (fields.length !== 5 || minute === undefined || hour === undefined) {
    const message = `A cron expression has five fields: minute, hour, day of month, month, weekday. This one has ${fields.length}.`;
    return { ok: false, problem: { code: 'recurrence.invalid', message } };
  }
  try {
    const days = daysOf(dayFields);
    const minutes = firstRuns(`${minute} 0 * * *`, 60).filter((time) => time < HOUR);
    const hours = firstRuns(`0 ${hour} * * *`, 24).filter((time) => time < DAY_MS);
    const times = hours.flatMap((start) => minutes.map((past) => start + past));
    return { ok: true, rule: { times, days } };
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : 'it cannot be read';
    return {
      ok: false,
      problem: { code: 'recurrence.invalid', message: `The cron expression is not valid: ${reason}` },
    };
  }
}

/** Runs from midnight of 1970-01-01 on, in milliseconds. */
function firstRuns(expression: string, count: number): number[] {
  return new Cron(expression, { utcOffset: 0 }).nextRuns(count, new Date(-1)).map((run) => run.getTime());
}

function daysOf(dayFields: readonly string[]): DayRule {
  const cron = new Cron(`0 0 ${dayFields.join(' ')}`, { utcOffset: 0 });
  return dayFields.every((field) => field === '*') ? EVERY_DAY : new CronDays(cron);
}

/** Days that are remembered of each expression: all of a search of thirty years. */
const MOST_DAYS = 11_000;
/** From one question to the next, further than this, in days, the days between are not worth finding. */
const FAR = 370;

/**
 * The days that Croner finds, each once: a step takes it 0.02 to 1 ms, and searches ask for the same ones again and again.
 */
class CronDays implements DayRule {
  /** All matching days after `#from` up to the last one that was found; Infinity when no further one comes. */
  #found: Day[] = [];
  #from: Day = 0;

  constructor(readonly cron: Cron) {}

  next(after: Day, last: Day): Day | null {
    const latest = this.#found.at(-1) ?? this.#from;
    if (after < this.#from || (latest !== Infinity && after > latest + FAR) || this.#found.length > MOST_DAYS) {
      this.#from = after;
      this.#found = [];
    }
    for (let day = this.#found.at(-1) ?? this.#from; day <= after;) {
      day = (this.cron.nextRun(new Date(day * DAY_MS))?.getTime() ?? Infinity) / DAY_MS;
      this.#found.push(day);
    }
    return within(this.#found[firstPlaceAfter(this.#found, after)] ?? Infinity, last);
  }
}
