import type { PoolClient } from '#database';
import {
  awaitedStream,
  toInstant,
  type CalendarId,
  type Instant,
  type ScheduleDefinition,
  type ScheduleId,
  type SchedulePause,
} from '#domain';
import type { Position } from '#event-sourcing';
import type { DueSchedule } from '../projection/due-schedule';
import type { NextTime } from './next-times';

export interface DueRow {
  readonly schedule_id: string;
  readonly template_id: string;
  readonly owner: string;
  readonly definition: ScheduleDefinition;
  readonly status: 'active' | 'paused' | 'removed';
  readonly effective_from: Instant;
  readonly pause: SchedulePause | null;
  readonly skipped_to: Instant | null;
  readonly schedule_revision: number;
  readonly settled_to: Instant | null;
  readonly settled_wall: string | null;
  readonly runs: number;
  readonly counted_to: string;
  readonly failures: number;
  readonly last_failure: DueSchedule['lastFailure'];
}

const COLUMNS = `schedule_id, template_id, owner, definition, status, effective_from, pause, skipped_to, schedule_revision,
                 settled_to, settled_wall, runs, counted_to, failures, last_failure`;
/** Instants as the domain writes them: the driver's dates would cost more than all the rest of a row. */
const AS_INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
export const READ_COLUMNS = `d.schedule_id, d.template_id, d.owner, d.definition, d.status, d.pause, d.schedule_revision,
                      d.settled_wall, d.runs, d.counted_to, d.failures, d.last_failure,
                      to_char(d.effective_from AT TIME ZONE 'UTC', ${AS_INSTANT}) AS effective_from,
                      to_char(d.skipped_to AT TIME ZONE 'UTC', ${AS_INSTANT}) AS skipped_to,
                      to_char(d.settled_to AT TIME ZONE 'UTC', ${AS_INSTANT}) AS settled_to`;

/** A schedule with something due, locked until the claim's transaction ends. */
export interface ClaimedSchedule extends DueSchedule {
  readonly nextRunAt: Date;
}

export interface ClaimQuery {
  /** What is due at or before this is claimed, … */
  readonly until: Date;
  /** … but nothing due before this; null for no such bound. */
  readonly from: Date | null;
  /** Schedules to leave alone. */
  readonly except: readonly ScheduleId[];
  readonly limit: number;
}

/** Locks due schedules, the longest due first, and passes over those that another instance holds. */
export async function claimDue(client: PoolClient, query: ClaimQuery): Promise<readonly ClaimedSchedule[]> {
  const { rows } = await client.query<DueRow & { readonly next_run_at: Date }>({
    name: 'claim-due',
    text: `SELECT ${READ_COLUMNS}, next_run_at FROM scheduler.due d
           WHERE next_run_at <= $1 AND next_run_at >= coalesce($2, '-infinity'::timestamptz) AND schedule_id <> ALL ($3::uuid[])
           ORDER BY next_run_at LIMIT $4 FOR UPDATE SKIP LOCKED`,
    values: [query.until, query.from, query.except, query.limit],
  });
  return rows.map((row) => ({ ...dueScheduleOf(row), nextRunAt: row.next_run_at }));
}

/** Where a schedule stands after its due occurrences were requested or skipped. */
export interface SettledSchedule extends NextTime {
  readonly scheduleId: ScheduleId;
  readonly settledTo: Date;
  readonly settledWall: string;
  /** End of a stretch that was skipped on the schedule's stream; null when none was. */
  readonly skippedTo: Date | null;
  readonly revision: number;
}

