import type { PoolClient } from '#database';
import {
  toInstant,
  type CalendarId,
  type ExistingSchedule,
  type Instant,
  type ScheduleDefinition,
  type ScheduleId,
  type TemplateDefinition,
  type TemplateDetails,
  type TemplateId,
} from '#domain';
import type { DueSchedule } from '../projection/due-schedule';
import type { KnownTemplate } from '../projection/known-template';

interface DueRow {
  readonly schedule_id: string;
  readonly template_id: string;
  readonly owner: string;
  readonly definition: ScheduleDefinition;
  readonly status: 'active' | 'paused' | 'removed';
  readonly effective_from: Instant;
  readonly skipped_to: Instant | null;
  readonly schedule_revision: number;
}

const COLUMNS = `schedule_id, template_id, owner, definition, status, effective_from, skipped_to, schedule_revision`;
/** Instants as the domain writes them: the driver's dates would cost more than all the rest of a row. */
const AS_INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
const READ_COLUMNS = `schedule_id, template_id, owner, definition, status, schedule_revision,
                      to_char(effective_from AT TIME ZONE 'UTC', ${AS_INSTANT}) AS effective_from,
                      to_char(skipped_to AT TIME ZONE 'UTC', ${AS_INSTANT}) AS skipped_to`;

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
  const { rows } = await client.query<DueRow & { readonly settled_to: Instant | null; readonly next_run_at: Date }>({
    name: 'claim-due',
    text: `SELECT ${READ_COLUMNS}, to_char(settled_to AT TIME ZONE 'UTC', ${AS_INSTANT}) AS settled_to, next_run_at
           FROM scheduler.due
           WHERE next_run_at <= $1 AND next_run_at >= coalesce($2, '-infinity'::timestamptz) AND schedule_id <> ALL ($3::uuid[])
           ORDER BY next_run_at LIMIT $4 FOR UPDATE SKIP LOCKED`,
    values: [query.until, query.from, query.except, query.limit],
  });
  return rows.map((row) => ({
    state: stateOf(row),
    revision: row.schedule_revision,
    settledTo: row.settled_to === null ? null : new Date(row.settled_to),
    nextRunAt: row.next_run_at,
  }));
}

/** When the next schedule is due; null when none is. */
export async function earliestDue(client: Pick<PoolClient, 'query'>): Promise<Date | null> {
  const { rows } = await client.query<{ next_run_at: Date | null }>(
    'SELECT min(next_run_at) AS next_run_at FROM scheduler.due',
  );
  return rows[0]?.next_run_at ?? null;
}

/** Where a schedule stands after its due occurrences were requested or skipped. */
export interface SettledSchedule {
  readonly scheduleId: ScheduleId;
  readonly settledTo: Date;
  readonly nextRunAt: Date | null;
  /** End of a stretch that was skipped on the schedule's stream; null when none was. */
  readonly skippedTo: Date | null;
  readonly revision: number;
}

/** Moves claimed schedules on, in the claim's transaction. */
export async function moveDue(client: PoolClient, settled: readonly SettledSchedule[]): Promise<void> {
  await client.query({
    name: 'move-due',
    text: `UPDATE scheduler.due d
           SET settled_to = m.settled_to, next_run_at = m.next_run_at, skipped_to = coalesce(m.skipped_to, d.skipped_to),
               schedule_revision = m.revision
           FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::integer[])
             AS m (schedule_id, settled_to, next_run_at, skipped_to, revision)
           WHERE d.schedule_id = m.schedule_id`,
    values: [
      settled.map(({ scheduleId }) => scheduleId),
      settled.map(({ settledTo }) => toInstant(settledTo)),
      settled.map(({ nextRunAt }) => nextRunAt && toInstant(nextRunAt)),
      settled.map(({ skippedTo }) => skippedTo && toInstant(skippedTo)),
      settled.map(({ revision }) => revision),
    ],
  });
}

/** The schedules of these ids that are known, locked in the order of their ids. */
export async function loadDue(
  client: PoolClient,
  scheduleIds: readonly ScheduleId[],
): Promise<Map<ScheduleId, DueSchedule>> {
  const { rows } = await client.query<DueRow & { readonly settled_to: Date | null }>({
    name: 'load-due',
    text: `SELECT ${READ_COLUMNS}, settled_to FROM scheduler.due
           WHERE schedule_id = ANY ($1) ORDER BY schedule_id FOR UPDATE`,
    values: [scheduleIds],
  });
  return new Map(
    rows.map((row) => [
      row.schedule_id,
      { state: stateOf(row), revision: row.schedule_revision, settledTo: row.settled_to },
    ]),
  );
}

