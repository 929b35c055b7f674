import type { PoolClient } from '#database';
import { toInstant, type ScheduleId } from '#domain';
import type { DuePlan } from '../due/due-plan';
import { dueScheduleOf, READ_COLUMNS, type DueRow } from '../due/due-table';
import type { DueSchedule } from '../projection/due-schedule';

/** Writes down what the plans promise to request late. */
export async function promise(
  client: PoolClient,
  plans: readonly Pick<DuePlan, 'schedule' | 'catchUp'>[],
): Promise<void> {
  const stretches = plans.flatMap(({ schedule, catchUp }) =>
    catchUp ? [{ scheduleId: schedule.state.scheduleId, ...catchUp }] : [],
  );
  if (stretches.length === 0) return;
  await client.query({
    name: 'promise-catch-up',
    text: `INSERT INTO scheduler.catch_up (schedule_id, next_at, until)
           SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) ON CONFLICT DO NOTHING`,
    values: [
      stretches.map(({ scheduleId }) => scheduleId),
      stretches.map(({ from }) => toInstant(from)),
      stretches.map(({ until }) => toInstant(until)),
    ],
  });
}

/** Up to which nominal time schedules have been promised late occurrences that are still to come. */
export async function promisedTo(
  client: PoolClient,
  scheduleIds: readonly ScheduleId[],
): Promise<ReadonlyMap<ScheduleId, Date>> {
  const { rows } = await client.query<{ schedule_id: string; until: Date }>({
    name: 'promised-to',
    text: `SELECT schedule_id, max(until) AS until FROM scheduler.catch_up WHERE schedule_id = ANY ($1) GROUP BY schedule_id`,
    values: [scheduleIds],
  });
  return new Map(rows.map((row) => [row.schedule_id, row.until]));
}

/** Begins the next turn of all instances, if it has come and nobody else has begun it: no other begins before this one ends. */
export async function beginTurn(client: PoolClient, now: Date): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'begin-catch-up-turn',
    text: 'SELECT FROM scheduler.catch_up_pace WHERE next_at <= $1 FOR UPDATE SKIP LOCKED',
    values: [now],
  });
  return rowCount === 1;
}

/** Says when the turn after this one comes. */
export async function endTurn(client: PoolClient, nextAt: Date): Promise<void> {
  await client.query({
    name: 'end-catch-up-turn',
    text: 'UPDATE scheduler.catch_up_pace SET next_at = $1',
    values: [nextAt],
  });
}

/** A promised stretch, locked with its schedule until the claim's transaction ends. */
export interface ClaimedStretch {
  readonly schedule: DueSchedule;
  /** Nominal times of the first occurrence that has not been requested, and of the last. */
  readonly nextAt: Date;
  readonly until: Date;
}

/** Locks promised stretches, the earliest first, and passes over those that another instance holds. */
export async function claimStretches(
  client: PoolClient,
  { limit, except }: { readonly limit: number; readonly except: readonly ScheduleId[] },
): Promise<readonly ClaimedStretch[]> {
  const { rows } = await client.query<DueRow & { readonly next_at: Date; readonly until: Date }>({
    name: 'claim-catch-up',
    text: `SELECT ${READ_COLUMNS}, c.next_at, c.until
           FROM scheduler.catch_up c JOIN scheduler.due d ON d.schedule_id = c.schedule_id
           WHERE c.schedule_id <> ALL ($1::uuid[])
           ORDER BY c.next_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
    values: [except, limit],
  });
  return rows.map((row) => ({ schedule: dueScheduleOf(row), nextAt: row.next_at, until: row.until }));
}

/** Moves claimed stretches on to their next occurrences; null ends one. */
export async function moveStretches(
  client: PoolClient,
  moves: readonly (ClaimedStretch & { readonly movesTo: Date | null })[],
): Promise<void> {
  if (moves.length === 0) return;
  await client.query({
    name: 'move-catch-up',
    text: `WITH m AS (
             SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS m (schedule_id, until, next_at)
           ), ended AS (
             DELETE FROM scheduler.catch_up c USING m
             WHERE c.schedule_id = m.schedule_id AND c.until = m.until AND m.next_at IS NULL
           )
           UPDATE scheduler.catch_up c SET next_at = m.next_at FROM m
           WHERE c.schedule_id = m.schedule_id AND c.until = m.until AND m.next_at IS NOT NULL`,
    values: [
      moves.map(({ schedule }) => schedule.state.scheduleId),
      moves.map(({ until }) => toInstant(until)),
      moves.map(({ movesTo }) => movesTo && toInstant(movesTo)),
    ],
  });
}