/** Moves claimed schedules on, in the claim's transaction, and counts what was requested of each. */
export async function moveDue(
  client: PoolClient,
  settled: readonly (SettledSchedule & { readonly requested: number })[],
): Promise<void> {
  if (settled.length === 0) return;
  await client.query({
    name: 'move-due',
    text: `UPDATE scheduler.due d
           SET settled_to = m.settled_to, settled_wall = m.settled_wall, next_run_at = m.next_run_at,
               next_occurrence_at = m.next_occurrence_at, skipped_to = coalesce(m.skipped_to, d.skipped_to),
               schedule_revision = m.revision, runs = d.runs + m.requested
           FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
                       $7::integer[], $8::integer[])
             AS m (schedule_id, settled_to, settled_wall, next_run_at, next_occurrence_at, skipped_to, revision, requested)
           WHERE d.schedule_id = m.schedule_id`,
    values: [
      settled.map(({ scheduleId }) => scheduleId),
      settled.map(({ settledTo }) => toInstant(settledTo)),
      settled.map(({ settledWall }) => settledWall),
      settled.map(({ nextRunAt }) => nextRunAt && toInstant(nextRunAt)),
      settled.map(({ nextOccurrenceAt }) => nextOccurrenceAt && toInstant(nextOccurrenceAt)),
      settled.map(({ skippedTo }) => skippedTo && toInstant(skippedTo)),
      settled.map(({ revision }) => revision),
      settled.map(({ requested }) => requested),
    ],
  });
}

/** What was requested of a schedule apart from what the clock makes due next. */
export interface CountedRuns {
  readonly scheduleId: ScheduleId;
  readonly requested: number;
  /** Position up to which requests that make up for an outage are counted; null to leave it. */
  readonly countedTo: Position | null;
  /** Whether no run is left, so that nothing is due any more. */
  readonly usedUp: boolean;
}

/** Counts requests of schedules that the caller has locked. */
export async function countRuns(client: PoolClient, counts: readonly CountedRuns[]): Promise<void> {
  if (counts.length === 0) return;
  await client.query({
    name: 'count-runs',
    text: `UPDATE scheduler.due d
           SET runs = d.runs + m.requested, counted_to = coalesce(m.counted_to, d.counted_to),
               next_run_at = CASE WHEN m.used_up THEN NULL ELSE d.next_run_at END,
               next_occurrence_at = CASE WHEN m.used_up THEN NULL ELSE d.next_occurrence_at END
           FROM unnest($1::uuid[], $2::integer[], $3::bigint[], $4::boolean[]) AS m (schedule_id, requested, counted_to, used_up)
           WHERE d.schedule_id = m.schedule_id`,
    values: [
      counts.map(({ scheduleId }) => scheduleId),
      counts.map(({ requested }) => requested),
      counts.map(({ countedTo }) => countedTo?.toString() ?? null),
      counts.map(({ usedUp }) => usedUp),
    ],
  });
}

/**
 * Known schedules, locked in the order of their ids. Of those with a time only the ones that are not settled up to it: whoever
 * requested the occurrence has nearly always moved the row as well, and to read it would be for nothing.
 *
 * @param unsettledAt nominal times by schedule; null: to be read in any case
 */
export async function loadDue(
  client: PoolClient,
  unsettledAt: ReadonlyMap<ScheduleId, Date | null>,
): Promise<Map<ScheduleId, DueSchedule>> {
  const { rows } = await client.query<DueRow>({
    name: 'load-due',
    text: `SELECT ${READ_COLUMNS} FROM unnest($1::uuid[], $2::timestamptz[]) AS o (schedule_id, nominal_time)
           JOIN scheduler.due d ON d.schedule_id = o.schedule_id
           WHERE o.nominal_time IS NULL OR d.settled_to IS NULL OR d.settled_to < o.nominal_time
           ORDER BY d.schedule_id FOR UPDATE OF d`,
    values: [[...unsettledAt.keys()], [...unsettledAt.values()].map((time) => time && toInstant(time))],
  });
  return new Map(rows.map((row) => [row.schedule_id, dueScheduleOf(row)]));
}

/** Schedules that name a calendar, by id from the one after `after` on, locked in that order. */
export async function loadDueOfCalendar(
  client: PoolClient,
  calendarId: CalendarId,
  { after, limit }: { readonly after: ScheduleId | null; readonly limit: number },
): Promise<readonly DueSchedule[]> {
  const { rows } = await client.query<DueRow>({
    name: 'load-due-of-calendar',
    text: `SELECT ${READ_COLUMNS} FROM scheduler.due d
           WHERE definition #>> '{calendar,calendarId}' = $1 AND ($2::uuid IS NULL OR schedule_id > $2)
           ORDER BY schedule_id LIMIT $3 FOR UPDATE`,
    values: [calendarId, after, limit],
  });
  return rows.map(dueScheduleOf);
}