/** Schedules that name a calendar, by id from the one after `after` on, locked in that order. */
export async function loadDueOfCalendar(
  client: PoolClient,
  calendarId: CalendarId,
  { after, limit }: { readonly after: ScheduleId | null; readonly limit: number },
): Promise<readonly DueSchedule[]> {
  const { rows } = await client.query<DueRow & { readonly settled_to: Date | null }>({
    name: 'load-due-of-calendar',
    text: `SELECT ${READ_COLUMNS}, settled_to FROM scheduler.due
           WHERE definition #>> '{calendar,calendarId}' = $1 AND ($2::uuid IS NULL OR schedule_id > $2)
           ORDER BY schedule_id LIMIT $3 FOR UPDATE`,
    values: [calendarId, after, limit],
  });
  return rows.map((row) => ({ state: stateOf(row), revision: row.schedule_revision, settledTo: row.settled_to }));
}

export async function saveDue(
  client: PoolClient,
  schedules: readonly (DueSchedule & { readonly nextRunAt: Date | null })[],
): Promise<void> {
  await client.query({
    name: 'save-due',
    text: `INSERT INTO scheduler.due (${COLUMNS}, settled_to, next_run_at)
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::text[], $6::timestamptz[],
                                $7::timestamptz[], $8::integer[], $9::timestamptz[], $10::timestamptz[])
           ON CONFLICT (schedule_id) DO UPDATE
           SET definition = EXCLUDED.definition, status = EXCLUDED.status, effective_from = EXCLUDED.effective_from,
               skipped_to = EXCLUDED.skipped_to, settled_to = EXCLUDED.settled_to,
               schedule_revision = EXCLUDED.schedule_revision, next_run_at = EXCLUDED.next_run_at`,
    values: [
      schedules.map(({ state }) => state.scheduleId),
      schedules.map(({ state }) => state.templateId),
      schedules.map(({ state }) => state.owner),
      schedules.map(({ state }) => JSON.stringify(state.definition)),
      schedules.map(({ state }) => state.status),
      schedules.map(({ state }) => state.effectiveFrom),
      schedules.map(({ state }) => state.skippedTo),
      schedules.map(({ revision }) => revision),
      schedules.map(({ settledTo }) => settledTo && toInstant(settledTo)),
      schedules.map(({ nextRunAt }) => nextRunAt && toInstant(nextRunAt)),
    ],
  });
}

interface TemplateRow {
  readonly template_id: string;
  readonly owner: string;
  readonly revision: number;
  readonly status: 'active' | 'archived';
  readonly details: TemplateDetails;
  readonly definition: TemplateDefinition;
}

export async function loadTemplates(
  client: PoolClient,
  templateIds: readonly TemplateId[],
): Promise<Map<TemplateId, KnownTemplate>> {
  const { rows } = await client.query<TemplateRow>({
    name: 'load-scheduled-templates',
    text: `SELECT template_id, owner, revision, status, details, definition
           FROM scheduler.template WHERE template_id = ANY ($1)`,
    values: [templateIds],
  });
  return new Map(
    rows.map(({ template_id: templateId, revision, ...state }) => [
      templateId,
      { state: { templateId, ...state, shares: {} }, revision },
    ]),
  );
}

export async function saveTemplates(client: PoolClient, templates: readonly KnownTemplate[]): Promise<void> {
  await client.query({
    name: 'save-scheduled-templates',
    text: `INSERT INTO scheduler.template (template_id, owner, revision, status, details, definition)
           SELECT * FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::jsonb[], $6::jsonb[])
           ON CONFLICT (template_id) DO UPDATE
           SET owner = EXCLUDED.owner, revision = EXCLUDED.revision, status = EXCLUDED.status, details = EXCLUDED.details,
               definition = EXCLUDED.definition`,
    values: [
      templates.map(({ state }) => state.templateId),
      templates.map(({ state }) => state.owner),
      templates.map(({ revision }) => revision),
      templates.map(({ state }) => state.status),
      templates.map(({ state }) => JSON.stringify(state.details)),
      templates.map(({ state }) => JSON.stringify(state.definition)),
    ],
  });
}

function stateOf(row: DueRow): ExistingSchedule {
  return {
    status: row.status,
    scheduleId: row.schedule_id,
    templateId: row.template_id,
    owner: row.owner,
    definition: row.definition,
    effectiveFrom: row.effective_from,
    skippedTo: row.skipped_to,
  };
}
