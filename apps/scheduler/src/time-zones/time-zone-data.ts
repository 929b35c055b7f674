import { transaction, type Pool, type PoolClient } from '#database';
import { instantOfWallTime, toInstant, type BusinessCalendar, type Recurrence, type ScheduleId } from '#domain';
import type { Clock, Logger } from '#platform';
import { dueScheduleOf, READ_COLUMNS, type DueRow } from '../due/due-table';
import { NEVER, type NextTime, type NextTimes } from '../due/next-times';
import { later, nextTimeOf, type DueSchedule } from '../projection/due-schedule';
import { calendarsNamedBy, type KnownCalendars } from '../projection/known-calendars';

const BATCH = 1000;

export interface TimeZoneParts {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly times: NextTimes;
  readonly calendars: KnownCalendars;
}

interface NextTimeRow {
  readonly next_run_at: Date | null;
  readonly next_occurrence_at: Date | null;
}

interface Reckoned extends NextTime {
  readonly scheduleId: ScheduleId;
  readonly settledTo: Date | null;
}

/**
 * Reckons the next times of all active schedules anew when the time zone data differ from those by which they were reckoned
 * last, and records that in `scheduler.time_zone_data`. A wall time that has fired does not fire again, even where by the new
 * data it is yet to come. `version` is that of the IANA database in Node's ICU, from which all due times are reckoned. A crash
 * leads to the same once more.
 */
export async function adoptTimeZoneData(parts: TimeZoneParts, version: string): Promise<void> {
  const { pool, clock, logger } = parts;
  const before = await latestVersion(pool);
  if (before === version) return;
  const total = { reckoned: 0, moved: 0 };
  let after: ScheduleId | null = null;
  while (before !== null) {
    const batch: BatchOutcome = await transaction(pool, (client) => reckonBatch(client, parts, after));
    total.reckoned += batch.reckoned;
    total.moved += batch.moved;
    if (batch.last === null) break;
    after = batch.last;
  }
  await pool.query(
    `INSERT INTO scheduler.time_zone_data (version, adopted_at, reckoned, moved) VALUES ($1, $2, $3, $4)`,
    [version, clock.now(), total.reckoned, total.moved],
  );
  logger.info({ before, version, ...total, code: 'scheduler.time_zone_data' }, 'time zone data adopted');
}

async function latestVersion(pool: Pool): Promise<string | null> {
  const { rows } = await pool.query<{ version: string }>(
    'SELECT version FROM scheduler.time_zone_data ORDER BY change DESC LIMIT 1',
  );
  return rows[0]?.version ?? null;
}

interface BatchOutcome {
  readonly reckoned: number;
  readonly moved: number;
  /** The last schedule of the batch; null when none is left. */
  readonly last: ScheduleId | null;
}

async function reckonBatch(client: PoolClient, parts: TimeZoneParts, after: ScheduleId | null): Promise<BatchOutcome> {
  const { rows } = await client.query<DueRow & NextTimeRow>({
    name: 'schedules-to-reckon',
    text: `SELECT ${READ_COLUMNS}, d.next_run_at, d.next_occurrence_at FROM scheduler.due d
           WHERE d.status = 'active' AND ($1::uuid IS NULL OR d.schedule_id > $1)
           ORDER BY d.schedule_id LIMIT $2 FOR UPDATE`,
    values: [after, BATCH],
  });
  const named = calendarsNamedBy(rows.map(({ definition }) => definition));
  const calendars = await parts.calendars.load(client, named);
  const moved = rows.flatMap((row): Reckoned[] => {
    const known = dueScheduleOf(row);
    const settledTo = settledAnew(known);
    const calendar = calendars.get(row.definition.calendar?.calendarId ?? '')?.calendar ?? null;
    const next = nextAnew({ ...known, settledTo }, calendar, parts);
    return isAsBefore(next, row) ? [] : [{ scheduleId: row.schedule_id, settledTo, ...next }];
  });
  if (moved.length > 0) {
    await client.query({
      name: 'reckon-anew',
      text: `UPDATE scheduler.due d
             SET settled_to = m.settled_to, next_run_at = m.next_run_at, next_occurrence_at = m.next_occurrence_at
             FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[])
               AS m (schedule_id, settled_to, next_run_at, next_occurrence_at)
             WHERE d.schedule_id = m.schedule_id`,
      values: [
        moved.map(({ scheduleId }) => scheduleId),
        moved.map(({ settledTo }) => settledTo && toInstant(settledTo)),
        moved.map(({ nextRunAt }) => nextRunAt && toInstant(nextRunAt)),
        moved.map(({ nextOccurrenceAt }) => nextOccurrenceAt && toInstant(nextOccurrenceAt)),
      ],
    });
  }
  return { reckoned: rows.length, moved: moved.length, last: rows.at(-1)?.schedule_id ?? null };
}

function isAsBefore({ nextRunAt, nextOccurrenceAt }: NextTime, row: NextTimeRow): boolean {
  return (
    nextRunAt?.getTime() === row.next_run_at?.getTime() &&
    nextOccurrenceAt?.getTime() === row.next_occurrence_at?.getTime()
  );
}

/** Up to where the schedule is settled by the new data: at least to where the wall shows what it showed when it fired last. */
function settledAnew({ state, settledTo, settledWall }: DueSchedule): Date | null {
  const { recurrence, timeZone } = state.definition;
  if (settledTo === null || settledWall === null || goesByElapsedTime(recurrence)) return settledTo;
  return later(settledTo, instantOfWallTime(timeZone, settledWall));
}

/** Those fire in each hour that passes, whatever the wall shows. */
function goesByElapsedTime({ type }: Recurrence): boolean {
  return type === 'minutes' || type === 'hourly' || type === 'every_hours';
}

function nextAnew(known: DueSchedule, calendar: BusinessCalendar | null, { times, logger }: TimeZoneParts): NextTime {
  try {
    return nextTimeOf(known, calendar, times);
  } catch (error) {
    const { scheduleId } = known.state;
    logger.error({ err: error, scheduleId, code: 'scheduler.no_due_time' }, 'no due time could be found');
    return NEVER;
  }
}