export async function saveDue(client: PoolClient, schedules: readonly (DueSchedule & NextTime)[]): Promise<void> {
  await client.query({
    name: 'save-due',
    text: `INSERT INTO scheduler.due (${COLUMNS}, next_run_at, next_occurrence_at, paused_until, awaits, failure_limit)
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::text[], $6::timestamptz[], $7::jsonb[],
                                $8::timestamptz[], $9::integer[], $10::timestamptz[], $11::text[], $12::integer[], $13::bigint[],
                                $14::integer[], $15::jsonb[], $16::timestamptz[], $17::timestamptz[], $18::timestamptz[],
                                $19::text[], $20::integer[])
           ON CONFLICT (schedule_id) DO UPDATE
           SET definition = EXCLUDED.definition, status = EXCLUDED.status, effective_from = EXCLUDED.effective_from,
               pause = EXCLUDED.pause, skipped_to = EXCLUDED.skipped_to, schedule_revision = EXCLUDED.schedule_revision,
               settled_to = EXCLUDED.settled_to, settled_wall = EXCLUDED.settled_wall, runs = EXCLUDED.runs,
               counted_to = EXCLUDED.counted_to, failures = EXCLUDED.failures, last_failure = EXCLUDED.last_failure,
               next_run_at = EXCLUDED.next_run_at, next_occurrence_at = EXCLUDED.next_occurrence_at,
               paused_until = EXCLUDED.paused_until, awaits = EXCLUDED.awaits, failure_limit = EXCLUDED.failure_limit`,
    values: [
      schedules.map(({ state }) => state.scheduleId),
      schedules.map(({ state }) => state.templateId),
      schedules.map(({ state }) => state.owner),
      schedules.map(({ state }) => JSON.stringify(state.definition)),
      schedules.map(({ state }) => state.status),
      schedules.map(({ state }) => state.effectiveFrom),
      schedules.map(({ state }) => state.pause && JSON.stringify(state.pause)),
      schedules.map(({ state }) => state.skippedTo),
      schedules.map(({ revision }) => revision),
      schedules.map(({ settledTo }) => settledTo && toInstant(settledTo)),
      schedules.map(({ settledWall }) => settledWall),
      schedules.map(({ runs }) => runs),
      schedules.map(({ countedTo }) => countedTo.toString()),
      schedules.map(({ failures }) => failures),
      schedules.map(({ lastFailure }) => lastFailure && JSON.stringify(lastFailure)),
      schedules.map(({ nextRunAt }) => nextRunAt && toInstant(nextRunAt)),
      schedules.map(({ nextOccurrenceAt }) => nextOccurrenceAt && toInstant(nextOccurrenceAt)),
      schedules.map(({ state }) => state.pause?.until ?? null),
      schedules.map(({ state }) => (state.status === 'active' ? awaitedStream(state.definition.recurrence) : null)),
      schedules.map(({ state }) => (state.status === 'removed' ? null : state.definition.pauseAfterFailures)),
    ],
  });
}

/** A row that was read with `READ_COLUMNS`. */
export function dueScheduleOf(row: DueRow): DueSchedule {
  return {
    state: {
      status: row.status,
      scheduleId: row.schedule_id,
      templateId: row.template_id,
      owner: row.owner,
      definition: row.definition,
      effectiveFrom: row.effective_from,
      pause: row.pause,
      skippedTo: row.skipped_to,
    },
    revision: row.schedule_revision,
    settledTo: row.settled_to === null ? null : new Date(row.settled_to),
    settledWall: row.settled_wall,
    runs: row.runs,
    countedTo: BigInt(row.counted_to),
    failures: row.failures,
    lastFailure: row.last_failure,
  };
}
